"""What people do on a page, at their pace: edit a stack, watch a run, draw on the pad. One person is one open page.

The pace: after every action a person waits for a while that is drawn evenly from half to one and a half of the pace.
Somebody who watches does nothing: the page's own timers ask, once a second each, as in a browser. A stroke is sent four
times while the pen moves, and once when it is lifted, as the pad does it.
"""

import asyncio
import base64
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.page_session import PageError, PageSession

SIDE = 112
PARTS_OF_A_STROKE, PART_S = 4, 0.15
LEAST_REST_S = 0.05
STEPS_A_SECOND = 20


@dataclass
class Tally:
    """What was measured: milliseconds by action, and what went wrong by its words."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bytes: int = 0
    """That pages received."""


@dataclass
class Written:
    """When the rows of the run that trains were first seen in the store, by their number; on this process' clock."""

    run_id: str
    times: dict[int, float] = field(default_factory=dict)


@dataclass
class Person:
    """Somebody with one page open.

    Args:
        pace: seconds between actions.
        stay: seconds until the page is closed and another one opened; 0 for never.
        tally: takes what is measured.
    """

    port: int
    pace: float
    stay: float
    tally: Tally
    page: str
    query: Callable[[], str]
    act: "Callable[[Person, PageSession], Any]"
    on_data: Callable[[str, Mapping[str, Any]], None] | None = None
    number: int = 0
    """Of actions so far."""

    async def live(self, until: float) -> None:
        """Open the page and act until then (on the clock of `time.monotonic`)."""
        await asyncio.sleep(random.uniform(0, self.pace))
        while time.monotonic() < until:
            try:
                await self._visit(until)
            except (PageError, OSError) as error:
                self.tally.errors[str(error)[:120]] += 1
                await asyncio.sleep(self.pace)

    async def _visit(self, until: float) -> None:
        start = time.perf_counter()
        session = await PageSession.opened(self.port, self.page, self.query(), self.on_data)
        self.tally.times["open"].append(1000 * (time.perf_counter() - start))
        leave = until if not self.stay else min(until, time.monotonic() + self.stay * random.uniform(0.5, 1.5))
        try:
            while time.monotonic() < leave:
                await self.act(self, session)
        finally:
            self.tally.bytes += session.received
            await session.close()

    async def rest(self) -> None:
        """Think for a while."""
        await asyncio.sleep(max(LEAST_REST_S, self.pace * random.uniform(0.5, 1.5)))


async def edit(person: Person, session: PageSession) -> None:
    """Change the first layer's filters."""
    await person.rest()
    person.number += 1
    change = {"seq": person.number, "op": "set", "id": "l0", "name": "filters", "value": 8 + person.number % 57}
    state = {"operations": {"client": str(id(session)), "items": [change]}}
    took = await session.rerun(session.component("stack").fragment, {"stack": state})
    if session.component("stack").data.get("layers") is None:
        raise PageError("build: the stack lost its layers")
    person.tally.times["edit"].append(took)


async def draw(person: Person, session: PageSession) -> None:
    """Draw a line of a digit, and wait for its answer."""
    await person.rest()
    pad = session.component("canvas")
    top, left = random.randint(8, 24), random.randint(30, 75)
    image = np.zeros((SIDE, SIDE), np.uint8)
    took = 0.0
    for part in range(1, PARTS_OF_A_STROKE + 2):
        image[top : top + part * 16, left : left + 9] = 255
        person.number += 1
        done = part > PARTS_OF_A_STROKE
        saved = {"strokes": [[[left, top], [left, top + 80]]], "width": 9} if done else None
        text = base64.b64encode(image.tobytes()).decode("ascii")
        state = {"drawing": {"seq": person.number, "image": text, "saved": saved}}
        took = await session.rerun(pad.fragment, {"canvas": state})
        if not done:
            await asyncio.sleep(max(LEAST_REST_S, PART_S - took / 1000))
    reading = session.component("canvas").data["reading"]
    if reading["ack"] != person.number or reading["kind"] != "answer":
        raise PageError(f"draw: {reading['kind']}: {reading['title']} {reading['detail']}"[:120])
    person.tally.times["stroke"].append(took)


async def watch(person: Person, session: PageSession) -> None:
    """Let the page's timers ask. What arrives is measured by `arrivals`."""
    if not session.timers:
        await session.rerun()  # what it watched has ended: see what there is now
    for fragment in tuple(session.timers):
        person.tally.times["poll"].append(await session.rerun(fragment, by_timer=True))
    await asyncio.sleep(max(LEAST_REST_S, min(session.timers.values(), default=1.0)))


def arrivals(tally: Tally, written: Written) -> Callable[[str, Mapping[str, Any]], None]:
    """What notes how long each row took from the store to a page that watches the run; for one page."""

    def arrived(name: str, data: Mapping[str, Any]) -> None:
        if name != "curves" or data.get("run") != written.run_id or not data["after"]:
            return  # the rows of before the page was opened come all at once
        now = time.perf_counter()
        for seq in range(data["after"] + 1, data["to"] + 1):
            if seq in written.times:
                tally.times["metric"].append(1000 * (now - written.times[seq]))

    return arrived
