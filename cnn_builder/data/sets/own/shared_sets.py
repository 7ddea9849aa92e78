"""Data sets of one's own under the artifacts' URL: put there when they change, fetched by version."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from cnn_builder.artifacts.errors import ArtifactsConflict, ArtifactsError, ArtifactsUnreachable
from cnn_builder.artifacts.kept_folder import KeptFolder
from cnn_builder.artifacts.objects import object_store
from cnn_builder.data.errors import DatasetError
from cnn_builder.settings import Settings

PREFIX, MACHINE = "datasets", "machine"
"""A set's name under the URL is datasets/OWNER/NAME; those of whoever runs the machine are that machine's."""
MISSED_SECONDS = 30.0  # a set that is not there is looked for again after so long: pages ask for it at every run

_log = logging.getLogger(__name__)
_missed: dict[tuple[str, str, str | None], float] = {}


class SharedSets:
    """Those of one owner, with copies in `folder`."""

    def __init__(
        self, url: str, owner: str | None, folder: Path, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._objects, self._prefix, self._folder = object_store(url), f"{PREFIX}/{owner or MACHINE}", folder
        self._monotonic = monotonic

    @classmethod
    def of(cls, settings: Settings) -> "SharedSets | None":
        """Those of the settings' owner; None where files are kept nowhere else than in the home."""
        if settings.artifacts is None:
            return None
        return cls(settings.artifacts, settings.owner, settings.own_home / "datasets")

    def fetch(self, name: str, fingerprint: str | None) -> None:
        """Bring the list of versions, and this version of them, here. Raises ArtifactsError, DatasetError."""
        self._fetch(name, {"set.json", f"{fingerprint}.json", f"{fingerprint}.npz"}.__contains__)

    def fetch_whole(self, name: str) -> None:
        """Bring all versions of a data set here. Raises ArtifactsError, DatasetError."""
        self._fetch(name, lambda _: True)

    def _fetch(self, name: str, wanted: Callable[[str], bool]) -> None:
        try:
            damaged = self._kept(name).fetch(wanted)
        except OSError as error:
            raise DatasetError(f"The data set {name} could not be fetched: {error}. Free some space.") from error
        if damaged:
            raise DatasetError(
                f"The data set {name} is damaged under {self._objects.url}: {', '.join(damaged)}. Import it again."
            )

    def look_for(self, name: str, fingerprint: str | None) -> None:
        """The same, but not again and again where there is none, and nothing is raised: it is not here then."""
        key = (self._objects.url, f"{self._prefix}/{name}", fingerprint)
        if self._monotonic() < _missed.get(key, 0.0):
            return
        _missed[key] = self._monotonic() + MISSED_SECONDS
        try:
            self.fetch(name, fingerprint)
        except (ArtifactsError, DatasetError) as error:
            _log.warning("%s", error)
        if (self._folder / name / (f"{fingerprint}.npz" if fingerprint else "set.json")).is_file():
            del _missed[key]

    def fetch_newest(self, name: str) -> None:
        """Bring the list of versions here as it is now, before it is changed; where that cannot be, it stays."""
        try:
            self.fetch(name, None)
        except ArtifactsError as error:
            _log.warning("%s", error)

    def put(self, name: str) -> None:
        """Put what was changed here there. Where that cannot be now, a run that needs it does so before it starts.

        Raises DatasetError where it was changed on another machine at the same time.
        """
        try:
            self.send(name)
        except ArtifactsConflict:
            raise DatasetError(f"{name} was changed on another machine at the same time. Try again.") from None
        except ArtifactsError as error:
            _log.warning("The data set %s is only here: %s", name, error)

    def send(self, name: str, anyway: bool = False) -> None:
        """Put what was changed here there, without asking there where nothing was. Raises ArtifactsError.

        Args:
            anyway: also over what others have put there since.
        """
        try:
            self._kept(name).put(anyway=anyway)
        except OSError as error:
            raise ArtifactsError(f"The data set {name} could not be read: {error}.") from error

    def remove(self, name: str) -> None:
        """Remove a set that was deleted here. Raises DatasetError."""
        try:
            self._kept(name).remove()
        except ArtifactsUnreachable as error:
            where = f"{self._objects.url}/{self._prefix}/{quote(name, safe='')}"
            raise DatasetError(f"The data set was deleted here, but not its files under {where}: {error}") from None

    def names(self) -> list[str]:
        """The names of those under the URL. Raises ArtifactsUnreachable."""
        return [unquote(name) for name in self._objects.folders(self._prefix)]

    def _kept(self, name: str) -> KeptFolder:
        return KeptFolder(self._objects, f"{self._prefix}/{quote(name, safe='')}", self._folder / name)
