"""Each layer type by itself against Keras: every setting, one value at a time."""

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_builder.architecture import LAYER_TYPES, Architecture, Layer, trace
from cnn_builder.architecture.errors import LayerSettingError
from cnn_builder.architecture.layers.number_pairs import NumberRange, Penalty
from cnn_builder.architecture.layers.settings import Choice, Flag, Pair, Real, Setting, Whole
from cnn_builder.architecture.layers.target_shape import TargetShape
from tests.support.keras_rows import keras_rows

SHAPES = ((9, 8, 4), (1, 1, 1), (9, 8), (12,))


def few_values(kind: Setting) -> list[Any]:
    """Values from all ends of what the setting takes."""
    match kind:
        case Whole():
            found = [kind.minimum, 2, 3, 4]
        case Pair():
            found = [kind.minimum, 2, (3, 2), (1, 5), (9, 8), (10, 1)]
        case Choice():
            found = list(kind.options)
        case Flag():
            found = [False, True]
        case Real():
            found = [kind.minimum, 0.5, min(kind.maximum, 0.99)]
        case NumberRange():
            ends = (max(kind.minimum, -0.75), min(kind.maximum, 1.0))
            found = [ends, (0.25, 0.5), (0.5, 0.25)] if kind.scalar == "none" else [0, 0.5, 1, ends, (0.5, 0.25)]
        case Penalty():
            found = [None, 0.01, "l1", "l2", (0.1, 0.2), (0.1, 0.0), {"class_name": "L1L2", "config": {"l1": 0.3}}]
        case TargetShape():
            found = [[-1], [72, 4], [288], [9, 8], [9, 8, 1], [-1, 2, 3], [2, 6], [5, 5], [7, -1]]
        case _:
            raise AssertionError(f"no values for {kind}")
    return [*found, None] if kind.optional else found


CASES = [
    pytest.param(name, field, id=f"{name}-{field}") for name, cls in LAYER_TYPES.items() for field in cls.kinds()
] + [pytest.param(name, None, id=name) for name, cls in LAYER_TYPES.items()]


@pytest.mark.parametrize(("name", "field"), CASES)
def test_a_setting_does_what_keras_does(name: str, field: str | None) -> None:
    """Shapes, parameters, multiply-adds and refusals; and Keras' config holds the value that was set."""
    example = LAYER_TYPES[name].example()
    for value in [None] if field is None else few_values(type(example).kinds()[field]):
        layer = example if field is None else example.changed(**{field: value})
        for shape in SHAPES:
            network = Architecture(shape, (layer,))
            traced, (rows, refused) = trace(network), keras_rows(network)
            ours = [(row.output_shape, row.params, row.trainable_params, row.macs) for row in traced.rows]
            assert ours == rows, (layer, shape)
            assert (traced.error.index if traced.error else None) == refused, (layer, shape)


def before(shape: tuple[int, ...]) -> tuple[Layer, ...]:
    return (LAYER_TYPES["Flatten"].example(),) if len(shape) == 1 else ()


@pytest.mark.parametrize("name", [name for name, cls in LAYER_TYPES.items() if cls.category == "Augmentation"])
def test_an_augmentation_works_in_training_only_and_needs_a_map(name: str) -> None:
    images = np.random.default_rng(0).random((16, 8, 8, 3), np.float32)
    layer = LAYER_TYPES[name].example()
    made = getattr(keras.layers, name)(**{**layer.keras_kwargs(), "seed": 1})
    assert trace(Architecture((2, 2, 1), (*before((4,)), layer))).error is not None
    with pytest.raises((ValueError, IndexError)):  # Keras builds it and fails at the images
        made(images.reshape(16, -1), training=True)
    assert np.array_equal(made(images, training=False), images)
    trained = np.asarray(made(images, training=True))
    assert trained.shape == images.shape and not np.allclose(trained, images)
    assert trained.min() >= -1e-6 and trained.max() <= 1 + 1e-6


def test_contrast_keeps_to_the_pixels_range_only_with_the_right_range() -> None:
    """Why the palette sets value_range: pixels are 0…1 here, and Keras' own default cuts at 255."""
    cls = LAYER_TYPES["RandomContrast"]
    images = np.random.default_rng(0).random((64, 8, 8, 1), np.float32)
    strong = cls.create({"factor": (0.0, 1.0)})
    highest = {}
    for layer in (strong, strong.changed(value_range=(0, 1))):
        made = keras.layers.RandomContrast(**layer.keras_kwargs())
        highest[layer.settings()["value_range"]] = float(np.max(made(images, training=True)))
    assert highest[(0.0, 255.0)] > 1.1 and highest[(0.0, 1.0)] <= 1.0
    assert strong.warning((8, 8, 1)) is not None
    assert strong.changed(value_range=(0, 1)).warning((8, 8, 1)) is None and cls.example().warning((8, 8, 1)) is None


