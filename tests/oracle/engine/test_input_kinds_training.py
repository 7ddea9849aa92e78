"""Networks without a channel axis and of features: trained, asked, exported and read back on images of 28×28×1."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.architecture.formats.opening import open_network
from cnn_builder.architecture.layers.reshape import Reshape
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.build import build_model
from cnn_builder.engine.data_split import Parts
from cnn_builder.engine.errors import TrainingError
from cnn_builder.engine.service import Models, answer
from cnn_builder.engine.train import train
from cnn_builder.engine.training.loop import Loop
from cnn_builder.engine.training.pipeline import Chunks, epoch_order
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.results.training_code import run_notebook
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support.kinds_of_input import CODE, PARAMETERS

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits").limited(600, 100)


@pytest.mark.parametrize("name", CODE)
def test_a_tutorials_network_is_trained_asked_and_read_back(name: str, tmp_path: Path, digits: Dataset) -> None:
    network, settings = keras_code.parse_code(CODE[name]), Settings(home=tmp_path)
    assert [row.params for row in trace(network).rows] == [
        layer.count_params() for layer in build_model(network).layers
    ]
    with Store.open(settings) as store:
        store.create_run(network, "digits", RunSettings(epochs=2, train_limit=600, test_limit=100))
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings, lambda: digits)
        run = store.get(run.run_id)
        assert run.status == "finished" and run.total_params == PARAMETERS[name]
        assert run.test_accuracy is not None and run.test_accuracy > 0.5
        assert run.evaluation is not None and run.evaluation["model"]["verified"]
        _ask_everything(Models(store, settings), run.run_id, digits, network)
    file = settings.run_folder(run.run_id) / BEST
    assert open_network(file.name, file.read_bytes()).layers == network.layers
    model = keras.saving.load_model(file)
    pixels = digits.x_test.reshape(-1, *network.input_shape) / 255.0
    accuracy = (model.predict(pixels, verbose=0).argmax(axis=1) == digits.y_test).mean()
    assert accuracy == pytest.approx(run.test_accuracy)


def _ask_everything(models: Models, run_id: str, digits: Dataset, network: Architecture) -> None:
    """Each question the pages ask, of an image as data sets have it."""
    image, last = digits.x_test[0], len(network.layers) - 1

    def ask(op: str, **header: object) -> dict[str, np.ndarray]:
        given = {"op": op, "run_id": run_id, **header}
        told, arrays = answer(given, {"image": image}, models)
        assert "error" not in told, told
        return arrays

    assert ask("predict")["probabilities"].sum() == pytest.approx(1, abs=1e-4)
    assert ask("read")["images"].shape == (5, 28, 28, 1)
    assert ask("activations", layer=last)["values"].shape == (10,)
    assert ask("saliency", label=3)["values"].shape == (28, 28)
    assert ask("occlusion", label=3)["values"].ndim == 2
    assert ask("embedding", images=50)["points"].shape == (50, 2)
    assert ask("mute", images=50, mutes=[{"layer": last, "channels": [0]}])["muted"].shape == (10,)
    if len(network.layers) == 4 and network.layers[0] == Reshape(target_shape=(28, 28, 1)):
        assert ask("grad_cam", label=3, layer=1)["values"].shape == (26, 26)
        window = ask("unit", layer=1, row=2, column=3, channel=0)["window"]
        np.testing.assert_allclose(window[..., 0], image[2:5, 3:6, 0] / 255, rtol=1e-5)


@pytest.mark.parametrize("name", CODE)
def test_an_epoch_is_what_keras_fit_computes_on_reshaped_images(name: str, digits: Dataset) -> None:
    network = keras_code.parse_code(CODE[name])
    network = Architecture(network.input_shape, tuple(layer for layer in network.layers if layer.type != "Dropout"))
    settings = RunSettings(batch_size=50, validation_split=0.0)
    images, labels = Parts.of(digits, settings).train
    loop = Loop(build_model(network, seed=3), network, settings)
    loop.hold(images, labels)
    order = epoch_order(len(labels), settings.seed, 1)
    losses = [float(loss) for group in Chunks().of(order, 50) for loss in loop.train(group)[0]]
    theirs = build_model(network, seed=3)
    logits = name == "flattened"
    theirs.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=logits))
    pixels = images.reshape(-1, *network.input_shape).astype("float32") / 255
    fitted = theirs.fit(pixels[order], labels[order], batch_size=50, shuffle=False, verbose=0)
    assert np.mean(losses) == pytest.approx(fitted.history["loss"][0], rel=1e-4)


def test_other_features_than_the_images_have_are_refused_with_a_fix(tmp_path: Path, digits: Dataset) -> None:
    network = keras_code.parse_code(CODE["features"]).with_input_shape((100,))
    settings = Settings(home=tmp_path)
    with Store.open(settings) as store:
        store.create_run(network, "digits", RunSettings(epochs=1))
        run = store.claim_next(1)
        assert run is not None
        with pytest.raises(TrainingError, match="The input is 100 numbers, but the data set's images are 28×28×1"):
            train(run, store, settings, lambda: digits)


@pytest.mark.parametrize("name", CODE)
def test_its_notebook_runs_from_the_first_cell_to_the_last(name: str, tmp_path: Path) -> None:
    cells = notebook.code_cells(
        run_notebook(keras_code.parse_code(CODE[name]), "digits", RunSettings(epochs=2)).encode()
    )
    script = tmp_path / "cells.py"
    script.write_text("\n\n".join(cells), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.rpartition("Test accuracy ")[2].split(",")[0]) > 0.5


@pytest.mark.parametrize("shape", [(100,), (28, 27), (14, 56, 1)])
def test_its_notebook_refuses_other_images_in_words(shape: tuple[int, ...]) -> None:
    network = Architecture(shape, keras_code.parse_code(CODE["flattened"]).layers)
    cell = next(
        cell
        for cell in notebook.code_cells(run_notebook(network, "mnist", RunSettings()).encode())
        if "load_data" in cell
    )
    images, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.int64)
    scale = cell.partition("load_data()")[2]
    with pytest.raises(ValueError, match=r"The network takes images of .* these are"):
        exec(scale, {"x_train": images, "x_test": images, "y_train": labels, "y_test": labels})
