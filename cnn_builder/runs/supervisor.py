"""Nobody's scheduler: `tick()` moves the queue and finds the dead. Servers, commands and ending workers call it."""

import logging
import threading
import time
from collections.abc import Callable

from cnn_builder.runs import processes
from cnn_builder.runs.errors import LauncherError
from cnn_builder.runs.launcher import Launcher
from cnn_builder.runs.models import Run
from cnn_builder.runs.store import Store

NOT_RESPONDING = "not responding"
SILENT_SECONDS = 30.0  # a worker that has not beaten for so long is said not to respond
FOREIGN_SECONDS = 3.0  # how long the process that started a worker has to say how it ended
UNSTARTED_SECONDS = 60.0  # how long a claimed run may be without a process

_log = logging.getLogger(__name__)


class Supervisor:
    """Starts queued runs and ends those whose worker is gone. Any number may work on one store.

    Times are this process's own monotonic clock: the machine's clock may jump.
    """

    def __init__(
        self, store: Store, launcher: Launcher, max_active: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._launcher = launcher
        self._max_active = max_active
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: dict[tuple[str, str, int], float] = {}  # (run, what, beats) -> when it was first seen
        self._stop = threading.Event()
        self._nudged = threading.Event()
        self._thread: threading.Thread | None = None

    def tick(self) -> None:
        """Look at every run at work, then start waiting ones. Raises StoreError."""
        with self._lock:
            seen: set[tuple[str, str, int]] = set()
            for run in self._store.active():
                if run.status != "queued":
                    self._watch(run, seen)
            self._since = {key: when for key, when in self._since.items() if key in seen}
            while (claimed := self._store.claim_next(self._max_active)) is not None:
                self._start(claimed)

    def start_thread(self) -> None:
        """Tick every second in the background, until `stop_thread` or the end of this process."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._loop, name="supervisor", daemon=True)
                self._thread.start()

    def nudge(self) -> None:
        """Have the background thread tick at once: something was queued."""
        self._nudged.set()

    def stop_thread(self) -> None:
        """End the background ticking, and wait for it."""
        self._stop.set()
        self._nudged.set()
        if self._thread is not None:
            self._thread.join()

    def _loop(self) -> None:
        while True:
            self._nudged.wait(1.0)
            self._nudged.clear()
            if self._stop.is_set():
                return
            try:
                self.tick()
            except Exception:  # the queue must move on whatever one tick met: a locked store, a full disk
                _log.exception("The supervisor could not look after the runs; it tries again in a second")

    def _start(self, run: Run) -> None:
        try:
            pid, started = self._launcher.submit(run.run_id)
        except LauncherError as error:
            self._store.finish(run.run_id, "crashed", str(error))
            return
        self._store.set_process(run.run_id, pid, started)

    def _watch(self, run: Run, seen: set[tuple[str, str, int]]) -> None:
        if run.pid is None:
            if self._for(run, "unstarted", seen) >= UNSTARTED_SECONDS:
                self._give_up_unstarted(run)
        elif run.boot != processes.boot_id():
            self._store.finish(run.run_id, "interrupted", "the machine was restarted")
        elif not self._launcher.alive(run):
            self._bury(run, seen)
        elif self._for(run, "silent", seen) >= SILENT_SECONDS:
            self._silent(run)

    def _give_up_unstarted(self, run: Run) -> None:
        """Whoever claimed it died before giving it to a process."""
        if run.status == "stopping":
            self._store.finish(run.run_id, "stopped")
        elif run.status == "starting":
            self._store.release(run.run_id)

    def _bury(self, run: Run, seen: set[tuple[str, str, int]]) -> None:
        reason = self._launcher.exit_reason(run)
        if reason is None and self._for(run, "gone", seen) < FOREIGN_SECONDS:
            return
        # `finish` leaves a run alone that said itself how it ended, just before its process did.
        self._store.finish(run.run_id, "crashed", reason or "process gone")

    def _silent(self, run: Run) -> None:
        # Written first: where the store takes no writes, no worker can give a sign of life, and this raises.
        self._store.note(run.run_id, NOT_RESPONDING)
        if run.status == "stopping":
            self._launcher.kill(run)
            self._store.finish(run.run_id, "stopped", f"{NOT_RESPONDING}, ended")

    def _for(self, run: Run, what: str, seen: set[tuple[str, str, int]]) -> float:
        """How long this has been so, in seconds, as far as this supervisor has seen."""
        key = (run.run_id, what, run.beats)
        seen.add(key)
        now = self._monotonic()
        return now - self._since.setdefault(key, now)
