"""Converted models as they are kept in a run's folder, each with what its check found.

A file counts only while the run's model and the file are the ones that were checked.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from cnn_builder.files import replacing, write_whole
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.confidence_interval import Interval, paired_difference
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

FOLDER = "exports"
VERSION = 1
MOST_BYTES = 4_000_000
"""Larger facts are not ours."""


@dataclass(frozen=True)
class ChangedImage:
    """A test image whose answer changed: its place from 0, the PNG as base64 text, and class names.

    `before` is what the run's own model reads in it, `after` what the converted one does, with their probabilities.
    """

    index: int
    png: str
    actual: str
    before: str
    before_probability: float
    after: str
    after_probability: float


@dataclass(frozen=True)
class FormatCheck:
    """What the format's own runtime made of the run's test images.

    Attributes:
        bytes: the size of the file.
        agreement: share of the images with the same answer as the run's model; `changed` are the places, from 0, of
            the others, and `pictures` the first of them.
        gained, lost: images that only the converted and only the run's model reads right.
        difference: the largest between two probabilities.
        milliseconds: an image read by itself, the median.
        versions: of the packages that made and ran it.
    """

    form: str
    bytes: int
    images: int
    test_accuracy: float
    agreement: float
    changed: tuple[int, ...]
    gained: int
    lost: int
    difference: float
    milliseconds: float
    pictures: tuple[ChangedImage, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def accuracy_change(self) -> float:
        """The converted model's accuracy minus the run's own."""
        return (self.gained - self.lost) / self.images

    @property
    def change_interval(self) -> Interval:
        """The 95 % confidence interval of `accuracy_change`, image by image."""
        return paired_difference(self.gained, self.lost, self.images)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FormatCheck":
        """Raises KeyError, TypeError or ValueError where these are not ours."""
        known = {one.name: values[one.name] for one in fields(cls)}
        pictures = tuple(ChangedImage(**one) for one in known.pop("pictures"))
        changed = tuple(int(place) for place in known.pop("changed"))
        made = cls(**known, changed=changed, pictures=pictures)
        if made.images < 1 or made.bytes < 0:
            raise ValueError(f"expected at least one image, received {made.images}")
        return made


def keep_export(run: Run, settings: Settings, form: str, made: Path, facts: Mapping[str, Any]) -> FormatCheck:
    """Keep the file that was made, and what its check found, with the run. Raises OSError."""
    folder = settings.run_folder(run.run_id) / FOLDER
    check = FormatCheck.from_dict({"form": form, "bytes": made.stat().st_size, **facts})
    stamp = {"version": VERSION, "model": digest(settings.run_folder(run.run_id) / BEST), "sha256": digest(made)}
    with replacing(folder / form) as draft:
        draft.write_bytes(made.read_bytes())
    write_whole(folder / f"{form}.json", json.dumps({**stamp, **asdict(check)}, allow_nan=False))
    return check


def kept_check(run: Run, settings: Settings, form: str) -> FormatCheck | None:
    """What is kept of a format; None where nothing is that belongs to the run's model as it is."""
    folder = settings.run_folder(run.run_id)
    path = folder / FOLDER / f"{form}.json"
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        values = json.loads(path.read_text(encoding="utf-8"))
        stamp = (VERSION, digest(folder / BEST), digest(folder / FOLDER / form))
        if (values["version"], values["model"], values["sha256"]) != stamp:
            return None
        return FormatCheck.from_dict(values)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_content(run: Run, settings: Settings, form: str) -> bytes:
    """The kept file of a format. Raises OSError."""
    return (settings.run_folder(run.run_id) / FOLDER / form).read_bytes()
