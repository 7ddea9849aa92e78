"""Every limit of what is taken from outside, in one place: each reader has its limits from here.

They are what keeps a bad file, link or text from filling the memory or the disk, or from taking for ever. None of them
is checked here: the reader that meets one says what was expected, what was received and how to mend it. Where the
environment may set one (`settings.OPTIONS`), this is its default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# Files -----------------------------------------------------------------------------------------------------

MAX_UPLOAD_BYTES = 200_000_000
"""The largest file that is opened, as in `maxUploadSize` of `.streamlit/config.toml`."""
MAX_EXPANDED_BYTES = 400_000_000
"""The most that one member of a model file may unpack to."""
MAX_MODEL_DIRECTORY_BYTES = 1_000_000
"""A model file's list of its members, which is read whole."""
MAX_MEMBERS = 1_000
"""Members of a model file that is a zip, and groups and arrays of one that is HDF5."""
MAX_TEXT_BYTES = 1_000_000
"""JSON: an architecture file, and Keras' description of a model."""
MAX_NOTEBOOK_BYTES = 10_000_000
"""A notebook with its pictures; only its code has the limit of code."""
MAX_CODE, MAX_TOKENS = 200_000, 40_000
"""Characters, and words and signs, of pasted code, and of all code cells of a notebook together.

A sign may take 600 bytes while the code is read.
"""
MAX_JSON_VALUES = 500_000
"""Commas and brackets of a JSON text, each of which may be a value that takes 70 bytes."""
MAX_LINK = 60_000
"""Characters of a share link; browsers and servers carry no more than about this."""

# Networks --------------------------------------------------------------------------------------------------

MAX_LAYERS = 100
MAX_NESTING = 10
"""Models inside models."""
MAX_INPUT_SIDE, MAX_FEATURES = 10_000, 1_000_000
"""Height, width or channels of an input; numbers of an input that is a vector."""
MAX_SETTING = 1_000_000_000
"""A layer's setting that is a whole number, where the layer does not say less."""
MAX_TARGET_AXES, MAX_TARGET_NUMBERS = 3, 1_000_000
"""Axes of a Reshape's target shape, and the size of each."""
MAX_OUTPUT_NUMBERS = 10**15
"""Of a layer's output: a million times what any machine holds, and few enough that no sum leaves the floats."""
MAX_NAME = 200
"""Characters of the name of a network or a run."""
MAX_PARAMETERS = 50_000_000
"""Weights of a network that is imported: as many float32 numbers as the largest file holds."""
MAX_NETWORKS = 500
"""Networks saved by name."""

# Code, as it is read and never run ---------------------------------------------------------------------------

MAX_STEPS = 20_000
"""Statements that are followed."""
MAX_DEPTH = 20
"""Functions that call each other."""
MAX_VALUES = 200_000
"""Expressions looked at and list items made: code that would take more is no description of a network."""
MAX_ROUNDS = 1_000
"""Rounds of a loop, and numbers of a range."""
MAX_ITEMS = 10_000
"""Items of a list, and characters of a text that is put together."""
MAX_DIGITS = 20
"""Digits of a number that is rounded."""
MAX_NUMBER = 10**12
"""Numbers that are calculated with, and sizes of arrays."""
MAX_AXES = 8
"""Axes of an array."""
MAX_BASES = 50
"""Classes of a lineage that are looked through; one with more is not followed."""
MAX_CODE_LAYERS = 1_000
"""Layers of a model while it is put together; what comes of it has at most MAX_LAYERS."""
MAX_PARTS = 200
"""Values within one setting."""

# Runs ------------------------------------------------------------------------------------------------------

MAX_EPOCHS, MAX_BATCH_SIZE = 10_000, 8_192
MEMORY_SHARE = 0.5
"""What a run may need of this machine's memory, unless CNN_BUILDER_MEMORY_LIMIT_MB says otherwise."""
MAX_NOTES, MAX_TAG, MAX_TAGS = 5_000, 40, 20
"""Characters of a run's notes and of a tag, and tags of a run."""
MAX_EVALUATION_BYTES = 4_000_000
"""The file with what a run's model made of its test images."""
MAX_ROBUSTNESS_BYTES, MAX_LAYER_STATISTICS_BYTES = 4_000_000, 32_000_000
"""The files with what breaks a run's model, and with what its layers looked like."""
MAX_HEADER_BYTES, MAX_ARRAYS_BYTES = 1 << 20, 1 << 28
"""A message between the server and the process that has the models: its JSON, and its arrays together."""

