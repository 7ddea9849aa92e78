"""Tells the store how training goes, from a thread of its own, so that no step waits for the database."""

import logging
import threading
from collections import deque

from cnn_builder.runs import Metric, RunNotFound, Store, StoreError

PERIOD = 0.25  # seconds between two writes of metrics, and two looks at what is asked
BEAT = 1.0  # seconds between two signs of life

_log = logging.getLogger(__name__)


class Recorder:
    """Use as a context: leaving it writes what is left.

    A store that is busy is tried again and again, with the rows kept; one that is full, or has lost the run, ends the
    training: `check` raises it.
    """

    def __init__(self, store: Store, run_id: str, period: float = PERIOD) -> None:
        self._store = store
        self._run_id = run_id
        self._period = period
        self._rows: deque[Metric] = deque()
        self._place = (0, 0)
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._failure: StoreError | None = None
        self._thread = threading.Thread(target=self._loop, name="recorder", daemon=True)

    def __enter__(self) -> "Recorder":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        try:
            self._flush()
        except StoreError:
            if kind is None:
                raise
            _log.exception("The last metrics could not be written")

    def add(self, metric: Metric) -> None:
        """Have a row written soon."""
        self._rows.append(metric)

    def at(self, step: int, epoch: int) -> None:
        """Where training is, for the next sign of life."""
        self._place = (step, epoch)

    @property
    def stop_requested(self) -> bool:
        """Whether the run was asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise the StoreError that makes going on pointless, if there is one."""
        if self._failure is not None:
            raise self._failure

    def _loop(self) -> None:
        since_beat = BEAT
        while not self._ended.is_set():
            try:
                if self._store.control(self._run_id) == "stop":
                    self._stop.set()
                self._flush()
                if since_beat >= BEAT:
                    self._store.beat(self._run_id, *self._place)
                    since_beat = 0.0
            except StoreError as error:
                if isinstance(error, RunNotFound) or "disk full" in str(error):
                    self._failure = error
                _log.warning("%s Trying again.", error)
            self._ended.wait(self._period)
            since_beat += self._period

    def _flush(self) -> None:
        rows = list(self._rows)
        if rows:
            self._store.append(self._run_id, rows)
            for _ in rows:
                self._rows.popleft()
