"""Tells the store how training goes, from a thread of its own, so that no step waits for the database."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from cnn_builder.runs import Asked, Event, Metric, RunNotFound, Store, StoreBusy, StoreError, StoreFull
from cnn_builder.runs.events import NOTE

PERIOD = 0.25  # seconds between two writes of metrics, and two looks at what is asked
BEAT = 1.0  # seconds between two signs of life
PATIENCE = 600.0  # seconds a worker that has trained waits to say so, while another process holds the store

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


def patiently(action: Callable[[], Result], patience: float = PATIENCE) -> Result:
    """Do something with the store, again and again while it is busy. Raises StoreError."""
    until = time.monotonic() + patience
    while True:
        try:
            return action()
        except StoreBusy as error:
            if time.monotonic() > until:
                raise
            _log.warning("%s Trying again.", error)


class Recorder:
    """Use as a context: leaving it writes what is left.

    A store that is busy is tried again and again, with the rows kept, and once it answers it is said how long it did
    not; one that is full, or has lost the run, ends the training: `check` raises it.
    """

    def __init__(self, store: Store, run_id: str, period: float = PERIOD) -> None:
        self._store = store
        self._run_id = run_id
        self._period = period
        self._rows: deque[Metric] = deque()
        self._events: deque[Event] = deque()
        self._place = (0, 0)
        self._asked = Asked()
        self._busy_since: float | None = None
        self._ended = threading.Event()
        self._hurry = threading.Event()  # the first row is waited for
        self._written = False
        self._failure: StoreError | None = None
        self._thread = threading.Thread(target=self._loop, name="recorder", daemon=True)

    def __enter__(self) -> "Recorder":
        self._asked = self._store.asked(self._run_id)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        self._hurry.set()
        self._thread.join()
        try:
            patiently(self._flush)
            patiently(lambda: self._store.beat(self._run_id, *self._place))  # where it was when it ended
        except StoreError:
            if kind is None:
                raise
            _log.exception("The last metrics could not be written")

    def add(self, metric: Metric) -> None:
        """Have a row written soon; the first, for which people wait, at once."""
        self._rows.append(metric)
        if not self._written:
            self._written = True
            self._hurry.set()

    def tell(self, event: Event) -> None:
        """Have something that happened written soon."""
        self._events.append(event)

    def pending(self) -> list[Metric]:
        """The rows that the store may not have yet."""
        return list(self._rows)

    def at(self, step: int, epoch: int) -> None:
        """Where training is, for the next sign of life."""
        self._place = (step, epoch)

    @property
    def asked(self) -> Asked:
        """What the run was last asked to do."""
        return self._asked

    def check(self) -> None:
        """Raise the StoreError that makes going on pointless, if there is one."""
        if self._failure is not None:
            raise self._failure

    def _loop(self) -> None:
        since_beat = BEAT
        while not self._ended.is_set():
            try:
                self._asked = self._store.asked(self._run_id)
                self._flush()
                if since_beat >= BEAT:
                    self._store.beat(self._run_id, *self._place)
                    since_beat = 0.0
            except StoreError as error:
                if isinstance(error, RunNotFound | StoreFull):
                    self._failure = error
                _log.warning("%s Trying again.", error)
            self._hurry.wait(self._period)
            self._hurry.clear()
            since_beat += self._period

    def _flush(self) -> None:
        rows = list(self._rows)
        began = time.monotonic()
        try:
            self._store.append(self._run_id, rows)
            for _ in rows:
                self._rows.popleft()
            while self._events:
                self._store.add_event(self._run_id, self._events[0])
                self._events.popleft()
        except StoreBusy:
            self._busy_since = began if self._busy_since is None else self._busy_since
            raise
        if self._busy_since is not None:
            seconds = time.monotonic() - self._busy_since
            self._busy_since = None
            text = f"the store was busy for {seconds:.0f} s; nothing was lost"
            self._events.append(Event(NOTE, *self._place, text=text))
