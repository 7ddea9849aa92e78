"""The formats of a model that are checked by their own runtime on the run's test images."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

EXTRA = "requirements-export.txt"
"""What to install for the formats that need further packages."""


@dataclass(frozen=True)
class ModelFormat:
    """One format.

    Args:
        key: its name on the command line and in files; `title` is that for people.
        ending, mime: of its file.
        use: what it is for, in a few words.
        packages: modules that have to be installed besides the app's own.
    """

    key: str
    title: str
    ending: str
    mime: str
    use: str
    packages: tuple[str, ...] = ()


_ALL = (
    ModelFormat("keras", "Keras", "keras", "application/zip", "Python with Keras; the model itself"),
    ModelFormat("litert", "LiteRT float32", "tflite", "application/octet-stream", "phones and small computers"),
    ModelFormat(
        "litert-int8", "LiteRT int8", "int8.tflite", "application/octet-stream",
        "microcontrollers and processors without fast floating-point arithmetic",
    ),
    ModelFormat("savedmodel", "SavedModel", "savedmodel.zip", "application/zip", "TensorFlow Serving"),
    ModelFormat(
        "onnx", "ONNX", "onnx", "application/octet-stream", "ONNX Runtime, in most languages and on most systems",
        ("tf2onnx", "onnxruntime"),
    ),
)  # fmt: skip
CHECKED_FORMATS = {one.key: one for one in _ALL}
"""By key; the model's own format, with which the others are compared, is the first."""
CONVERTED = tuple(key for key in CHECKED_FORMATS if key != "keras")


def missing_packages(form: str) -> tuple[str, ...]:
    """The modules that this format needs and that are not installed."""
    return tuple(name for name in CHECKED_FORMATS[form].packages if find_spec(name) is None)


def available_formats(forms: Iterable[str] = CHECKED_FORMATS) -> tuple[str, ...]:
    """Those of the formats that can be made here."""
    return tuple(form for form in forms if not missing_packages(form))


def missing_words(form: str) -> str:
    """What is missing for this format, and how to get it."""
    names = " and ".join(missing_packages(form))
    return (
        f"{CHECKED_FORMATS[form].title} needs {names}, which is not installed here. Install it: "
        f"pip install -r {EXTRA} -c constraints.txt"
    )
