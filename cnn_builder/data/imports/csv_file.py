"""CSV in MNIST's form: a line an image, the label first, then its pixels row by row. Read line by line."""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.arrays import square_side, to_bytes
from cnn_builder.data.imports.items import ImageSource, Item, in_order
from cnn_builder.data.sets.own.names import checked_class_name
from cnn_builder.limits import MAX_CLASSES, MAX_CSV_LINE, MAX_IMAGES

_LOOKED_AT = 100
EXPECTED = "Expected a line for each image: its label, then its pixels row by row, as in mnist_train.csv."


def csv_source(path: Path, title: str) -> ImageSource:
    """Raises DatasetError, naming the line, for what is not images with labels."""
    labels: list[str] = []
    width: int | None = None
    for number, row in _rows(path, title):
        if width is None:
            width = len(row)
        if len(row) != width:
            raise DatasetError(
                f"{title}, line {number}: expected {width - 1:,} pixels as above, received {len(row) - 1:,}."
            )
        labels.append(_label(title, number, row[0]))
        if len(labels) > MAX_IMAGES:
            raise DatasetError(f"{title} has more than {MAX_IMAGES:,} images, which is the limit.")
    if width is None:
        raise DatasetError(f"{title} has no images. {EXPECTED}")
    found = square_side(width - 1)
    if found is None:
        raise DatasetError(f"{title}: {width - 1:,} pixels are no square image, such as 784 for 28×28. {EXPECTED}")
    side, channels = found

    def items() -> Iterator[Item]:
        rows = _rows(path, title)
        first = [(number, row[0], _pixels(title, number, row)) for number, row in islice(rows, _LOOKED_AT)]
        scale = 255.0 if max(float(values.max()) for _, _, values in first) <= 1 else 1.0
        rest = ((number, row[0], _pixels(title, number, row)) for number, row in rows)
        for number, label, values in chain(first, rest):
            if values.max() * scale > 255:
                raise DatasetError(f"{title}, line {number}: a pixel is {values.max():g}; expected 0 to 1 as above.")
            image = to_bytes(values.reshape(side, side, channels), scale)
            yield Item(f"line {number}", _label(title, number, label), image)

    return ImageSource(title, len(labels), in_order(labels), items, side=side)


def _rows(path: Path, title: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with their numbers, from 1, without the head."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            number = 0
            while line := file.readline(MAX_CSV_LINE + 1):
                number += 1
                if len(line) > MAX_CSV_LINE:
                    raise DatasetError(f"{title}, line {number} is longer than {MAX_CSV_LINE:,} characters. {EXPECTED}")
                row = line.rstrip("\r\n").split(",") if '"' not in line else next(csv.reader([line]))
                if not line.strip() or (number == 1 and len(row) > 1 and not _is_number(row[1])):
                    continue
                if len(row) < 2:
                    raise DatasetError(f"{title}, line {number} has no commas. {EXPECTED}")
                yield number, row
    except (UnicodeDecodeError, csv.Error):
        raise DatasetError(f"{title} is not a CSV file. {EXPECTED}") from None
    except OSError as error:
        raise DatasetError(f"{title} cannot be read: {error.strerror}.") from None


def _pixels(title: str, number: int, row: list[str]) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):  # it becomes infinite, which is refused below
            values = np.array(row[1:], np.float32)
    except ValueError:
        wrong = next((place for place, cell in enumerate(row[1:], 1) if not _is_number(cell)), 1)
        raise DatasetError(f"{title}, line {number}: pixel {wrong} is {row[wrong]!r:.30}; expected a number.") from None
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 255:
        raise DatasetError(f"{title}, line {number}: a pixel is NaN, infinite or outside 0 to 255.")
    return values


def _label(title: str, number: int, text: str) -> str:
    """A class by name: a word as it is, a whole number from 0 without a decimal point."""
    if not _is_number(text):
        return checked_class_name(text)
    value = float(text)
    if not (value == value // 1 and 0 <= value < MAX_CLASSES):
        raise DatasetError(
            f"{title}, line {number}: the label is {text!r:.30}; expected a whole number from 0 to {MAX_CLASSES - 1}."
        )
    return str(int(value))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
