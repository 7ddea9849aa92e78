"""What can go wrong with data. Each message is one line that says how to solve it.

CnnBuilderError
├── DatasetError    a data set is unknown, damaged, or can't be fetched
└── ImageError      a picture file can't be read, or is outside the limits
"""

from cnn_builder.architecture.errors import CnnBuilderError


class DatasetError(CnnBuilderError):
    """A data set is unknown, damaged, or can't be fetched."""


class ImageError(CnnBuilderError):
    """A picture file can't be read, or is outside the limits."""
