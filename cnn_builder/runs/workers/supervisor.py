"""Nobody's scheduler: `tick()` moves the queue and finds the dead. Servers, commands and ending workers call it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from cnn_builder.artifacts.errors import ArtifactsError, ArtifactsUnreachable
from cnn_builder.runs.access import UNLIMITED, Quota
from cnn_builder.runs.errors import ClusterUnreachable, LauncherError
from cnn_builder.runs.models import AnyRun, Run
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.usage import minutes_words
from cnn_builder.runs.sweeps.steering import steer
from cnn_builder.runs.workers.launcher import Launcher, Lost

NOT_RESPONDING = "not responding"
CLUSTER_UNREACHABLE = "cluster unreachable"
ARTIFACTS_UNREACHABLE = "artifacts unreachable"
LOST_SECONDS = 5.0  # a lost worker that gave signs of life within so many seconds may not be as lost as it seems
SILENT_SECONDS = 30.0  # a worker that has not beaten for so long is said not to respond
FOREIGN_SECONDS = 3.0  # how long the process that started a worker has to say how it ended
UNSTARTED_SECONDS = 60.0  # how long a claimed run may be without a process

_log = logging.getLogger(__name__)


class Supervisor:
    """Starts queued runs and ends those whose worker is gone. Any number may work on one store.

    Times are this process's own monotonic clock: the machine's clock may jump. With `quota`, nobody who signed in has
    more runs at work than that, and their runs are stopped when the day's minutes are used up.
    """

    def __init__(
        self,
        store: Store,
        launcher: Launcher,
        max_active: int,
        monotonic: Callable[[], float] = time.monotonic,
        quota: Quota = UNLIMITED,
    ) -> None:
        self._store = store.whole  # the queue is everybody's
        self._quota = quota
        self._launcher = launcher
        self._max_active = max_active
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: dict[tuple[str, str, int], float] = {}  # (run, what, beats) -> when it was first seen
        self._stop = threading.Event()
        self._nudged = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """Why no run can be started now, for people to read; None where they can, as far as is known."""
        return self._launcher.problem

    def tick(self) -> None:
        """Look at every run at work, stop what a sweep gives up, then start waiting runs. Raises StoreError.

        Where a cluster does not answer, nothing is known of the workers, and all runs are kept as they are.
        """
        with self._lock:
            active = self._store.active()
            seen: set[tuple[str, str, int]] = set()
            places: int | None = 0
            try:
                # After the store was read: a worker that was given out since is not looked for.
                places = self._launcher.look() if active or self._launcher.problem else None
                for run in active:
                    self._watch(run, seen)
            except ClusterUnreachable:
                self._tell_unreachable(active, seen)
            self._since = {key: when for key, when in self._since.items() if key in seen}
            steer(self._store)
            for run_id in self._store.overdrawn(self._quota.minutes):
                self._store.stop_for(run_id, minutes_words(self._quota))
            most = self._max_active if places is None else min(self._max_active, places)
            while most and (claimed := self._store.claim_next(most, self._quota.active_runs)) is not None:
                if not self._start(claimed):
                    return

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

    def _tell_unreachable(self, active: Sequence[AnyRun], seen: set[tuple[str, str, int]]) -> None:
        """Say it of those that wait for the cluster, or whose worker gives no sign of life either."""
        for run in active:
            waits = run.status == "queued" or self._for(run, "cut off", seen) >= LOST_SECONDS
            if waits and run.reason != CLUSTER_UNREACHABLE:
                self._store.note(run.run_id, CLUSTER_UNREACHABLE)

    def _start(self, run: Run) -> bool:
        """Whether others may be started too."""
        try:
            if self._store.artifacts is not None:  # whoever trains it, elsewhere, has its data set from there
                self._store.artifacts.send_dataset(run)
            started = self._launcher.submit(run.run_id)
        except ClusterUnreachable:
            self._store.release(run.run_id)
            self._store.note(run.run_id, CLUSTER_UNREACHABLE)
            return False
        except ArtifactsUnreachable as error:
            _log.warning("Run %s waits: %s", run.run_id, error)
            self._store.release(run.run_id)
            self._store.note(run.run_id, ARTIFACTS_UNREACHABLE)
            return False
        except (LauncherError, ArtifactsError) as error:
            self._store.finish(run.run_id, "crashed", str(error))
            return True
        if started is not None:
            self._store.set_process(run.run_id, *started)
        return True

    def _watch(self, run: AnyRun, seen: set[tuple[str, str, int]]) -> None:
        if run.reason in (CLUSTER_UNREACHABLE, ARTIFACTS_UNREACHABLE):
            self._store.note(run.run_id, None)
        if run.status == "queued":
            return
        if run.pid is None:
            self._watch_unstarted(run, seen)
        elif (lost := self._launcher.lost(run)) is not None:
            self._lose(run, lost, seen)
        elif not self._launcher.alive(run):
            self._bury(run, seen)
        elif self._for(run, "silent", seen) >= SILENT_SECONDS:
            self._silent(run)

    def _watch_unstarted(self, run: AnyRun, seen: set[tuple[str, str, int]]) -> None:
        """The run was given out, and no process has said that it has it."""
        if (reason := self._launcher.exit_reason(run)) is not None:
            self._store.finish(run.run_id, "crashed", reason)
        elif not self._launcher.alive(run) and self._for(run, "unstarted", seen) >= UNSTARTED_SECONDS:
            self._give_up_unstarted(run)

    def _lose(self, run: AnyRun, lost: Lost, seen: set[tuple[str, str, int]]) -> None:
        if not lost.starts_again:
            self._store.finish(run.run_id, "interrupted", lost.reason)
        elif self._for(run, "lost", seen) >= LOST_SECONDS:
            self._store.start_again(run, lost.reason, lost.most)

    def _give_up_unstarted(self, run: AnyRun) -> None:
        """Whoever claimed it died before giving it to a process."""
        if run.status == "stopping":
            self._store.finish(run.run_id, "stopped")
        elif run.status == "starting":
            self._store.release(run.run_id)

    def _bury(self, run: AnyRun, seen: set[tuple[str, str, int]]) -> None:
        reason = self._launcher.exit_reason(run)
        if reason is None and self._for(run, "gone", seen) < FOREIGN_SECONDS:
            return
        # `finish` leaves a run alone that said itself how it ended, just before its process did.
        self._store.finish(run.run_id, "crashed", reason or "process gone")

    def _silent(self, run: AnyRun) -> None:
        # Written first: where the store takes no writes, no worker can give a sign of life, and this raises.
        self._store.note(run.run_id, NOT_RESPONDING)
        if run.status == "stopping":
            self._launcher.kill(run)
            self._store.finish(run.run_id, "stopped", f"{NOT_RESPONDING}, ended")

    def _for(self, run: AnyRun, what: str, seen: set[tuple[str, str, int]]) -> float:
        """How long this has been so, in seconds, as far as this supervisor has seen."""
        key = (run.run_id, what, run.beats)
        seen.add(key)
        now = self._monotonic()
        return now - self._since.setdefault(key, now)
