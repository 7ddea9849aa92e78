"""The receptive field, read off Keras: the pixels whose gradient is not zero."""

from typing import Any

import numpy as np
import pytest

from cnn_builder.architecture import Architecture, trace
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