# People who share a server ----------------------------------------------------------------------------------

QUOTA_ACTIVE_RUNS, QUOTA_QUEUED_RUNS, QUOTA_MINUTES, QUOTA_DISK_MB = 2, 20, 240, 2_000
"""What one of them may have at once, a day, and on the disk, unless CNN_BUILDER_QUOTA_… say otherwise."""
MAX_SHARES = 200
"""Links of one person to read-only views of runs."""

# Model files, in a process of their own -----------------------------------------------------------------------

IMPORT_MEMORY_BYTES = 2_000_000_000
"""Address space of the process that reads a model file."""
IMPORT_SECONDS, IMPORT_CPU_SECONDS = 60, 20
"""How long that process may take, by the clock and of the processor: HDF5 itself reads some damaged files for ever."""
EVALUATION_SECONDS = 600
"""How long an imported model may take to read the test images."""
MAX_HOME_BYTES = 20_000_000_000
"""The most that the folder of runs may hold for another model to be imported."""

# What an operator is told ------------------------------------------------------------------------------------

LOW_DISK_BYTES, LOW_MEMORY_SHARE = 2_000_000_000, 0.1
"""Less free disk, or a smaller share of free memory, is said on the status page: a run or two may end for it."""

# Pictures and data sets --------------------------------------------------------------------------------------

MAX_PIXELS = 50_000_000
"""Of one picture file."""
MAX_PICTURE_BYTES = 50_000_000
"""Of one picture file."""
MAX_HERE_PIXELS, MAX_UPLOADED_SIDE = 2_000_000, 1_024
"""Of an uploaded picture: with more pixels it is read in a process of its own, which brings it to this side."""
MIN_PICTURE_SIDE = 4
"""Pixels a side below which a picture shows nothing."""
IMPORT_LIMIT_MB = 200
"""A data set as a file, and unpacked, unless CNN_BUILDER_IMPORT_LIMIT_MB says otherwise."""
STREAM_OVER_MB = 500
"""Images of a data set that are held in memory while a network trains; more are read from the disk."""
DATA_MEMORY_BYTES, DATA_MEMORY_COPIES = 2_000_000_000, 8
"""Address space of the process that imports a data set for a page: this, and this many times what it may unpack to."""
MAX_FILES = 50_000
"""Files in a zip or folder, and images in an array file: ten times this many."""
MAX_IMAGES = 500_000
MAX_DIRECTORY_BYTES = 20_000_000
"""Of a zip's list of files, which is read whole."""
MIN_CLASSES, MAX_CLASSES = 2, 200
MIN_SIDE, MAX_SIDE = 8, 256
"""Pixels a side of the images of a data set."""
MAX_CSV_LINE = MAX_SIDE * MAX_SIDE * 3 * 8
"""Characters: the pixels of the largest image, each with its comma."""
MAX_SET_NAME = 40
"""Characters. With the fingerprint it has to fit where a run names its data set: 64 characters."""
MAX_CLASS_NAME = 60
MAX_LISTED = 200
"""Skipped files that are named one by one; the rest is counted."""
MAX_DATASETS = 100
MAX_VERSIONS = 200
"""Of one data set."""
MAX_DISK_BYTES = 5_000_000_000
"""Of all data sets of a home together."""
MAX_GATHERED, MAX_GATHERED_SIDE = 5_000, 512
"""Images that wait to be made into a data set, and pixels of their longer side: a larger one is made smaller."""
MAX_DRAWINGS = 1_000
"""Drawings of one's own that are saved."""
MAX_STROKE_NUMBERS = 40_000
"""Coordinates of a drawing's strokes."""


class ImportSettings(Protocol):
    """The part of the settings that is needed here."""

    @property
    def import_limit_mb(self) -> int: ...


@dataclass(frozen=True)
class ImportLimits:
    """The largest import in bytes: as it comes (`packed`), unpacked, and as the images that are kept."""

    packed: int = IMPORT_LIMIT_MB * 1_000_000
    unpacked: int = IMPORT_LIMIT_MB * 1_000_000

    @classmethod
    def of(cls, settings: ImportSettings) -> ImportLimits:
        """As set by CNN_BUILDER_IMPORT_LIMIT_MB."""
        size = settings.import_limit_mb * 1_000_000
        return cls(size, size)


def size_text(size: int) -> str:
    """Bytes in words, with MB below a tenth as bytes: what is over a limit must not look equal to it."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"
