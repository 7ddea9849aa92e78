"""The file that holds a run's layer statistics: one line of JSON for each epoch, in order, never more than so many."""

import binascii
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cnn_builder.files import write_whole
from cnn_builder.limits import MAX_LAYER_STATISTICS_BYTES
from cnn_builder.runs.layer_statistics.statistics import EpochStatistics

FILE = "layers.jsonl"
MOST_EPOCHS = 64
"""Epochs that are kept; of a longer run, evenly spread ones."""


def read_statistics(folder: Path) -> tuple[EpochStatistics, ...]:
    """A run's statistics, in the order of the epochs; empty where there are none. What cannot be read is left out."""
    path = folder / FILE
    try:
        found = path.stat()
    except OSError:
        return ()
    return _read(str(path), found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=8)
def _read(path: str, _changed: int, size: int) -> tuple[EpochStatistics, ...]:
    """Once for each state of the file: the page asks every second."""
    if size > MAX_LAYER_STATISTICS_BYTES:
        return ()
    found: dict[int, EpochStatistics] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    for line in lines:
        # The last line of a worker that was killed while writing is cut short.
        with suppress(ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            one = EpochStatistics.from_data(json.loads(line))
            found[one.epoch] = one
    return tuple(found[epoch] for epoch in sorted(found))


def append_statistics(folder: Path, new: EpochStatistics) -> None:
    """Add an epoch. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(_line(new))


def keep_statistics(folder: Path, kept: Iterable[EpochStatistics]) -> None:
    """Keep these and no others. Raises OSError."""
    write_whole(folder / FILE, "".join(_line(one) for one in kept))


def _line(statistics: EpochStatistics) -> str:
    return json.dumps(statistics.to_data(), allow_nan=False, separators=(",", ":")) + "\n"
