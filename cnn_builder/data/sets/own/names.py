"""What one's own data sets and their classes may be called, and how a run names the version it was trained on.

A run is of `NAME@FINGERPRINT`: the first half of the fingerprint is of training images, class names and preparation,
the second of the test images, so that two runs tell by their names alone whether they saw the same test images.
"""

import re
import unicodedata

from cnn_builder.architecture.names import hidden_character
from cnn_builder.data.errors import DatasetError
from cnn_builder.limits import MAX_CLASS_NAME, MAX_SET_NAME

FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_NOT_IN_FOLDERS = '/\\:*?"<>|@'
_TAKEN = {"mnist", "mnist_sample", "fashion_mnist", "fashion-mnist", "cifar10", "digits"}
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def checked_set_name(text: str) -> str:
    """A name for a data set, which is also its folder's, in one form of Unicode. Raises DatasetError."""
    name = _checked("The name of a data set", text, MAX_SET_NAME)
    found = next((sign for sign in name if sign in _NOT_IN_FOLDERS), None)
    if found is not None:
        raise DatasetError(f"The name of a data set cannot contain {found!r}: it is also a folder's name.")
    if name.startswith((".", "-")) or name.endswith("."):
        raise DatasetError(f"The name of a data set cannot begin with . or -, or end with a dot: received {name!r}.")
    if name.partition(".")[0].casefold() in _DEVICES:
        raise DatasetError(f"{name!r} is the name of a device on Windows. Choose another name.")
    if name.casefold() in _TAKEN:
        raise DatasetError(f"{name!r} is the name of a data set that comes with the app. Choose another name.")
    return name


def checked_class_name(text: str) -> str:
    """A name for a class. Raises DatasetError."""
    return _checked("The name of a class", text, MAX_CLASS_NAME)


def _checked(what: str, text: str, limit: int) -> str:
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        raise DatasetError(f"{what} must have at least one character.")
    if len(name) > limit:
        raise DatasetError(f"{what} can have at most {limit} characters, received {len(name):,}.")
    found = hidden_character(name)
    if found is not None:
        place, sign = found
        raise DatasetError(f"{what} contains a control character (U+{ord(sign):04X}) at position {place}. Remove it.")
    return name


def reference(name: str, fingerprint: str) -> str:
    """How a run names the version it was trained on."""
    return f"{name}@{fingerprint}"


def split_reference(text: str) -> tuple[str, str | None]:
    """The data set's name, and the fingerprint of the version, or None where none is named."""
    name, at, fingerprint = text.rpartition("@")
    return (name, fingerprint) if at and FINGERPRINT.fullmatch(fingerprint) else (text, None)


def missing_title(text: str) -> str:
    """The title of a data set that is not here: the app's own as it is named, one's own without its version.

    Without a name, as an imported model may be, "no data set".
    """
    if not text:
        return "no data set"
    name, fingerprint = split_reference(text)
    return text if fingerprint is None else f"{name} (deleted)"


def same_test_images(first: str, second: str) -> bool:
    """Whether two data sets, as runs name them, have the same test images with the same labels."""
    if first == second:
        return True
    versions = [split_reference(text)[1] for text in (first, second)]
    return None not in versions and versions[0][8:] == versions[1][8:]  # type: ignore[index]
