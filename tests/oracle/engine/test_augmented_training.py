"""Training with augmentations in the stack: learned from, kept out of the scores, and saved with the model."""

from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, Architecture
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.build import Predictor, build_model
from cnn_builder.engine.train import train
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

AUGMENTED = Architecture(
    (28, 28, 1),
    (
        LAYER_TYPES["RandomFlip"].create({"mode": "vertical"}),
        LAYER_TYPES["RandomRotation"].create({"factor": (-0.02, 0.04), "fill_mode": "constant", "fill_value": 0.25}),
        LAYER_TYPES["RandomTranslation"].create({"height_factor": 0.1, "width_factor": (0, 0.1), "fill_mode": "wrap"}),
        LAYER_TYPES["RandomZoom"].create({"height_factor": 0.1, "interpolation": "nearest"}),
        LAYER_TYPES["RandomContrast"].create({"factor": (0.2, 0.3), "value_range": (0, 1)}),
        LAYER_TYPES["Conv2D"].create({"filters": 4, "kernel_size": 3, "strides": 2}),
        LAYER_TYPES["PReLU"].create({"shared_axes": [1, 2]}),
        LAYER_TYPES["SeparableConv2D"].create({"filters": 6, "kernel_size": 3, "pointwise_regularizer": "l1"}),
        LAYER_TYPES["Flatten"].create({}),
        LAYER_TYPES["Dense"].create({"units": 10, "activation": "softmax"}),
    ),
    "augmented",
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits").limited(200, 60)


def trained(home: Path, digits: Dataset) -> tuple[float, "keras.Model"]:
    """Test accuracy of one epoch, and the model that it left on the disk."""
    settings = Settings(home=home)
    with Store.open(settings) as store:
        store.create_run(AUGMENTED, "digits", RunSettings(epochs=1, batch_size=32, seed=3))
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings, lambda: digits)
        run = store.get(run.run_id)
    assert (run.status, run.reason) == ("finished", None)
    assert run.test_accuracy is not None
    return run.test_accuracy, keras.saving.load_model(settings.run_folder(run.run_id) / BEST)


def test_a_run_with_every_augmentation(tmp_path: Path, digits: Dataset) -> None:
    accuracy, model = trained(tmp_path / "one", digits)
    file = next((tmp_path / "one").rglob(BEST))
    # The file's own config and the one built from the architecture are the same network with the same settings.
    ours = load_model(AUGMENTED, file)
    assert [layer.get_config() for layer in model.layers] == [
        {**layer.get_config(), "name": name} for layer, name in zip(ours.layers, _names(model), strict=True)
    ]
    # Predictions see the images as they are: the same twice, and the score is the stored one.
    predictor = Predictor(ours, AUGMENTED)
    first, again = (predictor.probabilities(digits.x_test) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first, model.predict(digits.x_test / 255.0, verbose=0), atol=1e-6)
    assert float(np.mean(first.argmax(axis=1) == digits.y_test)) == pytest.approx(accuracy)
    # The seed decides the chance too.
    _, twin = trained(tmp_path / "two", digits)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def _names(model: "keras.Model") -> list[str]:
    return [layer.name for layer in model.layers]


def test_augmentation_changes_what_is_learned(digits: Dataset) -> None:
    """The training step sees changed images: its outputs differ from those in use."""
    model = build_model(AUGMENTED, seed=0)
    images = digits.x_train[:4] / 255.0
    assert not np.allclose(model(images, training=True), model(images, training=False))
