"""Data sets of one's own for tests: pictures, zips and versions."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn_builder.data import DatasetInfo
from cnn_builder.data.imports.collect import Form
from cnn_builder.data.imports.importing import ImportOptions, import_data
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import ImportLimits


def noise(seed: int, *shape: int) -> np.ndarray:
    """An image unlike any of another seed."""
    return np.random.default_rng(seed).integers(0, 256, shape or (20, 20), dtype=np.uint8)


def png(image: np.ndarray, form: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, form, **options)
    return content.getvalue()


def pictures(classes: tuple[str, ...] = ("cat", "dog"), count: int = 5, *shape: int) -> dict[str, bytes]:
    """PNG files of noise, `count` in each class folder, by their paths."""
    return {
        f"{name}/{number}.png": png(noise(100 * place + number, *shape))
        for place, name in enumerate(classes)
        for number in range(count)
    }


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def imported(
    home: Path, name: str = "pets", files: Mapping[str, bytes] | None = None, form: Form | None = None, **options: Any
) -> DatasetInfo:
    """A data set in this home, by default of ten grey pictures in two classes."""
    path = zipped(home.parent / f"{name}.zip", pictures() if files is None else files)
    own = OwnDatasets(home / "datasets")
    return import_data(path, name, own, ImportOptions(form or Form(), **options), ImportLimits())
