"""An assignment's pack: everything a student needs and a server grades by, as a file and as a link."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnn_builder import limits
from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import shown
from cnn_builder.data import find_dataset
from cnn_builder.learn.assignments.values import count_field, json_object, moment_field, network_field, text_field
from cnn_builder.learn.errors import AssignmentError
from cnn_builder.runs import RunSettings
from cnn_builder.runs.settings import RunSettingsError

VERSION = 1
BUDGETS = {
    "max_params": "parameters",
    "max_macs": "MACs an image",
    "max_epochs": "epochs",
    "max_seconds": "seconds of training",
}
"""The budgets, and what they count."""
_FIELDS = (
    "version", "name", "text", "dataset", "architecture", "locked", *BUDGETS, "goal", "held_out", "deadline",
    "settings",
)  # fmt: skip
_FILES = Path(__file__).with_name("files")


@dataclass(frozen=True)
class AssignmentPack:
    """A task.

    Args:
        name, text: what students read.
        dataset: name of the data set.
        architecture: the network to start from.
        locked: places of its layers, from 0, that a submission must have unchanged and in this order.
        max_params, max_macs, max_epochs, max_seconds: budgets; None for none. Seconds are those of the grading run.
        goal: test accuracy to be reached, from 0 to 1, on the held-out images.
        held_out: how many of the last test images only the grading sees; student's runs are scored on those before.
        deadline: as ISO 8601, or None.
        settings: how a network that is handed in without a run is trained.
    """

    name: str
    text: str
    dataset: str
    architecture: Architecture
    goal: float
    held_out: int
    locked: tuple[int, ...] = ()
    max_params: int | None = None
    max_macs: int | None = None
    max_epochs: int | None = None
    max_seconds: int | None = None
    deadline: str | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def pack_id(self) -> str:
        """16 hexadecimal digits that stand for exactly this pack."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    @property
    def shown_images(self) -> int:
        """How many of the first test images the students' runs may be scored on."""
        info = find_dataset(self.dataset)
        return max(1, (info.test_size if info else self.held_out * 2) - self.held_out)

    def run_settings(self) -> RunSettings:
        """The settings a student begins with: the pack's, scored on the images that are not held out."""
        return RunSettings(**{"epochs": min(self.max_epochs or 5, 5), **self.settings, "test_limit": self.shown_images})

    def to_json(self) -> str:
        """The file's content."""
        data = {
            "version": VERSION, "name": self.name, "text": self.text, "dataset": self.dataset, "goal": self.goal,
            "held_out": self.held_out, "locked": list(self.locked), "deadline": self.deadline,
            **{name: getattr(self, name) for name in BUDGETS},
            "settings": dict(self.settings), "architecture": self.architecture.to_dict(),
        }  # fmt: skip
        return json.dumps(data, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, content: str | bytes) -> AssignmentPack:
        """Raises AssignmentError, naming the field, what was expected and what was received."""
        data = json_object(content, "assignment", _FIELDS)
        if data.get("version") != VERSION:
            raise AssignmentError(f"version: expected {VERSION}, received {shown(data.get('version'))}.")
        network = network_field(data)
        goal = data.get("goal")
        if isinstance(goal, bool) or not isinstance(goal, int | float) or not 0 < goal <= 1:
            raise AssignmentError(f"goal: expected a test accuracy from 0 to 1, received {shown(goal)}.")
        held_out = count_field(data, "held_out")
        if held_out is None:
            raise AssignmentError("held_out: expected how many of the last test images are kept for the grading.")
        locked = data.get("locked", [])
        if not isinstance(locked, list) or not all(type(at) is int and 0 <= at < len(network.layers) for at in locked):
            most = len(network.layers) - 1
            raise AssignmentError(f"locked: expected places of layers from 0 to {most}, received {shown(locked)}.")
        pack = cls(
            text_field(data, "name"), text_field(data, "text", 20_000, required=False), text_field(data, "dataset"),
            network, float(goal), held_out, tuple(sorted(set(locked))),
            **{name: count_field(data, name) for name in BUDGETS},
            deadline=moment_field(data, "deadline"), settings=MappingProxyType(_settings(data)),
        )  # fmt: skip
        info = find_dataset(pack.dataset)
        if info is not None and held_out >= info.test_size:
            raise AssignmentError(f"held_out: expected 1 to {info.test_size - 1:,} images, received {held_out:,}.")
        return pack

    def to_link(self) -> str:
        """The pack as text of letters, digits, "-" and "_", for an address."""
        return base64.urlsafe_b64encode(zlib.compress(self.to_json().encode(), 9)).decode().rstrip("=")

    @classmethod
    def from_link(cls, text: str) -> AssignmentPack:
        """Raises AssignmentError for a link that is damaged or too long."""
        if len(text) > limits.MAX_LINK:
            raise AssignmentError("The assignment's link is too long. Ask for its file.")
        try:
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            box = zlib.decompressobj()
            unpacked = box.decompress(packed, limits.MAX_TEXT_BYTES)
            whole = box.eof
        except (ValueError, zlib.error):
            whole = False
        if not whole:
            raise AssignmentError("The assignment's link is damaged. Ask for it again.")
        return cls.from_json(unpacked)


def _settings(data: Mapping[str, Any]) -> dict[str, Any]:
    settings = data.get("settings", {})
    if not isinstance(settings, dict):
        raise AssignmentError(f"settings: expected an object, received {shown(settings)}.")
    try:
        RunSettings(**settings)
    except RunSettingsError as error:
        raise AssignmentError(f"settings: {error}") from None
    return settings


def shipped_packs() -> dict[str, Path]:
    """The app's own assignments by name; beside NAME.json is a network that passes, NAME.reference.json."""
    return {path.stem: path for path in sorted(_FILES.glob("*.json")) if not path.stem.endswith(".reference")}


def read_pack(path: Path) -> AssignmentPack:
    """The pack in a file. Raises AssignmentError."""
    try:
        with path.open("rb") as file:
            return AssignmentPack.from_json(file.read(limits.MAX_TEXT_BYTES + 1))
    except OSError as error:
        raise AssignmentError(f"{path}: the assignment cannot be read: {error.strerror}.") from None
