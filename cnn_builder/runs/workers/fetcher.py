"""Brings the files that other machines made to a server, in the background: its pages read them as its own."""

import logging
import threading

from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.data import DatasetError
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.shared_sets import SharedSets
from cnn_builder.runs.errors import RunNotFound, StoreError
from cnn_builder.runs.models import WORKING, AnyRun
from cnn_builder.runs.run_artifacts import RunArtifacts
from cnn_builder.runs.store import Store
from cnn_builder.settings import Settings

LOOK_SECONDS = 1.0  # between two looks at the runs that train
ROUNDS = 10  # looks until data sets are looked for

_log = logging.getLogger(__name__)


class Fetcher:
    """The files of runs that train come as they change; of those that have ended once, the newest first."""

    def __init__(self, store: Store, settings: Settings, artifacts: RunArtifacts) -> None:
        self._store, self._settings, self._artifacts = store, settings, artifacts
        self._at_work: frozenset[str] = frozenset()
        self._ended: list[str] | None = None  # whose files are still to be looked for, the newest last
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start_thread(self) -> None:
        """Look every second in the background, until `stop_thread` or the end of this process."""
        self._thread = threading.Thread(target=self._loop, name="fetcher", daemon=True)
        self._thread.start()

    def stop_thread(self) -> None:
        """End the background looks, and wait for it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Bring what the runs at work have put, and the files of one more run that has ended.

        Raises StoreError, ArtifactsError and OSError.
        """
        if self._ended is None:
            self._ended = list(self._store.run_ids())
        at_work = frozenset(run.run_id for run in self._store.active() if run.status in WORKING)
        self._ended += sorted(self._at_work - at_work)  # they ended since, or wait again
        self._at_work = at_work
        for run_id in sorted(at_work):
            self._artifacts.fetch(run_id)
        if self._ended and (run := self._find(self._ended.pop())) is not None:
            self._artifacts.complete(run)

    def look_for_datasets(self) -> None:
        """Bring the data sets that other machines have imported. Raises StoreError, ArtifactsError."""
        for owner in (None, *(one.owner for one in self._store.owners())):
            settings = self._settings.of_owner(owner)
            own, sets = OwnDatasets.of(settings), SharedSets.of(settings)
            here = set(own.names())
            for name in sets.names() if sets is not None else ():
                if name not in here:
                    try:
                        own.version(name)
                    except DatasetError as error:
                        _log.warning("%s", error)

    def _find(self, run_id: str) -> AnyRun | None:
        try:
            return self._store.find(run_id)
        except RunNotFound:  # deleted since
            return None

    def _loop(self) -> None:
        rounds = 0
        while not self._stop.wait(0 if self._ended else LOOK_SECONDS):
            try:
                self.look()
                if rounds % ROUNDS == 0:
                    self.look_for_datasets()
                rounds += 1
            except (StoreError, ArtifactsError, OSError) as error:
                _log.warning("Files of other machines cannot be fetched now: %s", error)
                self._stop.wait(LOOK_SECONDS)
