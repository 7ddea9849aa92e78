"""How long a rerun takes while 50 people edit: websocket sessions that change a 20-layer stack every two seconds.

    python -m benchmarks.sessions

Speaks Streamlit's own protocol to a real server, without browsers. From sending a changed setting to the message that
the rerun is finished. Several rounds; the best is what counts, so that a busy machine is not the result. Exit code 1
when the target is missed.
"""

import asyncio
import random
import sys

from benchmarks.page_session import PageSession
from benchmarks.serving import percentile, saved_stack, served

SESSIONS, LAYERS, EVERY_S = 50, 20, 2.0
ROUNDS, EDITS = 3, 10
TARGET_MS = 50.0
MOST_MESSAGES = 12


async def _keep_editing(session: PageSession, first: int) -> list[float]:
    await asyncio.sleep(random.uniform(0, EVERY_S))
    times = []
    for number in range(first, first + EDITS):
        change = {"seq": number, "op": "set", "id": "l0", "name": "filters", "value": number}
        state = {"operations": {"client": "benchmark", "items": [change]}}
        times.append(await session.rerun(session.component("stack").fragment, {"stack": state}))
        await asyncio.sleep(max(0.0, EVERY_S - times[-1] / 1000))
    return times


async def measure(port: int, documents: list[str]) -> tuple[list[list[float]], int]:
    """Milliseconds of every rerun, a list a round; and the most messages that answered a session's last edit."""
    sessions = [await PageSession.opened(port, "build", f"doc={document}") for document in documents]
    rounds = []
    for number in range(ROUNDS):
        found = await asyncio.gather(*(_keep_editing(session, 16 + number * EDITS) for session in sessions))
        rounds.append([value for times in found for value in times])
    for session in sessions:
        await session.close()
    return rounds, max(session.messages for session in sessions)


def main() -> int:
    with served() as (port, home):
        documents = [saved_stack(home, LAYERS) for _ in range(SESSIONS)]
        rounds, messages = asyncio.run(measure(port, documents))
    print(f"{SESSIONS} sessions edit {LAYERS} layers every {EVERY_S:g} s, ms a rerun\n\nround    p50    p95    max")
    for number, times in enumerate(rounds, 1):
        print(f"{number:5} {percentile(times, 0.5):6.1f} {percentile(times, 0.95):6.1f} {max(times):6.1f}")
    best = min(percentile(times, 0.95) for times in rounds)
    print(f"\nbest p95 {best:.1f} ms, target ≤ {TARGET_MS:.0f} ms")
    print(f"messages an edit {messages}, at most {MOST_MESSAGES}")
    return int(best > TARGET_MS or messages > MOST_MESSAGES)


if __name__ == "__main__":
    sys.exit(main())
