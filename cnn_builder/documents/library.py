"""Networks saved by name, one file each. A file's name is a random id: what people type never becomes a path."""

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.files import PRIVATE, write_whole
from cnn_builder.limits import MAX_NETWORKS

_ID = re.compile(r"[a-z0-9]{16}")
_VERSION = 1


class NetworksError(CnnBuilderError):
    """A network that cannot be saved, found or read."""


@dataclass(frozen=True)
class SavedNetwork:
    """A network in the list; ``saved`` is in unix seconds."""

    network_id: str
    architecture: Architecture
    dataset: str
    saved: float

    @property
    def name(self) -> str:
        return self.architecture.name

    @property
    def size(self) -> str:
        """Layers and parameters in words; "does not fit" when the stack is broken."""
        traced, count = trace(self.architecture), len(self.architecture.layers)
        layers = f"{count} layer{'' if count == 1 else 's'}"
        return f"{layers}, {'does not fit' if traced.error else f'{traced.total_params:,} parameters'}"


class Networks:
    """The saved networks in ``folder``. ``clock`` gives unix seconds."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder, self._clock = folder, clock

    def list(self) -> tuple[list[SavedNetwork], int]:
        """The saved networks, the newest first, and how many files cannot be read (they are left alone)."""
        found, unreadable = [], 0
        for path in self.folder.glob("*.json"):
            try:
                found.append(self._read(path))
            except FileNotFoundError:
                continue  # removed by another session since the folder was listed
            except NetworksError:
                unreadable += 1
        return sorted(found, key=lambda network: (-network.saved, network.network_id)), unreadable

    def named(self, name: str) -> SavedNetwork | None:
        """The newest network of this name."""
        return next((network for network in self.list()[0] if network.name == name), None)

    def get(self, network_id: str) -> SavedNetwork:
        """Raises NetworksError when there is none of this id, or it cannot be read."""
        try:
            return self._read(self._path(network_id))
        except FileNotFoundError:
            raise NetworksError("This network is no longer there: it was deleted.") from None

    def save(self, architecture: Architecture, dataset: str, network_id: str | None = None) -> SavedNetwork:
        """Save as a new network, or in place of the one of this id. Raises NetworksError."""
        if not architecture.name.strip():
            raise NetworksError("Give the network a name first.")
        if network_id is None and sum(1 for _ in self.folder.glob("*.json")) >= MAX_NETWORKS:
            raise NetworksError(f"At most {MAX_NETWORKS} networks are kept. Delete one first.")
        network = SavedNetwork(network_id or secrets.token_hex(8), architecture, dataset, self._clock())
        self.put(network)
        return network

    def rename(self, network_id: str, name: str) -> SavedNetwork:
        """With another name, its time kept. Raises CnnBuilderError for a name that is refused."""
        old = self.get(network_id)
        if not name.strip():
            raise NetworksError("A network needs a name.")
        renamed = replace(old, architecture=old.architecture.with_name(name))
        self.put(renamed)
        return renamed

    def delete(self, network_id: str) -> SavedNetwork:
        """Remove it; what was removed, for ``put`` to bring back. Raises NetworksError."""
        gone = self.get(network_id)
        self._path(network_id).unlink(missing_ok=True)
        return gone

    def put(self, network: SavedNetwork) -> None:
        """Write it as it is, at once: readers see the old file or the new one. Raises NetworksError."""
        data = {
            "version": _VERSION,
            "saved": network.saved,
            "dataset": network.dataset,
            "architecture": network.architecture.to_dict(),
        }
        path = self._path(network.network_id)
        try:
            write_whole(path, json.dumps(data, ensure_ascii=False), mode=PRIVATE)
        except OSError as error:
            raise NetworksError(f"The network could not be saved in {self.folder}: {error.strerror}.") from None

    def _path(self, network_id: str) -> Path:
        if not _ID.fullmatch(network_id):
            raise NetworksError("This network is not there: its id is not one of ours.")
        return self.folder / f"{network_id}.json"

    def _read(self, path: Path) -> SavedNetwork:
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            architecture = Architecture.from_dict(data["architecture"])
            return SavedNetwork(path.stem, architecture, str(data["dataset"]), float(data["saved"]))
        except FileNotFoundError:
            raise
        except (OSError, ValueError, KeyError, TypeError, RecursionError, CnnBuilderError) as error:
            raise NetworksError(f"The saved network cannot be read: {error}") from None
