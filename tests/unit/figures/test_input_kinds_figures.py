"""Pictures and tables of networks whose input has no channel axis, or no axes at all."""

import numpy as np
import pytest

from cnn_builder.architecture import PRESETS, Architecture, trace
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.figures.diagram import diagram
from cnn_builder.figures.layer_icons import small_html
from cnn_builder.figures.stack_picture import stack_picture
from cnn_builder.figures.trace_markdown import trace_markdown
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.figures.volumes import boxes
from cnn_builder.ui.inspect.activations import as_maps
from cnn_builder.ui.inspect.attribution import maps_of_image
from tests.support.kinds_of_input import CODE

MNIST = (28, 28, 1)
CONV = Conv2D(filters=2, kernel_size=3)


def test_without_a_channel_axis_a_map_is_drawn_as_with_one_channel() -> None:
    assert boxes([(28, 28), (14, 14, 8)]) == boxes([(28, 28, 1), (14, 14, 8)])
    assert boxes([(784,)])[0].slant == boxes([(10,)])[0].slant


@pytest.mark.parametrize(("name", "shown"), [("flattened", "28×28"), ("features", "784"), ("reshaped", "28×28")])
def test_the_input_is_shown_as_it_is(name: str, shown: str) -> None:
    network = keras_code.parse_code(CODE[name])
    traced = trace(network)
    picture = stack_picture(network, traced, [str(place) for place in range(len(network.layers))])
    assert picture["input"]["shape"] == shown
    assert f"Input {shown}, " in diagram(network, traced)
    assert f"| Input |  | {shown} |" in trace_markdown(network, traced)


def test_the_table_says_whole_image_only_where_that_is_so() -> None:
    vector = keras_code.parse_code(CODE["features"])
    assert "whole image" not in trace_table(vector, trace(vector), None)
    flattened = keras_code.parse_code(CODE["flattened"])
    assert trace_table(flattened, trace(flattened), None).count("whole image") == 4
    cut = Architecture(MNIST, (Reshape(target_shape=(14, 14, 4)), CONV, Flatten()))
    assert "whole image" not in trace_table(cut, trace(cut), None)
    assert "| all |" not in trace_markdown(cut, trace(cut))


def test_small_pictures_in_words() -> None:
    network = Architecture((28, 28), (Flatten(), Reshape(target_shape=MNIST)))
    flatten, reshape = (small_html(layer, row) for layer, row in zip(network.layers, trace(network).rows, strict=True))
    assert "First the number of row 1, column 1, then of column 2" in flatten and "28×28 becomes 784 numbers" in flatten
    assert "The same 784 numbers in the same order: 784 becomes 28×28×1." in reshape


def test_activations_without_channels_are_one_map_and_a_vector_is_numbers() -> None:
    assert as_maps(np.zeros((28, 27))).shape == (1, 28, 27)
    assert as_maps(np.zeros((28, 27, 4))).shape == (4, 28, 27)
    assert as_maps(np.zeros(5)).shape == (5, 1, 1)


@pytest.mark.parametrize(
    ("shape", "layers", "expected"),
    [
        ((28, 28), (Reshape(target_shape=MNIST), CONV), [0, 1]),
        ((784,), (Reshape(target_shape=MNIST), CONV), [0, 1]),
        ((784,), (Dense(units=784), Reshape(target_shape=MNIST), CONV), []),
        (MNIST, (CONV, Reshape(target_shape=(13, 52, 2)), CONV), [0]),
        (MNIST, (Reshape(target_shape=(-1,)), Reshape(target_shape=MNIST), CONV), [1, 2]),
    ],
)
def test_maps_that_lie_over_the_image(shape: tuple[int, ...], layers: tuple, expected: list[int]) -> None:
    network = Architecture(shape, layers)
    assert maps_of_image(network, trace(network), MNIST) == expected


def test_the_input_of_colour_images_is_drawn_in_its_channels() -> None:
    photos, grey = (PRESETS[name].architecture for name in ("CIFAR-small", "L1"))
    red, green, blue = stack_picture(photos, trace(photos), ["a"] * len(photos.layers))["input"]["planes"]
    assert len({red, green, blue}) == 3
    assert stack_picture(grey, trace(grey), ["a"] * len(grey.layers))["input"]["planes"] == []
