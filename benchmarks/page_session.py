"""One open page without a browser: Streamlit's own websocket protocol, and what a page shows as plain data."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

PATIENCE_S = 60.0
"""How long a rerun may take before it counts as lost."""


class PageError(Exception):
    """The page failed, did not answer, or does not show what was expected."""


@dataclass
class Mounted:
    """A component of ours on the page: where it is, and the data it was last sent."""

    widget: str
    fragment: str
    data: dict[str, Any]


@dataclass
class PageSession:
    """One open page. Open it with `opened`; `close` it in the end.

    Args:
        page: the page's name in the address, "" for the start.
        query: what follows the "?" of the address.
        on_data: is told of every component that is drawn: its name and its data.
    """

    connection: ClientConnection
    page: str = ""
    query: str = ""
    on_data: Callable[[str, Mapping[str, Any]], None] | None = None
    components: dict[str, Mounted] = field(default_factory=dict)
    timers: dict[str, float] = field(default_factory=dict)
    """Seconds after which a fragment asks to be drawn again, by the fragment's id."""
    messages: int = 0
    """Of the server, for the last rerun."""
    received: int = 0
    """Bytes that the server has sent."""
    _finished: "asyncio.Queue[tuple[float, str]]" = field(default_factory=asyncio.Queue)
    _reader: "asyncio.Task[None] | None" = None

    @classmethod
    async def opened(
        cls,
        port: int,
        page: str = "",
        query: str = "",
        on_data: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> "PageSession":
        """Connect and load the page. Raises PageError, OSError."""
        url, origin = f"ws://localhost:{port}/_stcore/stream", Origin(f"http://localhost:{port}")
        patience: dict[str, Any] = {"open_timeout": PATIENCE_S, "ping_interval": None, "max_size": None}
        connection = await connect(url, subprotocols=[Subprotocol("streamlit")], origin=origin, **patience)
        session = cls(connection, page, query, on_data)
        session._reader = asyncio.create_task(session._read())
        try:
            await session.rerun()
        except BaseException:
            await session.close()
            raise
        return session

    async def close(self) -> None:
        """Leave the page."""
        if self._reader is not None:
            self._reader.cancel()
        await self.connection.close()

    async def rerun(self, fragment: str = "", values: Mapping[str, Any] | None = None, by_timer: bool = False) -> float:
        """Draw the page or a fragment anew; milliseconds until that is finished. Raises PageError.

        `values`: what the components with these names have as their state.
        """
        message = BackMsg()
        message.rerun_script.page_name = self.page
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = by_timer
        for name, value in (values or {}).items():
            widget = self.component(name).widget
            message.rerun_script.widget_states.widgets.add(id=widget, json_value=json.dumps(value))
        self.messages = 0
        while not self._finished.empty():
            self._finished.get_nowait()
        start = time.perf_counter()
        try:
            await self.connection.send(message.SerializeToString())
            end, failed = await asyncio.wait_for(self._finished.get(), PATIENCE_S)
        except (TimeoutError, ConnectionClosed) as error:
            raise PageError(f"{self.page or 'start'}: {type(error).__name__}") from error
        if failed:
            raise PageError(f"{self.page or 'start'}: {failed}")
        return 1000 * (end - start)

    def component(self, name: str) -> Mounted:
        """The component with this name. Raises PageError where the page does not show it."""
        if name not in self.components:
            raise PageError(f"{self.page or 'start'}: no component named {name}")
        return self.components[name]

    async def _read(self) -> None:
        try:
            async for content in self.connection:
                if isinstance(content, bytes):
                    self.received += len(content)
                    self._take(ForwardMsg.FromString(content))
        except ConnectionClosed:
            pass
        self._finished.put_nowait((time.perf_counter(), "the connection was closed"))

    def _take(self, message: ForwardMsg) -> None:
        self.messages += 1
        kind = message.WhichOneof("type")
        if kind == "script_finished":
            early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            failed = message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
            if not early:
                self._finished.put_nowait((time.perf_counter(), "the page's script failed" if failed else ""))
        elif kind == "auto_rerun":
            self.timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            self.timers.pop(message.stop_auto_rerun.fragment_id, None)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            shown = message.delta.new_element.WhichOneof("type")
            if shown == "bidi_component":
                self._mount(message.delta.new_element.bidi_component, message.delta.fragment_id)
            elif shown == "exception":
                raise PageError(message.delta.new_element.exception.message)

    def _mount(self, element: BidiComponent, fragment: str) -> None:
        name = element.component_name.rpartition("cnn_builder_")[2]
        kind = element.WhichOneof("data")
        text = element.mixed.json if kind == "mixed" else element.json if kind == "json" else ""
        data = json.loads(text) if text else {}
        self.components[name] = Mounted(element.id, fragment, data if isinstance(data, dict) else {})
        if self.on_data is not None:
            self.on_data(name, self.components[name].data)
