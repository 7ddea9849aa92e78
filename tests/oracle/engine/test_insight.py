"""What is said of a model's inside, against Keras' own sub-models, finite differences and scikit-learn."""

from typing import Any

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.engine.build import build_model
from cnn_builder.engine.insight import ablation, attribution, features
from cnn_builder.engine.insight.ablation import Mute
from cnn_builder.engine.insight.gallery import Known
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.unit import unit

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [12, 10, 2],
        "layers": [
            {"type": "Conv2D", "filters": 6, "kernel_size": [3, 2], "padding": "same", "strides": 2,
             "activation": "relu"},
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "groups": 2, "padding": "same", "dilation_rate": 2},
            {"type": "BatchNormalization"},
            {"type": "DepthwiseConv2D", "kernel_size": 3, "depth_multiplier": 2, "padding": "same",
             "activation": "tanh"},
            {"type": "SeparableConv2D", "filters": 5, "kernel_size": 2, "depth_multiplier": 3, "activation": "relu"},
            {"type": "MaxPooling2D", "pool_size": 2, "strides": 1, "padding": "same"},
            {"type": "AveragePooling2D", "pool_size": [3, 2], "strides": 1, "padding": "same"},
            {"type": "Dropout", "rate": 0.5},
            {"type": "Flatten"},
            {"type": "Dense", "units": 4, "activation": "softmax"},
        ],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def inside() -> Inside:
    model = build_model(SMALL, seed=3)
    rng = np.random.default_rng(5)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.4, variable.shape))
    return Inside(model, SMALL)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (40, 12, 10, 2), dtype=np.uint8)


