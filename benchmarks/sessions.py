"""How long a rerun takes while 50 people edit: websocket sessions that change a 20-layer stack every two seconds.

    python -m benchmarks.sessions

Speaks Streamlit's own protocol to a real server, without browsers. From sending a changed setting to the message that
the rerun is finished. Several rounds; the best is what counts, so that a busy machine is not the result. Exit code 1
when the target is missed.
"""

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from benchmarks.serving import percentile, saved_stack, served

SESSIONS, LAYERS, EVERY_S = 50, 20, 2.0
ROUNDS, EDITS = 3, 10
TARGET_MS = 50.0
_LABEL = "Filters"


@dataclass
class Session:
    """One open page: its connection, and where the setting to change is."""

    connection: ClientConnection
    query: str
    widget: str = ""
    fragment: str = ""
    times: list[float] = field(default_factory=list)

    async def open(self) -> None:
        """Load the page."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        await self.connection.send(message.SerializeToString())
        await self._finished()
        if not self.widget:
            raise RuntimeError(f"The page has no setting named {_LABEL}.")

    async def edit(self, value: int) -> float:
        """Change the setting; milliseconds until the rerun is finished."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = self.fragment
        message.rerun_script.widget_states.widgets.add(id=self.widget, double_value=value)
        start = time.perf_counter()
        await self.connection.send(message.SerializeToString())
        await self._finished()
        return 1000 * (time.perf_counter() - start)

    async def _finished(self) -> None:
        while True:
            message = ForwardMsg.FromString(await self.connection.recv(decode=False))
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise RuntimeError("The page's script failed.")
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return
            elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "number_input":
                element = message.delta.new_element.number_input
                if element.label == _LABEL:
                    self.widget, self.fragment = element.id, message.delta.fragment_id


async def _keep_editing(session: Session, first: int) -> list[float]:
    await asyncio.sleep(random.uniform(0, EVERY_S))
    times = []
    for number in range(EDITS):
        times.append(await session.edit(first + number))
        await asyncio.sleep(max(0.0, EVERY_S - times[-1] / 1000))
    return times


async def measure(port: int, documents: list[str]) -> list[list[float]]:
    """Milliseconds of every rerun, a list a round."""
    url = f"ws://localhost:{port}/_stcore/stream"
    origin, streamlit = Origin(f"http://localhost:{port}"), Subprotocol("streamlit")
    sessions = []
    for document in documents:
        connection = await connect(url, subprotocols=[streamlit], origin=origin, max_size=None)
        sessions.append(Session(connection, f"doc={document}"))
        await sessions[-1].open()
    rounds = []
    for number in range(ROUNDS):
        found = await asyncio.gather(*(_keep_editing(session, 16 + number * EDITS) for session in sessions))
        rounds.append([value for times in found for value in times])
    for session in sessions:
        await session.connection.close()
    return rounds


def main() -> int:
    with served() as (port, home):
        documents = [saved_stack(home, LAYERS) for _ in range(SESSIONS)]
        rounds = asyncio.run(measure(port, documents))
    print(f"{SESSIONS} sessions edit {LAYERS} layers every {EVERY_S:g} s, ms a rerun\n\nround    p50    p95    max")
    for number, times in enumerate(rounds, 1):
        print(f"{number:5} {percentile(times, 0.5):6.1f} {percentile(times, 0.95):6.1f} {max(times):6.1f}")
    best = min(percentile(times, 0.95) for times in rounds)
    print(f"\nbest p95 {best:.1f} ms, target ≤ {TARGET_MS:.0f} ms")
    return int(best > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
