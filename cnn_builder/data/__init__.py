"""Data sets, picture files and drawings, turned into arrays. NumPy, Pillow, SciPy and scikit-learn."""

from cnn_builder.data.drawings.images import read_image
from cnn_builder.data.drawings.prepare import prepare
from cnn_builder.data.drawings.prepared import Prepared
from cnn_builder.data.errors import DatasetError, ImageError
from cnn_builder.data.sets.datasets import (
    DATASETS,
    dataset_names,
    dataset_title,
    default_dataset,
    describe,
    find_dataset,
    is_local,
    load_dataset,
    split,
)
from cnn_builder.data.sets.info import Dataset, DatasetInfo
from cnn_builder.data.sets.own.names import same_test_images

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetError",
    "DatasetInfo",
    "ImageError",
    "Prepared",
    "dataset_names",
    "dataset_title",
    "default_dataset",
    "describe",
    "find_dataset",
    "is_local",
    "load_dataset",
    "prepare",
    "read_image",
    "same_test_images",
    "split",
]
