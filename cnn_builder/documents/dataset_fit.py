"""A network made to take a data set: its input and its number of outputs follow."""

from cnn_builder.architecture import Architecture, notices
from cnn_builder.architecture.input_shapes import view_like
from cnn_builder.data import DatasetInfo

_FOLLOWED = ("units", "output_map")


def fitted_to(architecture: Architecture, info: DatasetInfo) -> Architecture:
    """The network with the input shape of the data set's images, in its own view of them, and an output a class."""
    changed = architecture.with_input_shape(view_like(info.input_shape, architecture.input_shape))
    found = notices(changed, len(info.classes), info.input_shape)
    fix = next((notice.fix for notice in found if notice.code in _FOLLOWED and notice.fix is not None), None)
    return changed if fix is None else fix.architecture
