"""The receptive field, read off Keras: the pixels whose gradient is not zero."""

from typing import Any

import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, Architecture, Layer, trace
from cnn_builder.architecture.layers.settings import ACTIVATIONS
from cnn_builder.architecture.notices.nonlinearity import UNUSABLE
from cnn_builder.architecture.receptive_field import receptive_field
from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import build_model


def _conv(kernel: Any, **settings: Any) -> dict[str, Any]:
    return {"type": "Conv2D", "filters": 1, "kernel_size": kernel, "kernel_initializer": "ones", **settings}


def _mean(size: int, **settings: Any) -> dict[str, Any]:
    return {"type": "AveragePooling2D", "pool_size": size, **settings}


STACKS = {
    "same, strided": [_conv(3, padding="same"), _conv([4, 5], padding="same", strides=2), _conv(3, padding="same")],
    "dilated with gaps": [_conv(3, dilation_rate=3, padding="same"), _mean(2, strides=3)],
    "even kernel, dilated, same": [_conv(2, dilation_rate=3, padding="same"), _conv(3, strides=2)],
    "framed": [{"type": "ZeroPadding2D", "padding": [2, 1]}, _conv(3), _mean(3, strides=2, padding="same")],
}


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS)
def test_just_these_pixels_have_a_gradient(layers: list[dict[str, Any]]) -> None:
    data = {"version": 1, "name": "x", "input_shape": [15, 17, 1], "layers": layers}
    architecture = Architecture.from_dict(data)
    last = len(layers) - 1
    height, width, _ = trace(architecture).rows[last].output_shape
    model, image = build_model(architecture, seed=0), tf.ones((1, 15, 17, 1))
    for row, column in {(0, 0), (height - 1, width - 1), (height // 2, width // 3)}:
        with tf.GradientTape() as tape:
            tape.watch(image)
            number = model(image)[0, row, column, 0]
        rows, columns = np.nonzero(np.asarray(tape.gradient(number, image))[0, :, :, 0])
        box = receptive_field(architecture, last, row, column)
        found = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
        assert (box.top, box.left, box.bottom, box.right) == found


def test_a_channel_axis_that_comes_and_goes_changes_no_pixel() -> None:
    layers = [
        {"type": "Reshape", "target_shape": [15, 17, 1]}, _conv(3, strides=2),
        {"type": "Reshape", "target_shape": [7, 8]}, {"type": "Rescaling", "scale": 2.0},
        {"type": "Reshape", "target_shape": [7, -1, 1]}, _conv([2, 3], padding="same"),
    ]  # fmt: skip
    architecture = Architecture.from_dict({"version": 1, "name": "x", "input_shape": [15, 17], "layers": layers})
    model, image = build_model(architecture, seed=0), tf.ones((1, 15, 17))
    for row, column in ((0, 0), (6, 7), (3, 2)):
        with tf.GradientTape() as tape:
            tape.watch(image)
            number = model(image)[0, row, column, 0]
        rows, columns = np.nonzero(np.asarray(tape.gradient(number, image))[0])
        box = receptive_field(architecture, len(layers) - 1, row, column)
        found = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
        assert (box.top, box.left, box.bottom, box.right) == found


ALONE = [cls.example() for cls in LAYER_TYPES.values()] + [
    LAYER_TYPES["Activation"].create({"activation": name}) for name in ACTIVATIONS if name != UNUSABLE
]


@pytest.mark.parametrize("layer", ALONE, ids=lambda layer: f"{layer.type} {layer.label()}")
def test_without_a_channel_axis_a_place_sees_itself_only_where_that_is_said(layer: Layer) -> None:
    """One pixel of 5×6 is changed: it changes its own place alone, or the trace has no receptive field."""
    architecture = Architecture((5, 6), (layer,))
    traced = trace(architecture)
    if traced.error is not None or len(traced.output_shape) != 2:
        return
    model = build_model(architecture, seed=0)
    before = np.random.default_rng(0).normal(size=(1, 5, 6)).astype("float32")
    after = before.copy()
    after[0, 2, 3] = 9.0
    changed = np.argwhere(np.asarray(model(after)) != np.asarray(model(before)))[:, 1:].tolist()
    assert (traced.rows[0].receptive_field == (1, 1)) == (changed in ([[2, 3]], []))
