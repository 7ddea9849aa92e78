"""What was measured of a run's robustness, kept in its folder: `robustness.json`, known by what it is of."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.files import write_whole
from cnn_builder.limits import MAX_ROBUSTNESS_BYTES
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.run_files import BEST

FILE = "robustness.json"
VERSION = 1
"""Of the file and of the perturbations: another one, and everything is measured again."""


@dataclass(frozen=True)
class Robustness:
    """The curves measured so far, by perturbation.

    Attributes:
        model: SHA-256 of the file with the best model.
        images: digest of the test images and their labels.
        unsuitable: of a perturbation that makes no sense for the images, why.
    """

    model: str
    images: str
    curves: dict[str, RobustnessCurve]
    unsuitable: dict[str, str]

    def with_curve(self, curve: RobustnessCurve) -> Robustness:
        return replace(self, curves={**self.curves, curve.key: curve})

    def with_unsuitable(self, key: str, why: str) -> Robustness:
        return replace(self, unsuitable={**self.unsuitable, key: why})

    @property
    def is_complete(self) -> bool:
        """Whether every perturbation is measured, or known to make no sense."""
        return PERTURBATIONS.keys() <= {*self.curves, *self.unsuitable}

    def to_json(self) -> str:
        curves = {
            key: {
                "neutral": curve.neutral,
                "levels": curve.levels,
                "images": curve.images,
                "right": base64.b64encode(np.packbits(curve.right).tobytes()).decode("ascii"),
            }
            for key, curve in self.curves.items()
        }
        values = {
            "version": VERSION, "model": self.model, "images": self.images, "curves": curves,
            "unsuitable": self.unsuitable,
        }  # fmt: skip
        return json.dumps(values, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Robustness:
        """Raises ValueError, KeyError or TypeError where the text is not one of ours."""
        values: dict[str, Any] = json.loads(text)
        if values["version"] != VERSION:
            raise ValueError(f"expected version {VERSION}, received {values['version']!r:.20}")
        curves = {key: _curve(key, one) for key, one in values["curves"].items() if key in PERTURBATIONS}
        unsuitable = {str(key): str(why) for key, why in values["unsuitable"].items()}
        return cls(str(values["model"]), str(values["images"]), curves, unsuitable)


def model_digest(folder: Path) -> str:
    """SHA-256 of a run's best model. Raises OSError."""
    with (folder / BEST).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_robustness(folder: Path) -> Robustness | None:
    """What is kept of the run's best model as it is now; None where there is nothing that can be used."""
    try:
        if (folder / FILE).stat().st_size > MAX_ROBUSTNESS_BYTES:
            return None
        found = Robustness.from_json((folder / FILE).read_text(encoding="utf-8"))
        return found if found.model == model_digest(folder) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None


def write_robustness(folder: Path, robustness: Robustness) -> None:
    """Keep it; the file is the old one or the new one. Raises OSError."""
    write_whole(folder / FILE, robustness.to_json())


def _curve(key: str, values: dict[str, Any]) -> RobustnessCurve:
    levels, images = tuple(float(level) for level in values["levels"]), int(values["images"])
    packed = np.frombuffer(base64.b64decode(values["right"]), np.uint8)
    right = np.unpackbits(packed, count=len(levels) * images).astype(bool).reshape(len(levels), images)
    neutral = float(values["neutral"])
    if neutral not in levels or not images:
        raise ValueError(f"expected the level {neutral:g} among those measured, received {levels}")
    return RobustnessCurve(key, neutral, levels, right)
