"""Puts a run's files under the artifacts' URL while it trains, from a thread of its own: no step waits for it."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from cnn_builder.artifacts.errors import ArtifactsConflict, ArtifactsError, ArtifactsUnreachable
from cnn_builder.runs.errors import RunStateError, StoreBusy, StoreError
from cnn_builder.runs.run_artifacts import RunArtifacts, when_reachable
from cnn_builder.runs.store.patience import PATIENCE

FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0  # seconds between two tries to reach the URL

_log = logging.getLogger(__name__)


class Uploader:
    """Use as a context around the training; leaving it ends the thread, and `finish` says that all is there.

    Args:
        artifacts: None where the files are in the home alone: nothing is done then.
        check: asks the store whether this worker still has the run: raises RunStateError where it has not, StoreError
            where that cannot be known now. Nothing is put then.
        tell: is told once the URL answers again, and for how many seconds it did not.
    """

    def __init__(
        self,
        artifacts: RunArtifacts | None,
        run_id: str,
        check: Callable[[], object],
        tell: Callable[[str], object],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._artifacts, self._run_id, self._check, self._tell = artifacts, run_id, check, tell
        self._monotonic = monotonic
        self._changed, self._ended = threading.Event(), threading.Event()
        self._away_since: float | None = None
        self._wait = FIRST_WAIT
        self._thread = threading.Thread(target=self._loop, name="uploader", daemon=True)

    def __enter__(self) -> "Uploader":
        if self._artifacts is not None:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end()
        if kind is not None and self._artifacts is not None:
            with suppress(ArtifactsError, StoreError):  # whoever resumes the run elsewhere goes on from what is there
                self._artifacts.put(self._run_id, self._check)

    def fetch(self) -> list[str]:
        """Bring the run's folder up to what is there: the files that are damaged there. Raises ArtifactsError."""
        artifacts = self._artifacts
        return [] if artifacts is None else when_reachable(lambda: artifacts.fetch(self._run_id), self._check)

    def changed(self) -> None:
        """A file was written: have it put there soon."""
        self._changed.set()

    def finish(self, patience: float = PATIENCE) -> None:
        """Put what is left there, trying again for so many seconds.

        Raises ArtifactsError that names the files that are only here, StoreError where `check` does.
        """
        artifacts = self._artifacts
        if artifacts is None:
            return
        self._end()
        until = self._monotonic() + patience
        while True:
            try:
                self._put(artifacts)
                return
            except (ArtifactsUnreachable, StoreBusy) as error:
                if self._monotonic() >= until:
                    raise ArtifactsError(left_here(artifacts, self._run_id, error)) from error
                time.sleep(min(self._wait, max(0.0, until - self._monotonic())))

    def _end(self) -> None:
        self._ended.set()
        self._changed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _loop(self) -> None:
        artifacts = self._artifacts
        while artifacts is not None and not self._ended.is_set():
            self._changed.wait()
            self._changed.clear()
            if self._ended.is_set():
                return
            try:
                self._put(artifacts)
            except ArtifactsUnreachable:
                self._ended.wait(self._wait)
                self._wait = min(2 * self._wait, LONGEST_WAIT)
                self._changed.set()
            except RunStateError as error:
                _log.warning("%s", error)  # the training hears of it from the store
                return
            except (ArtifactsError, StoreError) as error:
                _log.warning("%s Trying again after the next checkpoint.", error)

    def _put(self, artifacts: RunArtifacts) -> None:
        try:
            try:
                artifacts.put(self._run_id, self._check)
            except ArtifactsConflict as error:  # a worker that was lost for the run has put files since it was lost
                _log.warning("%s This worker has the run: its files take their place.", error)
                self._check()
                artifacts.put(self._run_id, self._check, anyway=True)
        except ArtifactsUnreachable as error:
            self._away_since = self._away_since or self._monotonic()
            _log.warning("%s Trying again.", error)
            raise
        if self._away_since is not None:
            seconds, self._away_since, self._wait = self._monotonic() - self._away_since, None, FIRST_WAIT
            self._tell(f"the artifacts could not be reached for {seconds:.0f} s; nothing was lost")


def left_here(artifacts: RunArtifacts, run_id: str, error: Exception) -> str:
    """Why a run's files are not all under the URL, which are missing there, and where they are."""
    names = [name for name in artifacts.unsent(run_id) if name != "worker.log"]
    return (
        f"{error} Only {socket.gethostname()} has these files, in its home's runs/{run_id}: {', '.join(names)}. "
        "Resume the run when it can be reached."
    )
