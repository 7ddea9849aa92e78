"""Functions of NumPy, TensorFlow, Keras and scikit-learn in pasted code that give data of a known shape."""

from __future__ import annotations

from math import prod
from typing import Any

from cnn_builder.architecture.reader import arrays
from cnn_builder.architecture.reader.values import Array, Axes, Unknown, has_gap
from cnn_builder.limits import MAX_AXES

_IMAGES: dict[str, tuple[int, int, Axes, Axes, int]] = {
    "mnist": (60_000, 10_000, (28, 28), (), 10),
    "fashion_mnist": (60_000, 10_000, (28, 28), (), 10),
    "cifar10": (50_000, 10_000, (32, 32, 3), (1,), 10),
    "cifar100": (50_000, 10_000, (32, 32, 3), (1,), 100),
}
"""Keras' data sets: images to train and to test with, shapes of an image and a label, classes."""
_MODULES = (
    "numpy", "tensorflow", "tensorflow.math", "tensorflow.image", "tensorflow.random", "numpy.random", "keras.ops",
    "keras.utils", "keras.utils.np_utils", "keras.backend", "keras.random", "math", "sklearn.model_selection",
)  # fmt: skip
_SAME = (
    "asarray", "array", "ascontiguousarray", "cast", "convert_to_tensor", "constant", "copy", "float32", "float64",
    "float16", "uint8", "abs", "absolute", "clip", "clip_by_value", "zeros_like", "ones_like", "identity", "sqrt",
    "square", "normalize", "round",
)  # fmt: skip
_FILLED = ("zeros", "ones", "empty", "full", "random", "random_sample")
_AS_METHOD = ("reshape", "squeeze", "transpose", "repeat", "max", "min", "mean", "std", "sum", "amax", "amin", "ravel")


def call_array_function(path: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """What the function at ``path`` gives, or Unknown where it is not followed."""
    unknown = Unknown(line, f"the call of {path}")
    module, _, name = path.rpartition(".")
    if has_gap(args) or "**" in kwargs:
        return unknown
    if (loads := loaded(path)) is not None:
        return _load(loads, kwargs.get("label_mode", "fine"))
    if module not in _MODULES:
        return unknown
    found = _made(name, args, kwargs, line) or _of_several(name, args, kwargs, line)
    if found is None and args:
        of_one = _of_images if module == "tensorflow.image" else _of_one
        found = of_one(name, args[0], args[1:], kwargs, line)
    return unknown if found is None else found


def loaded(path: str) -> str | None:
    """The data set of Keras' that the function at ``path`` loads, if any."""
    module, _, name = path.rpartition(".")
    found = module.removeprefix("keras.datasets.")
    return found if name == "load_data" and found in _IMAGES else None


def image_counts(dataset: str) -> tuple[int, int]:
    """How many images a data set of Keras' has to train and to test with."""
    return _IMAGES[dataset][:2]


def _load(name: str, labels: Any) -> Any:
    train, test, image, label, classes = _IMAGES[name]
    known = classes if labels == "fine" else {"coarse": 20}.get(labels) if isinstance(labels, str) else None
    return tuple((Array((count, *image)), Array((count, *label), known)) for count in (train, test))


def _made(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """An array made of nothing but its shape."""
    if name in ("rand", "randn"):
        shape = arrays.axes(args)
    elif name in _FILLED:
        shape = arrays.axes(kwargs.get("shape", kwargs.get("size", args[0] if args else None)))
    elif name in ("normal", "uniform", "randint"):
        last = args[2] if len(args) > 2 else args[0] if args and not isinstance(args[0], int) else None
        shape = arrays.axes(kwargs.get("shape", kwargs.get("size", last)))
    else:
        return None
    return None if shape is None else arrays.filled(shape, line)


def _of_several(name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """What puts arrays together or apart."""
    if name == "train_test_split":
        return [part for value in args for part in (_some_rows(value, line), _some_rows(value, line))]
    if name == "prod" and len(args) == 1 and isinstance(args[0], list | tuple) and not kwargs:
        sizes = arrays.axes(args[0])
        known = [size for size in sizes or () if size is not None]
        return prod(known) if sizes and len(known) == len(sizes) <= MAX_AXES else None
    joined = args[0] if args and isinstance(args[0], list | tuple) else ()
    if not joined or not all(isinstance(part, Array) for part in joined):
        return None
    axis = kwargs.get("axis", args[1] if len(args) > 1 else 0)
    if name in ("concatenate", "concat", "vstack") and type(axis) is int:
        return arrays.concatenate(list(joined), axis, line)
    if name == "stack" and all(part.shape == joined[0].shape for part in joined):
        whole = arrays.expand(joined[0], axis, line)
        return (
            arrays.call_array_method(whole, "repeat", [len(joined), axis], {}, line)
            if isinstance(whole, Array)
            else None
        )
    return None


def _some_rows(value: Any, line: int) -> Any:
    """A part of the rows, where it is not known how many."""
    return Array((None, *value.shape[1:])) if isinstance(value, Array) else Unknown(line, "a part of data")


def _of_one(name: str, data: Any, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """A function of one array."""
    if name == "reshape" and type(data) is Unknown and data.error is None:
        return arrays.call_array_method(data, name, args, kwargs, line)
    if not isinstance(data, Array):
        return None
    if name in _SAME and "ndmin" not in kwargs:
        return data
    if name in _AS_METHOD:
        return arrays.call_array_method(data, name.removeprefix("a"), args, kwargs, line)
    given = args[0] if args else None
    match name:
        case "expand_dims":
            return arrays.expand(data, kwargs.get("axis", given), line)
        case "to_categorical":
            classes = kwargs.get("num_classes", data.classes if given is None else given)
            rows = data.shape[:-1] if data.shape[-1:] == (1,) else data.shape
            return Array((*rows, classes)) if type(classes) is int else None
        case "unique" if not args and not kwargs:
            return Array((data.classes,))
        case "pad":
            return arrays.pad(data, kwargs.get("pad_width", kwargs.get("paddings", given)), line)
    return None


def _of_images(name: str, images: Any, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """The functions of tf.image."""
    if not isinstance(images, Array):
        return None
    match name:
        case "resize" if args or "size" in kwargs:
            return arrays.resized(images, kwargs["size"] if "size" in kwargs else args[0], line)
        case "resize_with_pad" | "resize_with_crop_or_pad" if len(args) >= 2:
            return arrays.resized(images, tuple(args[:2]), line)
        case "grayscale_to_rgb" | "rgb_to_grayscale" if images.shape:
            return Array((*images.shape[:-1], 3 if name == "grayscale_to_rgb" else 1))
    return None
