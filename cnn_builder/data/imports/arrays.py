"""LabelledArrays of images and labels, as .npz and IDX files hold them, checked and given one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.items import ImageSource, Item, SplitPart, in_order
from cnn_builder.data.sets.own.names import checked_class_name
from cnn_builder.limits import MAX_CLASSES, MAX_IMAGES

SHAPES = "expected (n, height, width), (n, height, width, 1 or 3) or (n, pixels)"


@dataclass(frozen=True, eq=False)
class LabelledArrays:
    """Images and their labels as they are in a file, with the names they have there."""

    x: np.ndarray
    y: np.ndarray
    x_name: str = "x"
    y_name: str = "y"
    part: SplitPart | None = None


def array_source(title: str, arrays: Sequence[LabelledArrays]) -> ImageSource:
    """The images of one or several pairs of arrays. Raises DatasetError for what is not images with labels."""
    checked, total = [], 0
    for one in arrays:
        images, labels = _images(title, one), _labels(title, one)
        if len(images) != len(labels):
            raise DatasetError(
                f"{title}: {one.x_name} has {len(images):,} images, but {one.y_name} has {len(labels):,} labels; "
                "expected as many of both."
            )
        checked.append((one, images, labels, _scale(title, one.x_name, images)))
        total += len(images)
    if total > MAX_IMAGES:
        raise DatasetError(f"{title} has {total:,} images; expected at most {MAX_IMAGES:,}.")
    if not total:
        raise DatasetError(f"{title} has no images.")

    def items() -> Iterator[Item]:
        for one, images, labels, scale in checked:
            for place, (image, label) in enumerate(zip(images, labels, strict=True)):
                yield Item(f"{one.x_name}[{place}]", label, to_bytes(image, scale), one.part)

    sides = {shape for _, images, _, _ in checked for shape in images.shape[1:3]}
    return ImageSource(
        title, total, in_order(label for _, _, labels, _ in checked for label in labels), items,
        side=max(sides) if sides else None, has_parts=any(one.part == "test" for one in arrays),
    )  # fmt: skip


def to_bytes(image: np.ndarray, scale: float) -> np.ndarray:
    """An image with its values times `scale` as uint8, a single channel left out."""
    if image.dtype != np.uint8 or scale != 1:
        image = np.rint(image.astype(np.float32) * scale).astype(np.uint8)
    return image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image


def square_side(pixels: int) -> tuple[int, int] | None:
    """(side, channels) of a square image with this many values; None where it is none."""
    for channels in (1, 3):
        side = round((pixels / channels) ** 0.5)
        if side and side * side * channels == pixels:
            return side, channels
    return None


def _images(title: str, one: LabelledArrays) -> np.ndarray:
    """(n, height, width) or (n, height, width, channels)."""
    x = one.x
    if x.dtype.kind not in "uifb":
        raise DatasetError(f"{title}: {one.x_name} should be numbers, but is {x.dtype}.")
    if x.ndim == 2 and (found := square_side(x.shape[1])) is not None:
        return x.reshape(len(x), found[0], found[0], found[1])
    if x.ndim == 4 and x.shape[3] not in (1, 3, 4) and x.shape[1] in (1, 3):
        x = x.transpose(0, 2, 3, 1)  # the order of PyTorch
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] not in (1, 3, 4)) or 0 in x.shape[1:]:
        raise DatasetError(f"{title}: {one.x_name} has the shape {x.shape}; {SHAPES}.")
    return x


def _scale(title: str, name: str, images: np.ndarray) -> float:
    """What makes the values 0 to 255. Raises DatasetError for values outside 0…1 and 0…255."""
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise DatasetError(f"{title}: {name} has pixels that are NaN or infinite. Replace them with numbers.")
    low, high = (float(images.min()), float(images.max())) if images.size else (0.0, 0.0)
    if low < 0 or high > 255:
        raise DatasetError(
            f"{title}: the pixels of {name} run from {low:g} to {high:g}; expected 0 to 1 or 0 to 255. Rescale them."
        )
    return 255.0 if high <= 1 else 1.0


def _labels(title: str, one: LabelledArrays) -> list[str]:
    """The class of each image by name: words as they are, whole numbers from 0 as text."""
    y = one.y
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise DatasetError(f"{title}: {one.y_name} has the shape {y.shape}; expected one label for each image, (n,).")
    if y.dtype.kind == "U":
        names = {text: checked_class_name(text) for text in np.unique(y).tolist()}
        return [names[text] for text in y.tolist()]
    if y.dtype.kind not in "uifb":
        raise DatasetError(f"{title}: {one.y_name} should be whole numbers or words, but is {y.dtype}.")
    if y.dtype.kind == "f" and not (np.isfinite(y).all() and (y == np.rint(y)).all()):
        raise DatasetError(f"{title}: the labels {one.y_name} should be whole numbers; some are not.")
    if y.size and (y.min() < 0 or y.max() >= MAX_CLASSES):
        raise DatasetError(
            f"{title}: the labels {one.y_name} run from {y.min():g} to {y.max():g}; "
            f"expected 0 to k − 1 for k classes, at most {MAX_CLASSES - 1}."
        )
    return [str(int(label)) for label in y.tolist()]
