"""The trace against Keras: every row of random stacks, and refusals at the same layer."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnn_builder.architecture import LAYER_TYPES, Architecture, trace
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.layers.settings import ACTIVATIONS, INITIALIZERS
from cnn_builder.architecture.notices.nonlinearity import UNUSABLE
from tests.support.keras_rows import keras_rows
from tests.support.strategies import architecture


@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(architecture())
def test_random_stacks_equal_keras(network: Architecture) -> None:
    traced = trace(network)
    rows, refused = keras_rows(network)
    assert [(row.output_shape, row.params, row.trainable_params, row.macs) for row in traced.rows] == rows
    assert (traced.error.index if traced.error else None) == refused


def alike(config: Any) -> Any:
    """A config with lists as tuples: Keras keeps what it was given."""
    if isinstance(config, dict):
        return {key: alike(value) for key, value in config.items()}
    return tuple(alike(value) for value in config) if isinstance(config, list | tuple) else config


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_defaults_are_keras_own(name: str) -> None:
    """A layer given only what Keras requires is configured as Keras configures it."""
    cls = LAYER_TYPES[name]
    example = cls.example().keras_kwargs()
    required = {field: value for field, value in example.items() if cls.model_fields[field].is_required()}
    make = getattr(keras.layers, name)
    ours = make(**cls.create(required).keras_kwargs(), name="layer").get_config()
    assert alike(ours) == alike(make(**required, name="layer").get_config())


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_arguments_by_position_are_in_keras_order(name: str) -> None:
    cls = LAYER_TYPES[name]
    order = cls.positional or tuple(cls.model_fields)
    theirs = [arg for arg in inspect.signature(getattr(keras.layers, name)).parameters if arg != "self"]
    assert list(order) == theirs[: len(order)]
    # A setting beyond the order would be taken for another one when it stands by position.
    beyond = set(cls.model_fields) - set(order)
    assert all(theirs.index(field) >= len(order) for field in beyond)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(architecture())
def test_code_and_file_give_the_same_network_back(network: Architecture) -> None:
    assert keras_code.parse_code(keras_code.write_code(network)) == network
    assert Architecture.from_json(network.to_json()) == network


def test_activations_and_initializers_are_keras_names() -> None:
    for name in ACTIVATIONS:
        keras.layers.Activation(name)
    for name in INITIALIZERS:
        assert callable(keras.initializers.get(name))
    from keras.src.activations import ALL_OBJECTS_DICT

    assert set(ALL_OBJECTS_DICT) - {"glu"} <= set(ACTIVATIONS)


def test_every_activation_but_the_one_that_is_refused_in_training_computes() -> None:
    for name in set(ACTIVATIONS) - {UNUSABLE}:
        keras.activations.get(name)(np.array([[-1.0, 0.5]], np.float32))
    with pytest.raises(TypeError, match="missing"):
        keras.activations.get(UNUSABLE)(np.array([[-1.0, 0.5]], np.float32))