def logits(model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """The scores before the softmax, by way of a second model."""
    below = keras.Model(model.inputs[0], model.layers[-2].output)(pixels, training=False)
    return np.asarray(below) @ np.asarray(model.layers[-1].kernel) + np.asarray(model.layers[-1].bias)


@pytest.mark.parametrize("name", ["small", "L2", "LeNet-5"])
def test_activations_are_those_of_keras_sub_models(name: str) -> None:
    architecture = SMALL if name == "small" else PRESETS[name].architecture
    model = build_model(architecture, seed=1)
    image = np.random.default_rng(0).integers(0, 256, architecture.input_shape, dtype=np.uint8)
    for layer, ours in zip(model.layers, Inside(model, architecture).activations(image), strict=True):
        theirs = keras.Model(model.inputs[0], layer.output)(image[np.newaxis] / np.float32(255), training=False)
        np.testing.assert_allclose(ours, np.asarray(theirs)[0], atol=1e-5)


def test_saliency_is_the_slope_of_the_logit(inside: Inside, images: np.ndarray) -> None:
    found = attribution.saliency(inside, images[0], 2)
    assert found.shape == (12, 10)
    step = 1e-2
    for row, column in ((5, 5), (0, 9), (11, 0)):
        slopes = []
        for channel in (0, 1):
            up, down = (images[:1] / np.float32(255) for _ in "ab")
            up[0, row, column, channel] += step
            down[0, row, column, channel] -= step
            slopes.append(abs(logits(inside.model, up)[0, 2] - logits(inside.model, down)[0, 2]) / (2 * step))
        assert found[row, column] == pytest.approx(max(slopes), abs=2e-2)


def test_grad_cam_is_the_papers(inside: Inside, images: np.ndarray) -> None:
    model, layer = inside.model, 4
    maps = inside.activations(images[0])[layer]
    tail = keras.Sequential([keras.Input(maps.shape), *model.layers[layer + 1 : -1]])
    weights = np.asarray(model.layers[-1].kernel)[:, 1]
    step, alphas = 1e-2, []
    for channel in range(maps.shape[-1]):
        up, down = maps[np.newaxis].copy(), maps[np.newaxis].copy()
        up[..., channel] += step
        down[..., channel] -= step
        # All places moved at once: the sum of the gradients over the map, up to the pool's kinks.
        difference = (np.asarray(tail(up, training=False)) - np.asarray(tail(down, training=False))) @ weights
        alphas.append(difference[0] / (2 * step) / maps[..., 0].size)
    expected = np.maximum((maps * np.array(alphas)).sum(axis=-1), 0)
    found = attribution.grad_cam(inside, images[0], 1, layer)
    assert found.max() == pytest.approx(1)
    np.testing.assert_allclose(found, expected / expected.max(), atol=0.05)


def test_occlusion_is_the_fall_of_the_probability(inside: Inside, images: np.ndarray) -> None:
    falls, side = attribution.occlusion(inside, images[0], 0)
    assert (falls.shape, side) == ((12, 10), 2)
    border = np.concatenate([images[0][0], images[0][-1], images[0][:, 0], images[0][:, -1]])
    covered = images[:1].copy()
    covered[0, 5:7, 3:5] = np.median(border, axis=0).astype(np.uint8)
    both = inside.probabilities(np.concatenate([images[:1], covered]))[:, 0]
    assert falls[6, 4] == pytest.approx(both[0] - both[1], abs=1e-6)


@pytest.mark.parametrize("index", [0, 1, 3, 4, 5, 6])
def test_a_unit_is_the_sum_of_its_window_and_kernel(inside: Inside, images: np.ndarray, index: int) -> None:
    layer = inside.model.layers[index]
    maps = inside.activations(images[0])[index]
    rng = np.random.default_rng(index)
    places = [(0, 0, 0), tuple(size - 1 for size in maps.shape)]
    places += [tuple(int(rng.integers(size)) for size in maps.shape) for _ in range(12)]
    for place in places:
        found = unit(inside, images[0], index, place)
        assert found.output == pytest.approx(maps[place], abs=1e-6)
        activation: Any = getattr(layer, "activation", None) or keras.activations.linear
        after = np.asarray(activation(keras.ops.convert_to_tensor([found.total])))[0]
        assert after == pytest.approx(maps[place], abs=1e-4)
        if found.kernel is not None:
            assert found.kernel.shape == found.window.shape
            assert found.total == pytest.approx(float(np.nansum(found.window * found.kernel)) + found.bias, abs=1e-5)


def test_what_cannot_be_taken_apart_is_said(inside: Inside, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="Choose a convolution"):
        unit(inside, images[0], 8, (0, 0, 0))
    with pytest.raises(ValueError, match="counted from 1"):
        unit(inside, images[0], 0, (6, 0, 0))
    with pytest.raises(ValueError, match="has no map"):
        attribution.grad_cam(inside, images[0], 0, 9)
    with pytest.raises(ValueError, match="layers 1 to 10"):
        inside.layer(10)
    with pytest.raises(ValueError, match="classes 0 to 3"):
        attribution.saliency(inside, images[0], 4)


@pytest.mark.parametrize("mute", [Mute(0, (1, 4)), Mute(1), Mute(3, (0, 5)), Mute(4, (2,)), Mute(9, (3,))])
def test_muting_is_zeroing_weights_by_hand(inside: Inside, images: np.ndarray, mute: Mute) -> None:
    by_hand = build_model(SMALL)
    by_hand.set_weights(inside.model.get_weights())
    layer = by_hand.layers[mute.layer]
    for channel in range(layer.output.shape[-1]) if mute.channels is None else mute.channels:
        weights = layer.get_weights()
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            weights[0][:, :, channel // 2, channel % 2] = 0
        else:
            weights[-2][..., channel] = 0
        weights[-1][channel] = 0
        layer.set_weights(weights)
    labels = inside.probabilities(images).argmax(axis=1)
    expected = float((Inside(by_hand, SMALL).probabilities(images).argmax(axis=1) == labels).mean())
    assert ablation.accuracy(inside, images, labels, [mute]) == expected
    with ablation.muted(inside, [mute, mute]):
        np.testing.assert_allclose(
            inside.probabilities(images), Inside(by_hand, SMALL).probabilities(images), atol=1e-6
        )
    assert ablation.accuracy(inside, images, labels) == 1


def test_a_layer_without_filters_cannot_be_muted(inside: Inside, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no filters to mute"), ablation.muted(inside, [Mute(0), Mute(5)]):
        pass
    with pytest.raises(ValueError, match="filters 1 to 6"), ablation.muted(inside, [Mute(0, (6,))]):
        pass


def test_features_are_what_the_last_layer_sees(inside: Inside, images: np.ndarray) -> None:
    found = features.features(inside, images)
    np.testing.assert_allclose(found[7], inside.activations(images[7])[8], atol=1e-5)


@pytest.mark.parametrize("count", [60, 5])
def test_the_plane_is_that_of_a_principal_component_analysis(count: int) -> None:
    """Of more vectors than features, and of fewer."""
    vectors = np.random.default_rng(2).normal(size=(count, 9)) * np.arange(1, 10)
    points, shares = features.plane(vectors)
    theirs = PCA(2)
    np.testing.assert_allclose(np.abs(points), np.abs(theirs.fit_transform(vectors)), atol=1e-4)
    np.testing.assert_allclose(shares, theirs.explained_variance_ratio_, atol=1e-5)
    assert features.plane(np.ones((5, 1)))[0].shape == (5, 2)


def test_the_nearest_are_those_of_a_full_search() -> None:
    vectors = np.random.default_rng(4).normal(size=(80, 6))
    known = Known(vectors, features.ConfidenceLevels(0.5, 1.0, 2.0, 8))
    known.nearest(vectors[7], 5)  # what is kept of the vectors is right for every question
    places, distances = known.nearest(vectors[3] + 0.1, 5)
    expected, theirs = NearestNeighbors(n_neighbors=5).fit(vectors).kneighbors([vectors[3] + 0.1])
    np.testing.assert_allclose(distances, expected[0])
    assert places.tolist() == theirs[0].tolist()


def test_confident_answers_are_rarely_wrong() -> None:
    """Half of the images are read at 0.9 and right, half at 0.6 and often wrong."""
    sure = np.tile([0.9, 0.1], (500, 1))
    unsure = np.tile([0.6, 0.4], (500, 1))
    labels = np.concatenate([np.zeros(500, int), np.arange(500) % 3 == 0]).astype(int)
    found = features.calibration(np.concatenate([sure, unsure]), labels, np.arange(1000.0))
    assert found.confident == pytest.approx(0.9)
    assert found.strange == pytest.approx(989.01)
    # Ten right answers prove nothing.
    assert features.calibration(sure[:10], labels[:10], np.arange(10.0)).confident > 1
