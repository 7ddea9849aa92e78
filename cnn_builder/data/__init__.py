"""Data sets, picture files and drawings, turned into arrays. NumPy, Pillow, SciPy and scikit-learn."""

from cnn_builder.data.datasets import DATASETS, Dataset, DatasetInfo, describe, is_local, load, split
from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.images import read_image
from cnn_builder.data.prepare import prepare
from cnn_builder.data.prepared import Prepared

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetError",
    "DatasetInfo",
    "ImageError",
    "Prepared",
    "describe",
    "is_local",
    "load",
    "prepare",
    "read_image",
    "split",
]
