"""Any file that describes a network → an architecture. Nothing in it is run, and weights are not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.architecture.formats import keras_code, keras_config, keras_file, notebook
from cnn_builder.architecture.reader import TrainingCode

HDF5 = (".h5", ".hdf5")
KINDS = (".json", ".py", ".ipynb", ".keras", *HDF5)
"""Endings of the files that can be opened."""


@dataclass(frozen=True)
class Opened:
    """A network, and what the code around it says of how it is trained."""

    architecture: Architecture
    training: TrainingCode = field(default_factory=TrainingCode)


ReadHdf5 = Callable[[bytes], Architecture]
"""Reads the network that an HDF5 file describes: that takes a process of its own, which is not started here."""


def open_network(filename: str, content: bytes, read_hdf5: ReadHdf5 | None = None) -> Architecture:
    """The network in a file: an architecture file or Keras' JSON, Keras code, a notebook, a ``.keras`` or ``.h5`` file.

    Raises ArchitectureFileError, naming the line or the layer.
    """
    return open_file(filename, content, read_hdf5).architecture


def open_file(filename: str, content: bytes, read_hdf5: ReadHdf5 | None = None) -> Opened:
    """The same with what a file of code says of training. Raises ArchitectureFileError."""
    dot = filename.rfind(".")
    ending = filename[dot:].lower() if dot >= 0 else ""
    match ending:
        case ".json":
            return _from_json(content)
        case ".py":
            return Opened(*keras_code.parse_code_with_training(text(content)))
        case ".ipynb":
            return Opened(*notebook.parse_notebook_with_training(content))
        case ".keras":
            return Opened(keras_file.read_keras_file(content))
    if ending in HDF5 and read_hdf5 is not None:
        return Opened(read_hdf5(content))
    raise ArchitectureFileError(f"Unknown kind of file {shown(filename)}: expected {', '.join(KINDS)}.")


def open_text(pasted: str) -> Opened:
    """The network in pasted text: JSON where it starts like JSON, Keras code else. Raises ArchitectureFileError."""
    if not pasted.strip():
        raise ArchitectureFileError("Nothing was pasted: expected Keras code or JSON.")
    if pasted.lstrip().startswith("{"):
        return _from_json(pasted.encode())
    return Opened(*keras_code.parse_code_with_training(pasted))


def text(content: bytes) -> str:
    """The bytes as text. Raises ArchitectureFileError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArchitectureFileError(f"expected UTF-8 text, received other bytes at place {error.start}.") from None


def _from_json(content: bytes) -> Opened:
    data = keras_config.load_json(content, "The file")
    if keras_config.looks_like_keras(data):
        return Opened(keras_config.from_config(data))
    if isinstance(data, dict) and isinstance(data.get("cells"), list):
        return Opened(*notebook.parse_notebook_with_training(content))
    return Opened(Architecture.from_dict(data))


def source(filename: str, content: bytes) -> str:
    """The code in a .py file or notebook, as its errors count the lines; empty for every other file."""
    if filename.lower().endswith(".py"):
        return text(content)
    return "\n".join(notebook.code_cells(content)) if filename.lower().endswith(".ipynb") else ""
