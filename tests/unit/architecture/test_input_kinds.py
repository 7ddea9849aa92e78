"""Inputs with channels, without a channel axis and as features: files, links, code, repairs, notices, views."""

import json

import pytest

from cnn_builder.architecture import Architecture, Layer, notices, repairs, trace
from cnn_builder.architecture.diff import diff
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code, keras_config, link, notebook
from cnn_builder.architecture.input_shapes import converted, image_shape, is_view, square_image, view_like, views
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from cnn_builder.architecture.layers.layer_normalization import LayerNormalization
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D
from cnn_builder.architecture.layers.random_flip import RandomFlip
from cnn_builder.architecture.layers.relu import ReLU
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.architecture.receptive_field import Box, places_seen, receptive_field
from cnn_builder.documents.document import Document
from cnn_builder.documents.document_file import read_document, write_document
from cnn_builder.runs import RunSettings
from cnn_builder.runs.results.training_code import run_notebook
from tests.support.kinds_of_input import CODE, FEATURES, INPUTS, PARAMETERS

CONV = Conv2D(filters=8, kernel_size=3, activation="relu")
END = (Flatten(), Dense(units=10, activation="softmax"))
MNIST, CIFAR = (28, 28, 1), (32, 32, 3)


@pytest.mark.parametrize("name", CODE)
def test_a_tutorials_network_is_read_counted_and_comes_back_from_everywhere(name: str) -> None:
    network = keras_code.parse_code(CODE[name])
    traced = trace(network)
    assert traced.error is None and traced.total_params == PARAMETERS[name]
    assert network.input_shape == traced.input_shape == INPUTS[name]
    assert json.loads(network.to_json())["input_shape"] == list(INPUTS[name])
    assert Architecture.from_json(network.to_json()) == network
    assert link.decode(link.encode(network)).architecture == network
    assert keras_code.parse_code(keras_code.write_code(network)) == network
    assert notebook.parse_notebook(run_notebook(network, "mnist", RunSettings()).encode()) == network
    document = Document.of(network, "mnist").with_input_shape((28, 28, 1)).with_input_shape((100,))
    assert read_document(write_document(document)).undo().undo().architecture == network
    changed = diff(network, network.with_input_shape((28, 28, 1)))
    assert not changed.is_same and changed.to_dict()["before"]["input_shape"] == list(INPUTS[name])


@pytest.mark.parametrize(
    "start",
    [
        "Dense(512, activation='relu', input_dim=784)",
        "Dense(512, activation='relu', batch_input_shape=(None, 784))",
        "keras.Input(shape=(784,)), Dense(512, activation='relu')",
        "keras.layers.InputLayer(input_shape=[784]), Dense(512, activation='relu')",
    ],
)
def test_features_are_written_in_many_ways(start: str) -> None:
    code = f"import keras\nfrom keras.layers import Dense\nm = keras.Sequential([{start}, Dense(10, 'softmax')])"
    assert keras_code.parse_code(code) == keras_code.parse_code(FEATURES)


@pytest.mark.parametrize(("built", "shape"), [("None, 784", (784,)), ("None, 28, 28", (28, 28))])
def test_build_gives_the_input(built: str, shape: tuple[int, ...]) -> None:
    code = f"import keras\nm = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])\nm.build(({built}))"
    assert keras_code.parse_code(code).input_shape == shape


def test_keras_configs_of_all_versions_say_the_input() -> None:
    flatten = {"class_name": "Flatten", "config": {"batch_input_shape": [None, 28, 28]}}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [flatten]}}
    assert keras_config.from_config(config).input_shape == (28, 28)
    dense = {"class_name": "Dense", "config": {"units": 3}}
    config = {"class_name": "Sequential", "config": {"layers": [dense], "build_input_shape": [None, 784]}}
    assert keras_config.from_config(config).input_shape == (784,)


@pytest.mark.parametrize("shape", [[], [0], [28, 28, 1, 1], [28, None], [1_000_001], [10_001, 1], "784", 784])
def test_other_inputs_are_refused(shape: object) -> None:
    with pytest.raises(ArchitectureFileError, match=r"\[height, width\] or \[features\].* received"):
        Architecture.from_dict({"input_shape": shape, "layers": []})


