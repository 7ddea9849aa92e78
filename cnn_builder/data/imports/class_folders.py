"""Picture files in folders, each folder a class: from a zip, or on this machine.

Under a folder "train" or "test" the images are of that part. One folder around all others is passed over, so that
`shapes/circle/1.png` and `circle/1.png` say the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cnn_builder.data.drawings.images import read_image
from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.imports.items import ImageSource, Item, SplitPart, in_order
from cnn_builder.data.sets.own.names import checked_class_name
from cnn_builder.data.sets.own.version import Skipped
from cnn_builder.limits import MAX_FILES, MAX_PICTURE_BYTES, MIN_PICTURE_SIDE, size_text

EXPECTED = "Expected a folder for each class with its pictures in it, such as circle/1.png and square/1.png."
_PARTS: dict[str, SplitPart] = {"train": "train", "training": "train", "test": "test", "testing": "test"}
_SYSTEM = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Entry:
    """A file: its path's parts, its bytes, and what reads it (it raises DatasetError or ImageError)."""

    parts: tuple[str, ...]
    size: int
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        return "/".join(self.parts)


def class_folders(
    title: str, entries: Sequence[Entry], folders: Sequence[tuple[str, ...]], skipped: Sequence[Skipped]
) -> ImageSource:
    """The pictures of these entries. `folders` are all folders, of which some may be empty.

    Raises DatasetError where there is no class with a file in it, or a class has a name that is refused.
    """
    if len(entries) > MAX_FILES:
        raise DatasetError(f"{title} has {len(entries):,} files; expected at most {MAX_FILES:,}.")
    entries = [entry for entry in entries if not _is_of_system(entry.parts)]
    depth = _around([entry.parts for entry in entries])
    placed: list[tuple[Entry, str, SplitPart | None]] = []
    passed = list(skipped)
    for entry in entries:
        part, label = _class_of(entry.parts[depth:-1])
        if label is None:
            passed.append(Skipped(entry.name, "not in a class folder"))
        else:
            placed.append((entry, checked_class_name(label), part))
    if not placed:
        raise DatasetError(f"{title} has no pictures in class folders. {EXPECTED}")
    used = {entry.parts[:end] for entry, _, _ in placed for end in range(len(entry.parts))}
    passed += [
        Skipped("/".join(path), "empty folder") for path in folders if path not in used and not _is_of_system(path)
    ]

    def items() -> Iterator[Item | Skipped]:
        yield from passed
        for entry, label, part in placed:
            yield _item(entry, label, part)

    labels = in_order(label for _, label, _ in placed)
    return ImageSource(title, len(placed), labels, items, has_parts=any(part == "test" for _, _, part in placed))


def _item(entry: Entry, label: str, part: SplitPart | None) -> Item | Skipped:
    if entry.size > MAX_PICTURE_BYTES:
        return Skipped(entry.name, f"{size_text(entry.size)}, more than {size_text(MAX_PICTURE_BYTES)}")
    if entry.size == 0:
        return Skipped(entry.name, "an empty file")
    try:
        image = read_image(entry.read())
    except ImageError as error:
        return Skipped(entry.name, str(error).removeprefix("The picture ").partition(". ")[0].rstrip("."))
    if min(image.shape[:2]) < MIN_PICTURE_SIDE:
        return Skipped(entry.name, f"only {image.shape[1]}×{image.shape[0]} pixels")
    return Item(entry.name, label, image, part)


def _class_of(folders: tuple[str, ...]) -> tuple[SplitPart | None, str | None]:
    """The part and the class that a file's folders name, from the outside."""
    part = _PARTS.get(folders[0].casefold()) if folders else None
    inner = folders[1:] if part else folders
    return part, inner[0] if inner else None


def _around(paths: Sequence[tuple[str, ...]]) -> int:
    """How many folders stand around all class folders."""
    depth = 0
    while True:
        heads = Counter(path[depth] if len(path) > depth + 1 else None for path in paths)
        head = next(iter(heads), None)
        # What is left has to have a folder still: its class.
        deeper = all(len(path) > depth + 2 for path in paths)
        if len(heads) != 1 or head is None or not deeper or head.casefold() in _PARTS:
            return depth
        depth += 1


def _is_of_system(parts: tuple[str, ...]) -> bool:
    """What a system adds by itself: it is passed over without a word."""
    return any(part in _SYSTEM or part.startswith("._") for part in parts) or (bool(parts) and parts[-1] == ".DS_Store")
