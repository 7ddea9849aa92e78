"""An .npz file: Keras' keys `x_train`, `y_train`, `x_test`, `y_test`, or `x` and `y`."""

from pathlib import Path

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.arrays import LabelledArrays, array_source
from cnn_builder.data.imports.items import ImageSource
from cnn_builder.data.sets import npz
from cnn_builder.limits import ImportLimits

_ADVICE = "Save it again with numpy.savez."


def npz_source(path: Path, title: str, limits: ImportLimits) -> ImageSource:
    """Raises DatasetError: wrong keys, pickled objects, too large, or not images with labels."""
    found = npz.keys_of(path, _ADVICE)
    if set(npz.KEYS) <= set(found):
        keys: tuple[str, ...] = npz.KEYS
    elif {"x", "y"} <= set(found):
        keys = ("x", "y")
    elif {"x_train", "y_train"} <= set(found):
        keys = npz.KEYS[:2]
    else:
        named = ", ".join(found[:8]) or "nothing"
        raise DatasetError(
            f"{title}: expected the arrays x_train, y_train, x_test and y_test, or x and y. Found: {named:.120}."
        )
    arrays = npz.read_npz(path, keys, limits.unpacked, _ADVICE)
    if "x" in keys:
        return array_source(title, [LabelledArrays(arrays["x"], arrays["y"])])
    parts = [LabelledArrays(arrays["x_train"], arrays["y_train"], "x_train", "y_train", "train")]
    if "x_test" in keys:
        parts.append(LabelledArrays(arrays["x_test"], arrays["y_test"], "x_test", "y_test", "test"))
    return array_source(title, parts)