@pytest.mark.parametrize("layer", [CONV, MaxPooling2D(), GlobalAveragePooling2D(), RandomFlip()], ids=lambda x: x.type)
def test_a_layer_that_needs_channels_is_mended_by_a_reshape_first(layer: Layer) -> None:
    network = Architecture((28, 28), (layer, *END))
    error = trace(network).error
    assert error is not None and error.index == 0
    assert "receives 28×28 without a channel axis. Put a Reshape to 28×28×1 before it." in error.message
    first = repairs(network)[0]
    assert first.title == "Insert Reshape to 28×28×1 before it"
    assert first.architecture.layers[:2] == (Reshape(target_shape=(28, 28, 1)), layer)
    assert trace(first.architecture).error is None


@pytest.mark.parametrize(("features", "map_shape"), [(784, (28, 28, 1)), (3072, (32, 32, 3)), (100, (10, 10, 1))])
def test_a_vector_that_can_be_a_square_image_becomes_one(features: int, map_shape: tuple[int, ...]) -> None:
    first = repairs(Architecture((features,), (CONV, *END)))[0]
    assert first.architecture.layers[0] == Reshape(target_shape=map_shape)


def test_what_flattened_a_map_is_moved_rather_than_undone() -> None:
    titles = [repair.title for repair in repairs(Architecture(MNIST, (Flatten(), CONV, Dense(units=10))))]
    assert titles[:2] == ["Move Flatten after layer 2", "Insert Reshape to 28×28×1 before it (and 1 more change)"]


def test_a_reshape_and_a_smaller_kernel_are_one_repair() -> None:
    first = repairs(Architecture((4, 4), (Conv2D(filters=2, kernel_size=5), *END)))[0]
    assert first.title == "Insert Reshape to 4×4×1 before it, use padding 'same'"


def test_dense_on_two_axes_is_mended_by_a_flatten() -> None:
    network = Architecture((28, 28), (Dense(units=10, activation="softmax"),))
    error = trace(network).error
    assert error is not None and "Dense needs a vector, but receives 28×28 numbers. Put a Flatten" in error.message
    assert repairs(network)[0].architecture.layers == (Flatten(), *network.layers)


def test_the_receptive_field_goes_through_a_channel_axis_that_comes_and_goes() -> None:
    back = Reshape(target_shape=(26, 26))
    layers = (
        Reshape(target_shape=(28, -1, 1)),
        Conv2D(filters=1, kernel_size=3),
        back,
        ReLU(),
        Reshape(target_shape=(26, 26, 1)),
        CONV,
    )
    network = Architecture((28, 28), layers)
    assert [row.receptive_field for row in trace(network).rows] == [(1, 1), (3, 3), (3, 3), (3, 3), (3, 3), (5, 5)]
    assert receptive_field(network, 5, 2, 3) == Box(2, 3, 7, 8)
    assert receptive_field(network, 2, 2, 3) == Box(2, 3, 5, 6)
    assert places_seen(back, (26, 26, 1), 4, 5) == places_seen(ReLU(), (26, 26), 4, 5)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((28, 28, 1), Reshape(target_shape=(14, 14, 4))),
        ((28, 28, 1), Reshape(target_shape=(1, 28, 28))),
        ((28, 28), Reshape(target_shape=(784,))),
        ((784,), Reshape(target_shape=(28, 28, 1))),
        ((28, 28), LayerNormalization()),
    ],
)
def test_where_places_are_mixed_there_is_no_receptive_field(shape: tuple[int, ...], layer: Layer) -> None:
    network = Architecture(shape, (layer,))
    assert trace(network).rows[0].receptive_field is None
    height, width, _ = image_shape(shape)
    assert receptive_field(network, 0, 0, 0) == Box(0, 0, height, width)


