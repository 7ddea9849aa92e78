"""What the Build page shows of the augmentations, beside Keras' own layers with the same values drawn."""

import keras
import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, Layer
from cnn_builder.data.augmentation.layers import AUGMENTERS, CHANCES

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

IMAGES = np.random.default_rng(0).random((40, 9, 12, 3)).astype(np.float32)
FILLS = [
    {"fill_mode": mode, "interpolation": how, "fill_value": 0.3}
    for mode in ("reflect", "constant", "wrap", "nearest")
    for how in ("bilinear", "nearest")
]
GEOMETRIC = [
    ("RandomRotation", {"factor": 0.5}),
    ("RandomRotation", {"factor": (0.01, 0.1)}),
    ("RandomTranslation", {"height_factor": 1.0, "width_factor": (-0.9, 0.2)}),
    ("RandomZoom", {"height_factor": (-0.9, 1.0)}),
    ("RandomZoom", {"height_factor": 0.3, "width_factor": (0.1, 0.9)}),
]
CASES = [
    *(("RandomFlip", {"mode": mode}) for mode in ("horizontal", "vertical", "horizontal_and_vertical")),
    *((name, {**settings, **fill}) for name, settings in GEOMETRIC for fill in FILLS),
    ("RandomContrast", {"factor": (0.9, 0.4), "value_range": (0, 1)}),
    ("RandomContrast", {"factor": (0.2, 0.9)}),
    ("RandomErasing", {"scale": (0.1, 0.4), "fill_value": 0.7, "value_range": (0, 0.5)}),
    ("RandomErasing", {"factor": (0.2, 0.6), "scale": (0.2, 0.3), "fill_value": 0.1, "value_range": (0, 1)}),
]


def values_of(name: str, transformation: dict, count: int = len(IMAGES)) -> np.ndarray:
    """What Keras drew, (n, values), as ours are."""
    if name == "RandomErasing":
        return rectangles(transformation)
    parts = {
        "RandomFlip": ["flips"], "RandomRotation": ["angle"], "RandomTranslation": ["translations"],
        "RandomZoom": ["width_zoom", "height_zoom"], "RandomContrast": ["contrast_factor"],
    }[name]  # fmt: skip
    found = [keras.ops.convert_to_numpy(transformation[part]) for part in parts]
    return np.concatenate([values.reshape(count, -1) for values in found], axis=1)


def rectangles(transformation: dict) -> np.ndarray:
    """Whether it is applied, and the first column and row of a rectangle with those after its last ones."""
    masks = keras.ops.convert_to_numpy(transformation["batch_masks"]).any(axis=-1)
    ends = [keras.ops.convert_to_numpy(transformation["apply_erasing"])]
    for axis in (1, 2):  # over the rows: the columns
        covered = masks.any(axis=axis)
        ends += [covered.argmax(axis=1), covered.shape[1] - covered[:, ::-1].argmax(axis=1)]
    return np.stack(ends, axis=1)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_the_same_values_give_the_same_images(name: str, settings: dict) -> None:
    layer: Layer = LAYER_TYPES[name].create(settings)
    theirs = getattr(keras.layers, name)(**{**layer.keras_kwargs(), "seed": 1})
    transformation = theirs.get_random_transformation(IMAGES, training=True)
    expected = keras.ops.convert_to_numpy(theirs.transform_images(IMAGES, transformation, training=True))
    ours = AUGMENTERS[name].apply(layer, IMAGES, values_of(name, transformation))
    different = np.abs(ours - expected) > 1e-3
    # A place that lies on the border between two pixels may fall to either, by the last bit of a float32.
    assert different.mean() < (0.002 if settings.get("interpolation") == "nearest" else 1e-4), different.mean()


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_what_is_drawn_is_between_the_same_bounds(name: str, settings: dict) -> None:
    layer = LAYER_TYPES[name].create(settings)
    theirs = getattr(keras.layers, name)(**{**layer.keras_kwargs(), "seed": 2})
    many = np.zeros((4000, *IMAGES.shape[1:]), np.float32)
    ours = AUGMENTERS[name].draw(layer, np.random.default_rng(0).random((4000, CHANCES)), *IMAGES.shape[1:3])
    drawn = [
        values.astype(float)
        for values in (
            values_of(name, theirs.get_random_transformation(many, training=True), len(many)),
            np.ceil(ours) if name == "RandomErasing" else ours,
        )
    ]
    # A rectangle's ends meet their bounds too seldom to be compared.
    for bound in (np.std, np.mean) if name == "RandomErasing" else (np.min, np.max, np.mean):
        one, other = (bound(values, axis=0) for values in drawn)
        spread = np.ptp(drawn[0], axis=0) + 1e-6
        assert (np.abs(one - other) < 0.05 * spread).all()
