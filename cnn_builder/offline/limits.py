"""What a page that runs by itself can hold: known before anything is made."""

import re
from functools import cache
from pathlib import Path

from cnn_builder.architecture import Architecture, trace
from cnn_builder.data import DatasetInfo, find_dataset
from cnn_builder.data.drawings.fit import CROP, PAD
from cnn_builder.offline.bundle import exported

FOLDER = Path(__file__).parent
MOST_PARAMS = 20_000_000
"""A larger network's page would be above 50 MB, which phones may not open."""
PREPARE = {
    "mnist": ("figure.js", "mnist"),
    "digits": ("figure.js", "digits"),
    "fashion": ("fashion.js", "fashion"),
    "photo": ("photo.js", "photo"),
    CROP: ("photo.js", "photo"),
    PAD: ("photo.js", "pad"),
}
"""The preparation of a data set → the module of `prepare` and its function."""

UPRIGHT = ("figure.js", "upright")
"""That of digits which are prepared as MNIST's."""

_NAME = re.compile(r"^  (\w+)[,:]", re.MULTILINE)


def prepare_function(info: DatasetInfo) -> tuple[str, str]:
    """The module of `prepare` and its function for pictures of this data set's kind."""
    return UPRIGHT if info.preparation == "mnist" and info.is_digits else PREPARE[info.preparation]


@cache
def layer_files() -> dict[str, Path]:
    """Layer type → the JavaScript file with its function."""
    paths = sorted((FOLDER / "layers").glob("*.js"))
    return {name: path for path in paths for name in exported(path.read_text(encoding="utf-8"))}


@cache
def activations() -> frozenset[str]:
    """The activation functions that the page has."""
    source = (FOLDER / "network" / "activations.js").read_text(encoding="utf-8")
    tables = re.findall(r"^export const [A-Z_]+ = \{\n(.*?)^\};", source, re.MULTILINE | re.DOTALL)
    return frozenset(name for table in tables for name in _NAME.findall(table))


def obstacle(architecture: Architecture, dataset: str) -> str | None:
    """Why a network trained on this data set cannot become a page by itself; None where it can."""
    if not dataset:
        return "it was imported without a data set, so it is not known how its images are prepared"
    info = find_dataset(dataset)
    if info is None:
        return f"the data set {dataset!r:.60} is not known here, nor how its images are prepared"
    known = info.takes_photos or info.preparation not in (CROP, PAD)
    if (
        not known
        or info.preparation not in PREPARE
        or (info.preparation == "mnist" and info.input_shape != (28, 28, 1))
    ):
        return f"the page has no JavaScript that prepares pictures as {info.title} does"
    for place, layer in enumerate(architecture.layers, 1):
        if layer.type not in layer_files() and not layer.training_only:
            return f"layer {place} is a {layer.type}, which the page has no JavaScript for"
        activation = layer.settings().get("activation")
        if activation is not None and activation not in activations():
            return f"layer {place} ({layer.type}) has the activation {activation}, which the page has no JavaScript for"
    params = trace(architecture).total_params
    if params > MOST_PARAMS:
        return f"it has {params:,} parameters; a page holds at most {MOST_PARAMS:,}"
    return None
