"""Any file that describes a network → an architecture. Nothing in it is run, and weights are not read."""

from __future__ import annotations

from cnn_builder.architecture import keras_code, keras_config, keras_file, notebook
from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, shown

KINDS = (".json", ".py", ".ipynb", ".keras")
"""Endings of the files that can be opened."""
MAX_BYTES = keras_file.MAX_KERAS_BYTES
"""Largest file worth reading at all; text has limits of its own, below that."""
_HDF5 = (".h5", ".hdf5")


def open_network(filename: str, content: bytes) -> Architecture:
    """The network in a file: an architecture file or Keras' JSON, Keras code, a notebook, a ``.keras`` file.

    Raises ArchitectureFileError, naming the line or the layer.
    """
    dot = filename.rfind(".")
    ending = filename[dot:].lower() if dot >= 0 else ""
    match ending:
        case ".json":
            return _from_json(content)
        case ".py":
            return keras_code.parse(text(content))
        case ".ipynb":
            return notebook.parse(content)
        case ".keras":
            return keras_file.read(content)
    if ending in _HDF5:
        raise ArchitectureFileError(
            "HDF5 files (.h5) are not opened: they can link to other files and carry code. "
            "Save the model with model.save('name.keras'), or write model.to_json() into a .json file."
        )
    raise ArchitectureFileError(f"Unknown kind of file {shown(filename)}: expected {', '.join(KINDS)}.")


def open_text(pasted: str) -> Architecture:
    """The network in pasted text: JSON where it starts like JSON, Keras code else. Raises ArchitectureFileError."""
    if not pasted.strip():
        raise ArchitectureFileError("Nothing was pasted: expected Keras code or JSON.")
    return _from_json(pasted.encode()) if pasted.lstrip().startswith("{") else keras_code.parse(pasted)


def text(content: bytes) -> str:
    """The bytes as text. Raises ArchitectureFileError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArchitectureFileError(f"expected UTF-8 text, received other bytes at place {error.start}.") from None


def _from_json(content: bytes) -> Architecture:
    data = keras_config.load_json(content, "The file")
    if keras_config.looks_like_keras(data):
        return keras_config.from_config(data)
    if isinstance(data, dict) and isinstance(data.get("cells"), list):
        return notebook.parse(content)
    return Architecture.from_dict(data)


def source(filename: str, content: bytes) -> str:
    """The code in a .py file or notebook, as its errors count the lines; empty for every other file."""
    if filename.lower().endswith(".py"):
        return text(content)
    return "\n".join(notebook.code_cells(content)) if filename.lower().endswith(".ipynb") else ""
