"""Tells the store how training goes, from a thread of its own, so that no step waits for the database."""

import logging
import threading
import time
from collections import deque

from cnn_builder.runs import (
    Asked,
    Event,
    Metric,
    RunNotFound,
    RunStateError,
    Store,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreUnreachable,
)
from cnn_builder.runs.store.events import NOTE
from cnn_builder.runs.store.patience import patiently

PERIOD = 0.25  # seconds between two writes of metrics, and two looks at what is asked
BEAT = 1.0  # seconds between two signs of life

_log = logging.getLogger(__name__)


class Recorder:
    """Use as a context: leaving it writes what is left.

    A store that is busy is tried again and again, with the rows kept, and once it answers it is said how long it did
    not; one that is full, or has lost the run or given it to another worker, ends the training: `check` raises it.
    """

    def __init__(self, store: Store, run_id: str, period: float = PERIOD) -> None:
        self._store = store
        self._run_id = run_id
        self._period = period
        self._rows: deque[Metric] = deque()
        self._events: deque[Event] = deque()
        self._place = (0, 0)
        self._doing: str | None = None
        self._told: str | None = None
        self._asked = Asked()
        self._worker = self._asked.worker
        self._busy_since: float | None = None
        self._lost = False  # the store's server, in the middle of something
        self._ended = threading.Event()
        self._hurry = threading.Event()  # the first row is waited for
        self._written = False
        self._failure: StoreError | None = None
        self._thread = threading.Thread(target=self._loop, name="recorder", daemon=True)

    def __enter__(self) -> "Recorder":
        self._asked = patiently(lambda: self._store.asked(self._run_id))
        self._worker = self._asked.worker
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        self._hurry.set()
        self._thread.join()
        if isinstance(self._failure, RunStateError):
            return  # what it still has is not this run's any more
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

    def note(self, text: str) -> None:
        """Have it said among what happened to the run, soon."""
        self.tell(Event(NOTE, *self._place, text=text))

    def pending(self) -> list[Metric]:
        """The rows that the store may not have yet."""
        return list(self._rows)

    def at(self, step: int, epoch: int) -> None:
        """Where training is, for the next sign of life."""
        self._place = (step, epoch)

    def doing(self, what: str | None) -> None:
        """Have it said what the worker does before its first steps, in a few words; None while it trains."""
        self._doing = what
        if what != self._told:
            self._hurry.set()

    @property
    def asked(self) -> Asked:
        """What the run was last asked to do."""
        return self._asked

    def confirm(self) -> None:
        """Ask the store whether this worker still has the run. Raises RunStateError where it has not, StoreError."""
        self.check()
        self._expect_mine(self._store.asked(self._run_id))

    def check(self) -> None:
        """Raise the StoreError that makes going on pointless, if there is one."""
        if self._failure is not None:
            raise self._failure

    def _loop(self) -> None:
        since_beat = BEAT
        while not self._ended.is_set():
            try:
                self._asked = self._store.asked(self._run_id)
                self._expect_mine(self._asked)
                self._flush()
                if since_beat >= BEAT or self._doing != self._told:
                    self._told = self._doing
                    self._store.beat(self._run_id, *self._place, self._told)
                    since_beat = 0.0
            except StoreError as error:
                if isinstance(error, RunNotFound | RunStateError | StoreFull):
                    self._failure = error
                if isinstance(error, RunStateError):
                    return
                if isinstance(error, StoreUnreachable):
                    self._lost = True
                    self._busy_since = self._busy_since or time.monotonic()
                _log.warning("%s Trying again.", error)
            self._hurry.wait(self._period)
            self._hurry.clear()
            since_beat += self._period

    def _expect_mine(self, asked: Asked) -> None:
        if asked.worker not in (None, self._worker):
            raise RunStateError(f"Run {self._run_id} was given to another worker: this one was lost for it.")

    def _flush(self) -> None:
        rows = list(self._rows)
        began = time.monotonic()
        try:
            # What was sent when the server was lost may have arrived, or not.
            self._store.append(self._run_id, rows, again=self._lost)
            for _ in rows:
                self._rows.popleft()
            while self._events:
                self._store.add_event(self._run_id, self._events[0], again=self._lost)
                self._events.popleft()
        except StoreBusy as error:
            self._lost = self._lost or isinstance(error, StoreUnreachable)
            self._busy_since = began if self._busy_since is None else self._busy_since
            raise
        if self._busy_since is not None:
            seconds, what = time.monotonic() - self._busy_since, "could not be reached" if self._lost else "was busy"
            self._busy_since, self._lost = None, False
            text = f"the store {what} for {seconds:.0f} s; nothing was lost"
            self._events.append(Event(NOTE, *self._place, text=text))
