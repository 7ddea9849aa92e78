"""What one action costs the server and the prediction service, in milliseconds of a processor.

    python -m benchmarks.action_cost

One session acts without pauses while a run trains. Processor time, unlike the clock, hardly depends on what else the
machine does: these are the numbers that docs/load.md calculates with.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial

import psutil

from benchmarks.load import Stage, processes_of, staged, trained_home
from benchmarks.page_session import PageSession
from benchmarks.people import PARTS_OF_A_STROKE, Person, Tally, draw, edit, watch

ACTIONS = 40
IDLE_S = 10.0


def processor(server: psutil.Process) -> dict[str, float]:
    """Seconds so far, of the server and of the prediction service."""
    found = {"server": 0.0, "service": 0.0}
    for kind, process in processes_of(server).items():
        if kind in found:
            times = process.cpu_times()
            found[kind] = times.user + times.system
    return found


async def _costs(stage: Stage) -> None:
    start, before = time.monotonic(), processor(stage.process)
    await asyncio.sleep(IDLE_S)
    idle = {kind: (now - before[kind]) / (time.monotonic() - start) for kind, now in processor(stage.process).items()}
    print(f"nobody acts: server {100 * idle['server']:.1f} % of a core, service {100 * idle['service']:.1f} %")
    tally = Tally()
    for name, page, query, act in (
        ("edit", "build", stage.document_query(), edit),
        ("poll of a watched run", "train", f"run={stage.written.run_id}", watch),
        (f"stroke ({PARTS_OF_A_STROKE + 1} questions)", "draw", f"run={stage.trained}", draw),
    ):
        person = Person(stage.port, 0.0, 0, tally, page, partial(str, query), act)
        session = await PageSession.opened(stage.port, page, query)
        for _ in range(5):
            await act(person, session)
        await _told(stage, name, partial(act, person, session))
        await session.close()
    for page, query in (
        ("build", stage.document_query()),
        ("train", f"run={stage.written.run_id}"),
        ("draw", f"run={stage.trained}"),
    ):

        async def visit(page: str = page, query: str = query) -> None:
            await (await PageSession.opened(stage.port, page, query)).close()

        await _told(stage, f"opening {page}", visit)


async def _told(stage: Stage, name: str, act: Callable[[], Awaitable[None]]) -> None:
    before = processor(stage.process)
    for _ in range(ACTIONS):
        await act()
    cost = {kind: 1000 * (now - before[kind]) / ACTIONS for kind, now in processor(stage.process).items()}
    print(f"{name:24} server {cost['server']:6.1f} ms   service {cost['service']:6.1f} ms", flush=True)


def main() -> int:
    with trained_home() as (home, run_id), staged(home, run_id) as stage:
        asyncio.run(_costs(stage))
    return 0


if __name__ == "__main__":
    sys.exit(main())
