"""A Jupyter notebook: one that builds and trains a network, and the Keras code out of one."""

from __future__ import annotations

import json
from typing import Any

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.architecture.keras_code import build_code
from cnn_builder.architecture.keras_config import load_json
from cnn_builder.architecture.reader import MAX_CODE, CodeError, read, tidy

MAX_NOTEBOOK_BYTES = 10_000_000
"""Notebooks carry the pictures they drew; only their code has the limit of code."""

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
_SCALE = """\
shape = ({shape},)
images = (*x_train.shape[1:], 1)[:3]  # grey images come without their one channel
if images != shape:
    raise ValueError(f"The network takes images of {{shape}}, these are {{images}}: resize them, or change its Input.")
x_train = x_train.reshape(-1, *shape).astype("float32") / 255
x_test = x_test.reshape(-1, *shape).astype("float32") / 255
y_train, y_test = y_train.reshape(-1), y_test.reshape(-1)
x_train.shape, x_test.shape"""
_TRAIN = """\
model.compile(
    optimizer=keras.optimizers.Adam(0.001),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits={logits}),
    metrics=["accuracy"],
)
history = model.fit(x_train, y_train, batch_size=32, epochs={epochs}, validation_split=0.1)"""
_TEST = """\
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"Test accuracy {accuracy:.4f}, loss {loss:.4f}")"""


def write(architecture: Architecture, dataset: str, epochs: int = 5) -> str:
    """A notebook (format 4.5, as JSON) that loads ``dataset``, builds the network, trains and tests it."""
    from cnn_builder.architecture.notices import is_softmax

    logits = not (architecture.layers and is_softmax(architecture.layers[-1]))
    title = _KERAS_DATA.get(dataset, "scikit-learn's digits")
    shape = ", ".join(str(size) for size in architecture.input_shape)
    cells = [
        _markdown(f"# {_escaped(architecture.name)}\n\nA convolutional network in Keras, trained on {title}."),
        _code("import keras\nfrom keras import layers\n\nkeras.utils.set_random_seed(0)"),
        _markdown(f"## Data\n\n{_about(dataset)}"),
        _code(f"{_loading(dataset)}\n\n{_SCALE.format(shape=shape)}"),
        _markdown("## Network"),
        _code(build_code(architecture)),
        _markdown("## Training"),
        _code(_TRAIN.format(logits=logits, epochs=epochs)),
        _markdown("## Test"),
        _code(_TEST),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def _about(dataset: str) -> str:
    if dataset in _KERAS_DATA:
        return "Keras downloads it once. Pixels become numbers from 0 to 1."
    return "1,797 real digits that come with scikit-learn, enlarged to 28×28. Pixels become numbers from 0 to 1."


def _loading(dataset: str) -> str:
    if dataset in _KERAS_DATA:
        return f"(x_train, y_train), (x_test, y_test) = keras.datasets.{dataset}.load_data()"
    return _DIGITS


def _escaped(name: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>$&~" else char for char in name)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    source = text.rstrip("\n").splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def parse(content: bytes) -> Architecture:
    """The last complete model in a notebook's code, which is never run.

    Raises ArchitectureFileError; for code it names the code cell, counted from 1, and the line in it.
    """
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise ArchitectureFileError(
            f"The notebook is too long: expected at most {MAX_NOTEBOOK_BYTES:,} bytes, received {len(content):,}."
        )
    cells = code_cells(content)
    try:
        return read("\n".join(cells))
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
