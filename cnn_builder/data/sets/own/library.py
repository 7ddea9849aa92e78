"""The data sets of one's own in the home folder: `datasets/NAME/`, with a description and an .npz file a version.

`set.json` names the versions in their order and which is current. A version is never changed: an edit adds one, and a
run is of the version it was trained on.
"""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets.info import Dataset, DatasetInfo
from cnn_builder.data.sets.own import version as versions
from cnn_builder.data.sets.own.names import checked_set_name, reference, split_reference
from cnn_builder.data.sets.own.shared_sets import SharedSets
from cnn_builder.data.sets.own.version import Images, Version
from cnn_builder.files import remove_drafts, write_whole
from cnn_builder.limits import MAX_DATASETS, MAX_DISK_BYTES, MAX_VERSIONS, size_text
from cnn_builder.settings import Settings

_SET = "set.json"
_lock = threading.RLock()  # of one server: what reads the list of versions to add one must not meet another


@dataclass(frozen=True)
class OwnDataset:
    """A data set: its name, the fingerprints of its versions, the oldest first, and the current one."""

    name: str
    fingerprints: tuple[str, ...]
    current: str

    def number(self, fingerprint: str) -> int:
        """The version's number, from 1."""
        return self.fingerprints.index(fingerprint) + 1


class OwnDatasets:
    """The data sets in `folder`.

    Args:
        clock: gives unix seconds.
        most_bytes: what all of them may take on the disk.
        most_in_memory: bytes of images from which on they are left on the disk when they are read; None: never.
        shared: where other machines have theirs from, and this one the others'; None: nowhere.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float] = time.time,
        most_bytes: int = MAX_DISK_BYTES,
        most_in_memory: int | None = None,
        shared: SharedSets | None = None,
    ) -> None:
        self.folder, self._clock, self._most_bytes, self._most_in_memory = folder, clock, most_bytes, most_in_memory
        self._shared = shared

    @classmethod
    def of(cls, settings: Settings) -> "OwnDatasets":
        """Those of the settings' owner, who may have less of the disk than whoever runs the machine."""
        shared = settings.owner is not None and settings.quota_disk_mb
        most = min(MAX_DISK_BYTES, settings.quota_disk_mb * 1_000_000) if shared else MAX_DISK_BYTES
        folder, shared_sets = settings.own_home / "datasets", SharedSets.of(settings)
        return cls(folder, most_bytes=most, most_in_memory=settings.most_in_memory, shared=shared_sets)

    def names(self) -> list[str]:
        """Their names, in the order of the alphabet."""
        try:
            found = [path.name for path in self.folder.iterdir() if (path / _SET).is_file()]
        except OSError:
            return []
        return sorted(found, key=lambda name: (name.casefold(), name))

    def has(self, text: str) -> bool:
        """Whether there is a data set of this name, or the version that is named."""
        name, fingerprint = split_reference(text)
        try:
            self._bring(name, fingerprint)
            found = self.get(name)
        except DatasetError:
            return False
        return fingerprint is None or fingerprint in found.fingerprints

    def get(self, name: str) -> OwnDataset:
        """Raises DatasetError where there is none of this name, or it cannot be read."""
        if not self._is_name(name):
            raise DatasetError(f"There is no data set of your own named {name!r:.60}.")
        self._bring(name)
        path = self.folder / name / _SET
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            found = OwnDataset(name, tuple(map(str, data["versions"])), str(data["current"]))
            if found.current not in found.fingerprints:
                raise ValueError("its current version is not listed")
            return found
        except FileNotFoundError:
            raise DatasetError(f"There is no data set of your own named {name!r:.60}.") from None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DatasetError(
                f"{path} cannot be read ({error!s:.120}). Delete the data set or import it again."
            ) from None

    def version(self, text: str) -> Version:
        """The version that is named, or the current one. Raises DatasetError."""
        name, fingerprint = split_reference(text)
        found = self.get(name)
        self._bring(name, fingerprint or found.current)
        return _read(self.folder / name, fingerprint or found.current)

    def describe(self, text: str) -> DatasetInfo:
        """What the rest of the app knows of a version; its name there is `NAME@FINGERPRINT`. Raises DatasetError."""
        name, _ = split_reference(text)
        version, found = self.version(text), self.get(name)
        number = found.number(version.fingerprint) if version.fingerprint in found.fingerprints else 0
        return DatasetInfo(
            reference(name, version.fingerprint), f"{name} (version {number})", version.input_shape, version.classes,
            version.train_size, version.test_size, version.preparation, story(version), version.light_background,
        )  # fmt: skip

    def images(self, text: str, left_on_disk: bool = False) -> Images:
        """The images of the version that is named, or of the current one. Raises DatasetError.

        `left_on_disk`: only what is looked at is read, as where the data set is streamed.
        """
        version = self.version(text)
        on_disk = left_on_disk or self.is_streamed(version)
        return versions.read_images(self.folder / split_reference(text)[0], version, on_disk)

    def is_streamed(self, version: Version) -> bool:
        """Whether its images are left on the disk, and training reads them batch by batch."""
        return self._most_in_memory is not None and version.image_bytes > self._most_in_memory

    def load(self, text: str) -> Dataset:
        """The same as a data set to train on. Raises DatasetError."""
        info = self.describe(text)  # of the version that is current now: another may be so in a moment
        images = self.images(info.name)
        return Dataset(info, images.x_train, images.y_train, images.x_test, images.y_test)

    def file(self, text: str) -> Path:
        """The .npz file of the version that is named, or of the current one, with Keras' keys. Raises DatasetError."""
        return self.folder / split_reference(text)[0] / f"{self.version(text).fingerprint}.npz"

    def check_new(self, name: str) -> None:
        """Raises DatasetError where a new data set could not have this name, before anything is read for it."""
        self._known(checked_set_name(name), new=True)

    def save(self, name: str, version: Version, images: Images, new: bool = False) -> DatasetInfo:
        """Keep a version and make it the current one; `new`: the data set must not be there yet.

        Raises DatasetError: the name is refused or taken, a limit is reached, or it cannot be written.
        """
        name = checked_set_name(name)
        with _lock:
            if self._shared is not None:
                self._shared.fetch_newest(name)
            known = self._known(name, new)
            version = versions.completed(replace(version, created=self._clock()), images)
            listed = known.fingerprints if known else ()
            if version.fingerprint in listed:
                self._write(OwnDataset(name, listed, version.fingerprint))
            else:
                self._check_room(len(listed), images.size)
                self._add(OwnDataset(name, (*listed, version.fingerprint), version.fingerprint), version, images)
            self._share(name)
        return self.describe(name)

    def _add(self, found: OwnDataset, version: Version, images: Images) -> None:
        """Write a new version and the list that names it, or nothing: the disk may be full. Raises DatasetError."""
        folder = self.folder / found.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            remove_drafts(folder)
            versions.write_version(folder, version, images)
            self._write(found)
        except BaseException as error:
            with suppress(OSError):  # the error itself says more
                versions.remove_version(folder, version.fingerprint)
                folder.rmdir()  # where there was no version before
            if isinstance(error, OSError):
                raise DatasetError(f"The data set could not be saved in {folder}: {error.strerror}.") from None
            raise

    def use_version(self, name: str, fingerprint: str) -> None:
        """Make an older version the current one again. Raises DatasetError."""
        with _lock:
            found = self.get(name)
            if fingerprint not in found.fingerprints:
                raise DatasetError(f"{name} has no version {fingerprint!r:.40}.")
            self._write(replace(found, current=fingerprint))
            self._share(name)

    def delete(self, name: str) -> None:
        """Remove a data set with all its versions. Raises DatasetError."""
        with _lock:
            self.get(name)
            folder = self.folder / name
            try:
                (folder / _SET).unlink()  # first: what is left of a folder that cannot be emptied is no data set
                shutil.rmtree(folder)
            except OSError as error:
                raise DatasetError(f"{folder} could not be removed: {error.strerror}.") from None
            if self._shared is not None:
                self._shared.remove(name)

    def remove_unlisted(self, name: str) -> None:
        """Remove what is left of a data set that was never finished; one that is there stays."""
        if self._is_name(name) and not (self.folder / name / _SET).exists():
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def remove_unused(self, name: str, used: Iterable[str], keep: int = 5) -> int:
        """Remove the versions that are none of `used` (as runs name them), nor the current, nor among the last ones.

        The list of versions keeps them, so that numbers stay. How many were removed. Raises DatasetError.
        """
        found, removed = self.get(name), 0
        needed = {found.current, *found.fingerprints[-keep:], *(split_reference(text)[1] for text in used)}
        for fingerprint in set(found.fingerprints) - needed:
            if (self.folder / name / f"{fingerprint}.npz").is_file():
                versions.remove_version(self.folder / name, fingerprint)
                removed += 1
        if removed:
            self._share(name)
        return removed

    def _bring(self, name: str, fingerprint: str | None = None) -> None:
        """Fetch a data set that another machine has, or this version of it, where it is not here."""
        if self._shared is None or not self._is_name(name):
            return
        folder = self.folder / name
        if not (folder / _SET).is_file() or (fingerprint and not (folder / f"{fingerprint}.npz").is_file()):
            self._shared.look_for(name, fingerprint)

    def _share(self, name: str) -> None:
        if self._shared is not None:
            self._shared.put(name)

    def _known(self, name: str, new: bool) -> OwnDataset | None:
        same = next((one for one in self.names() if one.casefold() == name.casefold()), None)
        if same is not None and (new or same != name):
            raise DatasetError(f"There is a data set named {same!r} already. Choose another name, or delete it first.")
        if same is None and len(self.names()) >= MAX_DATASETS:
            raise DatasetError(f"At most {MAX_DATASETS} data sets are kept. Delete one first.")
        return self.get(name) if same is not None else None

    def _check_room(self, listed: int, size: int) -> None:
        if listed >= MAX_VERSIONS:
            raise DatasetError(f"At most {MAX_VERSIONS} versions of a data set are kept. Import it under another name.")
        taken = sum(path.stat().st_size for name in self.names() for path in (self.folder / name).glob("*.npz"))
        if taken + size > self._most_bytes:
            raise DatasetError(
                f"Your data sets take {size_text(taken)} and this one {size_text(size)}; expected at most "
                f"{size_text(self._most_bytes)} together. Delete one first."
            )

    def _write(self, found: OwnDataset) -> None:
        path = self.folder / found.name / _SET
        data = {"version": versions.FORMAT, "versions": list(found.fingerprints), "current": found.current}
        try:
            write_whole(path, json.dumps(data))
        except OSError as error:
            raise DatasetError(f"The data set could not be saved in {path.parent}: {error.strerror}.") from None

    @staticmethod
    def _is_name(text: str) -> bool:
        try:
            return checked_set_name(text) == text
        except DatasetError:
            return False


STREAMED = "It is large: training reads it from the disk batch by batch, and holds none of it in memory."


def story(version: Version) -> str:
    """A version in a sentence."""
    kind = "drawings" if version.preparation == "mnist" else "images"
    total = version.train_size + version.test_size
    return f"{total:,} {kind} of your own in {len(version.classes)} classes."


def _read(folder: Path, fingerprint: str) -> Version:
    """A version never changes, so that it is read once; that it is still there is looked for each time."""
    if not (folder / f"{fingerprint}.npz").is_file():
        raise DatasetError(f"This version of {folder.name} ({fingerprint:.16}) is not there: it was deleted.")
    return _read_once(folder, fingerprint)


@lru_cache(maxsize=128)
def _read_once(folder: Path, fingerprint: str) -> Version:
    return versions.read(folder, fingerprint)
