"""What is legal as a network but will not train, learn or read as meant, each with a fix where one is clear.

A rule is a function from a ``CheckedNetwork`` to notices; each file holds the rules of one subject.
"""

from __future__ import annotations

from cnn_builder.architecture.architecture import Architecture, InputShape
from cnn_builder.architecture.notices.augmentation import late_augmentation
from cnn_builder.architecture.notices.data import input_shape, input_view, no_weights, rescaled_again, strides
from cnn_builder.architecture.notices.dropout import dropout_last
from cnn_builder.architecture.notices.nonlinearity import linear_pairs, unusable
from cnn_builder.architecture.notices.notice import CheckedNetwork, Notice, Rule
from cnn_builder.architecture.notices.output import output_is_map, units
from cnn_builder.architecture.notices.size import heavy_dense, idle_pools
from cnn_builder.architecture.notices.softmax import is_softmax, logits_activation, softmax_early, softmax_missing
from cnn_builder.architecture.trace import Trace, trace

ALWAYS: tuple[Rule, ...] = (input_shape, strides)
"""Rules that hold for every stack."""

FITTING: tuple[Rule, ...] = (
    output_is_map, units, no_weights, unusable, rescaled_again, softmax_early, softmax_missing, logits_activation,
    linear_pairs, dropout_last, late_augmentation, idle_pools, heavy_dense, input_view,
)  # fmt: skip
"""Rules about stacks in which every layer fits."""


def notices(
    architecture: Architecture,
    classes: int | None = None,
    data_shape: InputShape | None = None,
    traced: Trace | None = None,
) -> tuple[Notice, ...]:
    """What to tell about a stack: first what stops its training, then warnings, then hints.

    Args:
        classes: number of classes of its data set, if known.
        data_shape: (height, width, channels) of the data set's images, if known.
        traced: the stack's trace, where it is known already.
    """
    seen = CheckedNetwork(architecture, traced or trace(architecture), classes, data_shape)
    rules = ALWAYS if seen.traced.error else (*ALWAYS, *FITTING)
    found = (notice for rule in rules for notice in rule(seen))
    return tuple(sorted(found, key=lambda notice: (not notice.blocks_training, notice.hint)))


__all__ = ["Notice", "is_softmax", "notices"]
