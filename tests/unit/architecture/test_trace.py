"""Shapes, counts and receptive fields with numbers worked out by hand."""

import pytest

from cnn_builder.architecture import PRESETS, Architecture, trace
from cnn_builder.architecture.layers.batch_normalization import BatchNormalization
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D


@pytest.mark.parametrize(("name", "total"), [("L1", 515_146), ("L2", 421_642), ("LeNet-5", 61_706)])
def test_presets_have_the_lessons_parameters(name: str, total: int) -> None:
    traced = trace(PRESETS[name].architecture)
    assert traced.error is None
    assert traced.total_params == total == sum(row.params for row in traced.rows)
    assert traced.output_shape == (10,)


def test_l2_row_by_row() -> None:
    rows = trace(PRESETS["L2"].architecture).rows
    assert [row.output_shape for row in rows] == [
        (28, 28, 32), (14, 14, 32), (14, 14, 64), (7, 7, 64), (3136,), (128,), (10,),
    ]  # fmt: skip
    assert [row.params for row in rows] == [320, 0, 18_496, 0, 0, 401_536, 1_290]
    assert [row.macs for row in rows] == [225_792, 0, 3_612_672, 0, 0, 401_408, 1_280]
    assert [row.receptive_field for row in rows] == [(3, 3), (4, 4), (8, 8), (10, 10), None, None, None]


def test_dilation_stride_and_rectangles() -> None:
    conv = Conv2D(filters=4, kernel_size=(3, 2), dilation_rate=(2, 1))
    strided = Conv2D(filters=2, kernel_size=3, strides=(2, 1), padding="same", use_bias=False)
    rows = trace(Architecture((11, 9, 2), (conv, strided))).rows
    assert rows[0].output_shape == (7, 8, 4)
    assert rows[0].params == 3 * 2 * 2 * 4 + 4
    assert rows[1].output_shape == (4, 8, 2)
    assert rows[1].macs == 4 * 8 * 3 * 3 * 4 * 2
    assert rows[1].receptive_field == (7, 4)


def test_batch_normalization_counts_what_does_not_train() -> None:
    row = trace(Architecture((4, 4, 8), (BatchNormalization(),))).rows[0]
    assert (row.params, row.trainable_params) == (32, 16)


def test_rows_stop_at_the_first_layer_that_does_not_fit() -> None:
    network = Architecture((5, 5, 1), (MaxPooling2D(), Conv2D(filters=1, kernel_size=3), Flatten()))
    traced = trace(network)
    assert len(traced.rows) == 1
    assert traced.error is not None and traced.error.index == 1
    assert traced.error.message.startswith("Layer 2 (Conv2D, counted from 1): a 3×3 'valid' kernel does not fit a 2×2")


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ((Dense(units=3),), "Dense needs a vector, but receives a 8×8×4 map"),
        ((Flatten(), Conv2D(filters=1, kernel_size=1)), "receives a vector of 256 numbers"),
        ((Conv2D(filters=4, kernel_size=1, strides=2, dilation_rate=2),), "cannot both be above 1"),
        ((Conv2D(filters=6, kernel_size=1, groups=4),), "groups=4 must divide"),
        ((Conv2D(filters=1, kernel_size=3, dilation_rate=4),), r"spanning 9×9 with its dilation\) does not fit"),
    ],
)
def test_misfits_are_told_in_words(layers: tuple, says: str) -> None:
    error = trace(Architecture((8, 8, 4), layers)).error
    assert error is not None
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(error.message)


def test_a_stride_larger_than_the_input_is_a_warning() -> None:
    row = trace(Architecture((3, 3, 1), (MaxPooling2D(strides=4),))).rows[0]
    assert row.output_shape == (1, 1, 1)
    assert row.warning is not None and "larger than the 3×3 input" in row.warning


def test_numbers_beyond_all_machines_do_not_fit() -> None:
    """Each could be traced, but their sums would leave what a float holds."""
    layer = {"type": "DepthwiseConv2D", "kernel_size": 1, "depth_multiplier": 1_000_000_000}
    data = {"version": 1, "name": "huge", "input_shape": [28, 28, 1], "layers": [layer] * 36}
    traced = trace(Architecture.from_dict(data))
    assert traced.error is not None and traced.error.index == 1
    assert "at most 1e+15" in traced.error.message
    assert float(traced.total_params + traced.total_macs) < 1e30