def test_views_of_images() -> None:
    assert views(MNIST) == ((28, 28, 1), (28, 28), (784,)) and views(CIFAR) == (CIFAR, (3072,))
    assert all(is_view(MNIST, view) and view_like(MNIST, view) == view for view in views(MNIST))
    assert not any(is_view(MNIST, other) for other in [(100,), (28, 27), (1, 28, 28), (784, 1), (28, 28, 3), CIFAR])
    assert view_like(MNIST, (100,)) == (784,) and view_like(CIFAR, (28, 28)) == CIFAR
    assert [square_image(count) for count in (784, 3072, 27, 12, 4, 3, 1, 7)] == [
        (28, 28, 1), (32, 32, 3), (3, 3, 3), (2, 2, 3), (2, 2, 1), None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "axes", "image", "expected"),
    [
        (MNIST, 2, MNIST, (28, 28)), (MNIST, 1, MNIST, (784,)), ((28, 28), 3, None, MNIST), ((28, 28), 1, None, (784,)),
        ((784,), 3, MNIST, MNIST), ((784,), 2, None, (28, 28)), ((600,), 3, (20, 30, 1), (20, 30, 1)),
        ((100,), 2, MNIST, (10, 10)), ((7,), 3, MNIST, MNIST), ((7,), 3, None, (1, 7, 1)), (CIFAR, 2, CIFAR, (32, 32)),
        (CIFAR, 1, CIFAR, (3072,)), (MNIST, 3, CIFAR, MNIST),
    ],
)  # fmt: skip
def test_another_kind_of_input_keeps_the_pixels(
    shape: tuple[int, ...], axes: int, image: tuple[int, ...] | None, expected: tuple[int, ...]
) -> None:
    assert converted(shape, axes, image) == expected


@pytest.mark.parametrize("shape", views(MNIST)[1:])
def test_a_view_of_the_images_is_told_once_and_stops_nothing(shape: tuple[int, ...]) -> None:
    network = Architecture(shape, (Reshape(target_shape=MNIST), *END))
    found = [notice for notice in notices(network, 10, MNIST) if notice.code.startswith("input")]
    assert [(notice.code, notice.hint, notice.blocks_training) for notice in found] == [("input_view", True, False)]
    assert "The data set's images of 28×28×1 reach this network as " in found[0].message
    assert not [n for n in notices(network.with_input_shape(MNIST), 10, MNIST) if n.code.startswith("input")]


def test_features_of_another_number_are_a_warning_with_a_fix() -> None:
    found = next(n for n in notices(Architecture((100,), END[1:]), 10, MNIST) if n.code == "input_shape")
    assert found.blocks_training and found.fix is not None
    assert found.message == "The input is 100 numbers, but the data set's images are 28×28×1."
    assert found.fix.title == "Set the input to 784 numbers" and found.fix.architecture.input_shape == (784,)


def test_what_only_gives_the_image_its_channel_axis_comes_before_augmentation() -> None:
    network = Architecture((28, 28), (Rescaling(scale=1 / 255), Reshape(target_shape=MNIST), RandomFlip(), CONV, *END))
    codes = {notice.code for notice in notices(network, 10, MNIST)}
    assert "augmentation_late" not in codes and "rescaled_again" in codes


DENSE = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.flatten = keras.layers.Flatten()
        self.out = keras.layers.Dense(10)

    def call(self, x):
        return self.out(self.flatten(x))

model = Net()
"""
SEQUENTIAL = "model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])\n"
DATA = "import keras\n(x, y), _ = keras.datasets.mnist.load_data()\n"


@pytest.mark.parametrize("code", [DENSE, SEQUENTIAL], ids=["subclassed", "sequential"])
@pytest.mark.parametrize(
    ("first_use", "shape"),
    [
        ("model.build((None, 28, 28))", (28, 28)), ("model.build((None, 784))", (784,)),
        ("model.compile()\nmodel.fit(x / 255, y)", (28, 28)), ("model(x.reshape(-1, 784))", (784,)),
    ],
)  # fmt: skip
def test_a_first_use_gives_an_input_of_any_kind(code: str, first_use: str, shape: tuple[int, ...]) -> None:
    read = keras_code.parse_code(DATA + code + first_use)
    assert read.input_shape == shape
    assert trace(read).total_params == 7850
