"""How much of the disk a person takes: their runs, and the folder of what else is theirs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cnn_builder.runs.access import Access, Quota
from cnn_builder.settings import Settings

_KEPT_SECONDS = 10.0


class OwnRuns(Protocol):
    """The part of a store that is needed here."""

    def run_ids(self) -> tuple[str, ...]: ...

    def for_access(self, access: Access) -> OwnRuns: ...


class DiskMeter:
    """Bytes that a person takes, measured at most every ten seconds: a look at a thousand files takes a while."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[float, int]] = {}

    def taken(self, store: OwnRuns, settings: Settings) -> int:
        """Of the settings' owner."""
        with self._lock:
            known = self._known.get(settings.own_home)
        if known is not None and self._monotonic() - known[0] < _KEPT_SECONDS:
            return known[1]
        size = owner_bytes(store, settings)
        with self._lock:
            self._known[settings.own_home] = (self._monotonic(), size)
        return size


_meter = DiskMeter()


def owner_bytes(store: OwnRuns, settings: Settings) -> int:
    """Bytes that the settings' owner takes on the disk, measured now."""
    runs = store.for_access(Access(settings.owner)).run_ids()
    return folder_bytes(settings.own_home) + sum(folder_bytes(settings.run_folder(run_id)) for run_id in runs)


def folder_bytes(folder: Path) -> int:
    """Of the files in a folder and below it; 0 where there is none."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except OSError:
                continue  # removed meanwhile
    return total


def access_of(store: OwnRuns, settings: Settings, admin: bool = False) -> Access:
    """What the settings' owner sees of the store; an admin sees everything, and is held to no limit."""
    if admin or settings.owner is None:
        return Access(settings.owner, whole=True)
    return Access(settings.owner, quota=Quota.of(settings, lambda: _meter.taken(store, settings)))
