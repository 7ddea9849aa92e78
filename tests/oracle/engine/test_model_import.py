"""Models that Keras saved, imported: they compute what they computed there."""

from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture
from cnn_builder.architecture.layers import Layer
from cnn_builder.data import DATASETS
from cnn_builder.engine.adopt import adopt
from cnn_builder.engine.build import build_model
from cnn_builder.engine.train import train
from cnn_builder.engine.training.checkpoints import load_model, save_model
from cnn_builder.runs import Imported, RunSettings, Store
from cnn_builder.runs.model_import.adding import NETWORK, for_pixels_to_one
from cnn_builder.runs.model_import.reader import read
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.workers.further import train_further
from cnn_builder.settings import Settings

IMAGES, TOLERANCE = 100, 1e-5
"""How many images are compared, and how far two outputs may be apart: eager arithmetic differs in the last bits."""
ENDINGS = (".keras", ".h5")

pytestmark = [
    # Keras' own, while it writes the weights, and its advice against the older format.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]


def with_weights(model: keras.Model) -> keras.Model:
    """The model with weights that are all its own: also statistics and biases are no constants."""
    numbers = np.random.default_rng(3)
    model.set_weights([numbers.uniform(0.05, 0.3, one.shape).astype(np.float32) for one in model.get_weights()])
    return model


def imported(path: Path, folder: Path) -> tuple[Architecture, keras.Model]:
    """What is read of the file, and the run's model made of it."""
    folder.mkdir()
    network = Architecture.from_dict(read(path, folder)["architecture"])
    network, _ = for_pixels_to_one(network)
    (folder / NETWORK).write_text(network.to_json(), encoding="utf-8")
    assert adopt(folder, None, Settings(home=folder))["evaluation"]["model"]["verified"]
    return network, load_model(network, folder / BEST)


def assert_same_outputs(one: keras.Model, other: keras.Model) -> None:
    pixels = np.random.default_rng(0).random((IMAGES, *one.input_shape[1:]), np.float32)
    theirs, ours = (np.asarray(model(pixels, training=False)) for model in (one, other))
    assert np.allclose(theirs, ours, atol=TOLERANCE, rtol=TOLERANCE), float(np.abs(theirs - ours).max())


def around(layer: Layer) -> Architecture:
    """A small classifier with this layer in it."""
    flat, end = LAYER_TYPES["Flatten"].example(), LAYER_TYPES["Dense"].create({"units": 4})
    before = (flat,) if layer.type == "Dense" else (LAYER_TYPES["Reshape"].create({"target_shape": [8, 8, 3]}),)
    pooled = layer.type.startswith("Global") or layer.type in ("Flatten", "Dense")
    return Architecture((8, 8, 3), (*before, layer, *(() if pooled else (flat,)), end), f"one {layer.type}")


@pytest.mark.parametrize(
    ("name", "ending"),
    # Keras 3.15 cannot copy these two while it saves such a model as .h5.
    [
        (name, ending)
        for name in LAYER_TYPES
        for ending in ENDINGS
        if ending != ".h5" or name not in ("RandomContrast", "RandomErasing")
    ],
)
def test_a_model_with_any_layer_computes_the_same_after_import(name: str, ending: str, tmp_path: Path) -> None:
    layer = LAYER_TYPES[name].create({"target_shape": [4, 4, 12]}) if name == "Reshape" else LAYER_TYPES[name].example()
    model = with_weights(build_model(around(layer)))
    model.save(tmp_path / f"model{ending}")
    network, made = imported(tmp_path / f"model{ending}", tmp_path / "run")
    assert [one.type for one in network.layers] == [one.type for one in around(layer).layers]
    assert_same_outputs(model, made)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", [name for name in PRESETS if name != "L3"])
def test_a_preset_computes_the_same_after_import(name: str, ending: str, tmp_path: Path) -> None:
    model = build_model(PRESETS[name].architecture, seed=1)
    model.save(tmp_path / f"model{ending}")
    assert_same_outputs(model, imported(tmp_path / f"model{ending}", tmp_path / "run")[1])


@pytest.mark.parametrize("ending", ENDINGS)
def test_models_inside_models_and_functional_ones_come_too(ending: str, tmp_path: Path) -> None:
    layers = keras.layers
    block = keras.Sequential(
        [layers.Conv2D(4, 3), layers.BatchNormalization(), keras.Sequential([layers.Conv2D(5, 1)])]
    )
    start = keras.Input((8, 8, 1))
    end = layers.Dense(3, name="out")(layers.Flatten()(block(layers.Conv2D(2, 3, name="a first")(start))))
    model = with_weights(keras.Model(start, end))
    model.compile("adam", "mse")
    model.save(tmp_path / f"model{ending}")
    assert_same_outputs(model, imported(tmp_path / f"model{ending}", tmp_path / "run")[1])


def test_a_model_for_pixels_up_to_255_gives_the_same_for_pixels_up_to_1(tmp_path: Path) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Rescaling(1 / 127.5, -1), layers.Flatten(), layers.Dense(3)]
    )
    model.save(tmp_path / "model.keras")
    _, made = imported(tmp_path / "model.keras", tmp_path / "run")
    pixels = np.random.default_rng(0).random((IMAGES, 6, 6, 1), np.float32)
    assert np.allclose(np.asarray(model(255 * pixels)), np.asarray(made(pixels)), atol=TOLERANCE)


def test_an_imported_model_is_tested_on_a_data_set(tmp_path: Path) -> None:
    model = build_model(PRESETS["First-reader"].architecture, seed=1)
    model.save(tmp_path / "model.keras")
    folder = tmp_path / "run"
    folder.mkdir()
    found = read(tmp_path / "model.keras", folder)
    (folder / NETWORK).write_text(Architecture.from_dict(found["architecture"]).to_json(), encoding="utf-8")
    result = adopt(folder, "digits", Settings(home=tmp_path))
    assert 0 <= result["test_accuracy"] < 0.5 and result["test_loss"] > 1
    assert result["evaluation"]["images"] == DATASETS["digits"].test_size and result["evaluation"]["details"]


def test_a_run_that_trains_a_model_further_begins_with_its_weights(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    request = RunSettings(epochs=1, train_limit=64, batch_size=32, learning_rate=1e-9, validation_split=0.0)
    model = build_model(PRESETS["First-reader"].architecture, seed=7)

    def place(run_id: str) -> None:
        save_model(model, settings.run_folder(run_id) / BEST)

    with Store.open(settings) as store:
        network = PRESETS["First-reader"].architecture
        before = store.add_imported(network, "digits", Imported("a.keras", "0"), {"evaluation": {}}, place)
        made = train_further(store, settings, before, DATASETS["digits"], request)
        assert made.run_id != before.run_id and made.status == "queued"
        assert "Starts from the weights of" in store.events(made.run_id)[0].text
        assert store.create_run(network, "digits", request).run_id != made.run_id
        claimed = store.claim_next(1)
        assert claimed is not None and claimed.run_id == made.run_id
        train(claimed, store, settings)
    trained = load_model(network, settings.run_folder(made.run_id) / BEST)
    pairs = zip(trained.trainable_weights, model.trainable_weights, strict=True)
    assert all(np.allclose(np.asarray(one), np.asarray(two), atol=1e-5) for one, two in pairs)