@pytest.mark.parametrize("name", ["RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast"])
@pytest.mark.parametrize("factor", [0, 0.25, 1, 1.0, (-0.5, 0.25), (0.5, 0.25), [0.1, 0.1], (0, 0), (-1, 1), (-1, 0)])
def test_factors_mean_what_keras_makes_of_them(name: str, factor: Any) -> None:
    """The range that Keras draws from, for one number and for pairs.

    Two are refused here: a zoom to nothing, as in Keras, and a contrast below 0, which Keras takes in pairs only.
    """
    cls, make = LAYER_TYPES[name], getattr(keras.layers, name)
    required = [field for field, info in cls.model_fields.items() if info.is_required()]
    given = dict.fromkeys(required, factor)
    if name == "RandomZoom" and factor == (-1, 1):
        theirs = make(**dict.fromkeys(required, 1))  # Keras takes this range as one number only
    elif (name == "RandomZoom" and factor == (-1, 0)) or (name == "RandomContrast" and np.min(factor) < 0):
        with pytest.raises(LayerSettingError, match="factor: expected"):
            cls.create(given)
        return
    else:
        theirs = make(**given)
    ours = make(**cls.create(given).keras_kwargs())
    for attribute in ("factor", "height_lower", "height_upper", "width_lower", "width_upper"):
        assert getattr(ours, attribute, None) == getattr(theirs, attribute, None), attribute


@pytest.mark.parametrize("seed", range(60))
def test_the_receptive_field_is_where_the_gradient_is(seed: int) -> None:
    """All-ones kernels, no activations, averages for maxima: an output depends on exactly its receptive field."""
    rng = random.Random(seed)
    side = 40
    network = Architecture((side, side, 1), tuple(window_layer(rng) for _ in range(rng.randint(1, 4))))
    traced = trace(network)
    if traced.error is not None:
        network = Architecture((side, side, 1), network.layers[: traced.error.index])
    layers = [getattr(keras.layers, layer.type)(**layer.keras_kwargs()) for layer in network.layers]
    # Two images: for a single one, oneDNN's gradient of a 1×1 kernel with strides of 2 (TensorFlow 2.21) writes outside
    # its memory, and the process dies at that moment or at any later one. A tape works the kernel's gradient out even
    # when only the image's is asked for.
    images = tf.ones((2, side, side, 1))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        tensor: Any = images
        for layer in layers:
            tensor = layer(tensor)
        centre = tensor[0, tensor.shape[1] // 2, tensor.shape[2] // 2, 0]
    seen = np.asarray(tape.gradient(centre, images))[0, :, :, 0] != 0
    field = trace(network).rows[-1].receptive_field
    assert field is not None
    for axis, size in enumerate(field):
        places = np.flatnonzero(seen.any(axis=1 - axis))
        first, last = int(places[0]), int(places[-1])
        extent = last - first + 1
        clipped = first == 0 or last == side - 1
        assert extent == size or (clipped and extent < size), network


def window_layer(rng: random.Random) -> Layer:
    """A layer with a window, all its weights one."""
    kind = rng.choice(["Conv2D", "SeparableConv2D", "DepthwiseConv2D", "AveragePooling2D", "ZeroPadding2D"])
    pair = [rng.randint(1, 3), rng.randint(1, 3)]
    padding = rng.choice(["valid", "same"])
    if kind == "AveragePooling2D":
        return LAYER_TYPES[kind].create({"pool_size": pair, "padding": padding, "strides": rng.choice([None, 1, 2])})
    if kind == "ZeroPadding2D":
        return LAYER_TYPES[kind].create({"padding": pair})
    cls = LAYER_TYPES[kind]
    settings: dict[str, Any] = {"kernel_size": pair, "padding": padding}
    settings["strides" if rng.random() < 0.5 else "dilation_rate"] = 2
    if "filters" in cls.model_fields:
        settings["filters"] = 2
    settings |= {field: "ones" for field in cls.model_fields if field.endswith("_initializer")}
    return cls.create(settings)


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_the_weights_are_those_of_keras_by_name_shape_and_order(name: str) -> None:
    for field, kind in LAYER_TYPES[name].kinds().items():
        for value in few_values(kind):
            layer = LAYER_TYPES[name].example().changed(**{field: value})
            for shape in SHAPES:
                traced = trace(Architecture(shape, (layer,)))
                if traced.error is not None:
                    continue
                made = getattr(keras.layers, name)(**layer.keras_kwargs())
                made(keras.KerasTensor((None, *shape)))
                theirs = [(one.name, tuple(one.shape), one.trainable) for one in made.weights]
                assert [(one.name, one.shape, one.trainable) for one in layer.weights(shape)] == theirs, (layer, shape)
