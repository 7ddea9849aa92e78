"""The trace against Keras: every row of random stacks, and refusals at the same layer."""

import inspect

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import architecture

from cnn_builder.architecture import LAYER_TYPES, Architecture, keras_code, trace
from cnn_builder.architecture.layers.settings import ACTIVATIONS

Row = tuple[tuple[int, ...], int, int]


def keras_rows(network: Architecture) -> tuple[list[Row], int | None]:
    """(output shape, parameters, trainable parameters) of each layer as Keras has them, and the first it refuses."""
    tensor = keras.KerasTensor((None, *network.input_shape))
    rows: list[Row] = []
    for index, layer in enumerate(network.layers):
        if layer.type == "Dense" and len(tensor.shape) != 2:
            return rows, index  # Keras accepts Dense on a map and fails at the loss
        try:
            made = getattr(keras.layers, layer.type)(**layer.keras_kwargs())
            tensor = made(tensor)
        except (ValueError, TypeError):
            return rows, index
        count = made.count_params()
        trainable = sum(_size(weight.shape) for weight in made.trainable_weights)
        rows.append((tuple(tensor.shape[1:]), count, trainable))
    return rows, None


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for axis in shape:
        size *= axis
    return size


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(architecture())
def test_random_stacks_equal_keras(network: Architecture) -> None:
    traced = trace(network)
    rows, refused = keras_rows(network)
    ours = [(row.output_shape, row.params, row.trainable_params) for row in traced.rows]
    assert ours == rows
    assert (traced.error.index if traced.error else None) == refused


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_defaults_are_keras_own(name: str) -> None:
    """A layer given only what Keras requires is configured as Keras configures it."""
    cls = LAYER_TYPES[name]
    example = cls.example().settings()
    required = {field: value for field, value in example.items() if cls.model_fields[field].is_required()}
    make = getattr(keras.layers, name)
    ours = make(**cls.create(required).keras_kwargs(), name="layer").get_config()
    assert ours == make(**required, name="layer").get_config()


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_arguments_by_position_are_in_keras_order(name: str) -> None:
    cls = LAYER_TYPES[name]
    order = cls.positional or tuple(cls.model_fields)
    theirs = [arg for arg in inspect.signature(getattr(keras.layers, name)).parameters if arg != "self"]
    assert list(order) == theirs[: len(order)]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(architecture())
def test_code_and_file_give_the_same_network_back(network: Architecture) -> None:
    assert keras_code.parse(keras_code.write(network)) == network
    assert Architecture.from_json(network.to_json()) == network


def test_activations_are_keras_names() -> None:
    for name in ACTIVATIONS:
        keras.layers.Activation(name)
    from keras.src.activations import ALL_OBJECTS_DICT

    assert set(ALL_OBJECTS_DICT) - {"glu"} <= set(ACTIVATIONS)
