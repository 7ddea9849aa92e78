"""The files of runs under the artifacts' URL: put there by whoever makes them, fetched by whoever reads them."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from cnn_builder.artifacts.errors import ArtifactsConflict, ArtifactsError, ArtifactsUnreachable
from cnn_builder.artifacts.kept_folder import KeptFolder
from cnn_builder.artifacts.objects import object_store
from cnn_builder.data.sets.own.names import split_reference
from cnn_builder.data.sets.own.shared_sets import SharedSets
from cnn_builder.runs.errors import StoreBusy
from cnn_builder.runs.models import AnyRun
from cnn_builder.settings import Settings

PREFIX = "runs"
PATIENCE = 600.0  # seconds that a worker waits for the URL before it begins, and at its end
AWAY_SECONDS = 5.0  # a URL that did not answer is not asked again by a page for so long: each would wait for it

_Answer = TypeVar("_Answer")

_log = logging.getLogger(__name__)


class RunArtifacts:
    """The files of all runs, with copies in the home. Safe to use from several threads."""

    def __init__(self, settings: Settings, url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._objects = object_store(url)
        self._monotonic = monotonic
        self._complete: dict[str, float | None] = {}  # when the run ended whose files are all here
        self._away_until = 0.0

    @classmethod
    def of(cls, settings: Settings) -> "RunArtifacts | None":
        """None where files are kept nowhere else than in the home."""
        return None if settings.artifacts is None else cls(settings, settings.artifacts)

    @property
    def url(self) -> str:
        """Where the files are."""
        return self._objects.url

    def check(self) -> None:
        """Raise ArtifactsError where files can be neither read nor written there."""
        self._objects.check()

    def put(self, run_id: str, check: Callable[[], object] = lambda: None, anyway: bool = False) -> bool:
        """Put what has changed in a run's folder there; False where nothing had. `check`, `anyway`: of KeptFolder.

        Raises ArtifactsError.
        """
        try:
            return self._kept(run_id).put(check, anyway)
        except OSError as error:
            raise ArtifactsError(f"The files of run {run_id} cannot be kept under {self.url}: {error}.") from error

    def unsent(self, run_id: str) -> list[str]:
        """The files of a run's folder that are only here, as far as is known."""
        return self._kept(run_id).unsent()

    def fetch(self, run_id: str) -> list[str]:
        """Bring a run's folder up to what is there: the files that are damaged there.

        Raises ArtifactsError, OSError.
        """
        return self._kept(run_id).fetch()

    def remove(self, run_id: str) -> None:
        """Remove a run's files there. Raises ArtifactsError."""
        self._kept(run_id).remove()

    def complete(self, run: AnyRun) -> None:
        """See that the files of a run that has ended are here, once for each time it ends.

        Where that cannot be, it is logged: the run can be looked at without them, and they are tried for again.
        """
        ended = getattr(run, "ended", None)
        if run.is_active or self._complete.get(run.run_id, -1.0) == ended or self._monotonic() < self._away_until:
            return
        try:
            if damaged := self.fetch(run.run_id):
                _log.warning("Files of run %s are damaged under %s: %s", run.run_id, self.url, ", ".join(damaged))
            self._complete[run.run_id] = ended
        except (ArtifactsError, OSError) as error:
            if isinstance(error, ArtifactsUnreachable):
                self._away_until = self._monotonic() + AWAY_SECONDS
            _log.warning("The files of run %s cannot be fetched: %s", run.run_id, error)

    def send_dataset(self, run: AnyRun) -> None:
        """See that a run's data set is there, where it is one of its owner's that is here. Raises ArtifactsError."""
        if (found := self._dataset(run)) is not None:
            sets, name, _ = found
            try:
                sets.send(name)
            except ArtifactsConflict:
                raise ArtifactsConflict(
                    f"The data set {name} was changed on another machine while the artifacts could not be reached. "
                    "Import it again."
                ) from None

    def fetch_dataset(self, run: AnyRun) -> None:
        """See that a run's data set is here, where it is one of its owner's. Raises ArtifactsError, DatasetError."""
        if (found := self._dataset(run)) is not None:
            sets, name, fingerprint = found
            sets.fetch(name, fingerprint)

    def _dataset(self, run: AnyRun) -> tuple[SharedSets, str, str] | None:
        name, fingerprint = split_reference(run.dataset)
        sets = SharedSets.of(self._settings.of_owner(getattr(run, "owner", None)))
        return None if fingerprint is None or sets is None else (sets, name, fingerprint)

    def _kept(self, run_id: str) -> KeptFolder:
        return KeptFolder(self._objects, f"{PREFIX}/{run_id}", self._settings.run_folder(run_id))


def when_reachable(action: Callable[[], _Answer], check: Callable[[], object] = lambda: None) -> _Answer:
    """Do something with the files there, again and again for some minutes while they cannot be reached.

    Args:
        check: raises what makes waiting pointless.

    Raises ArtifactsError.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return action()
        except ArtifactsUnreachable as error:
            with suppress(StoreBusy):  # it is not known now
                check()
            if time.monotonic() > until:
                raise
            _log.warning("%s Trying again.", error)
            time.sleep(1.0)
