"""The statistics of layers against Keras; that they change nothing of a training; how often they are taken."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_builder.architecture import Architecture
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.build import build_model
from cnn_builder.engine.train import train
from cnn_builder.engine.training.layer_probe import LayerProbe, probe_places
from cnn_builder.engine.training.layer_recorder import LayerRecorder
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.coach.layer_diagnostics import vanishing
from cnn_builder.runs.layer_statistics.kept import FILE, MOST_EPOCHS, read_statistics
from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

CHANCE = Architecture.from_dict(
    {
        "version": 1,
        "name": "chance",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "RandomRotation", "factor": 0.05},
            {"type": "Conv2D", "filters": 4, "kernel_size": 5, "strides": 3},
            {"type": "BatchNormalization"},
            {"type": "ReLU"},
            {"type": "Conv2D", "filters": 6, "kernel_size": 1, "strides": 2, "activation": "relu"},
            {"type": "Dropout", "rate": 0.3},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)
"""Everything that training draws random numbers for, or moves without a gradient."""


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits").limited(400, 60)


def cross_entropy(labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, outputs))


def close(found: Distribution | None, values: np.ndarray) -> None:
    assert found is not None
    expected = Distribution.of(values)
    assert expected is not None
    for name in ("mean", "std", "minimum", "maximum"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-3, abs=1e-6)


def test_the_numbers_are_those_of_keras(digits: Dataset) -> None:
    model = build_model(CHANCE, seed=2)
    images, labels = digits.x_train[:30], digits.y_train[:30]
    model.layers[4].kernel.assign(np.where(np.arange(6) < 2, -1.0, 1.0) * np.abs(np.array(model.layers[4].kernel)))
    before = [np.array(variable) for variable in model.variables]
    found = LayerProbe(model, CHANCE, cross_entropy, images, labels).statistics(3)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.array(variable), value)  # generators and moving averages, too

    pixels = images / np.float32(255)
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(labels, model(pixels, training=False))
    slopes = dict(zip(map(id, model.trainable_variables), tape.gradient(loss, model.trainable_variables), strict=True))
    assert (found.epoch, found.images) == (3, 30)
    assert [layer.type for layer in found.layers] == ["Conv2D", "BatchNormalization", "ReLU", "Conv2D", "Dense"]
    for layer in found.layers:
        made = model.layers[layer.index]
        outputs = np.asarray(keras.Model(model.inputs[0], made.output)(pixels, training=False))
        close(layer.activations, outputs)
        assert layer.activations is not None and layer.activations.zeros == pytest.approx((outputs == 0).mean())
        if made.trainable_variables:
            close(layer.weights, np.concatenate([np.ravel(variable) for variable in made.trainable_variables]))
            close(layer.gradients, np.concatenate([np.ravel(slopes[id(one)]) for one in made.trainable_variables]))
        else:
            assert layer.weights is None and layer.gradients is None
        relu = layer.index in (3, 4)
        assert layer.units == (outputs.shape[-1] if relu else 0)
        assert layer.dead == (int((outputs.reshape(-1, outputs.shape[-1]) == 0).all(axis=0).sum()) if relu else 0)
    assert found.layers[3].dead >= 2  # of inputs that are never negative, with weights that all are
    assert found.filters is not None
    np.testing.assert_array_equal(found.filters, np.array(model.layers[1].kernel))


def test_few_images_of_a_large_network_are_held_at_once() -> None:
    assert len(probe_places(60_000, CHANCE)) == 256 and len(probe_places(1000, CHANCE)) == 64
    assert len(probe_places(10, CHANCE)) == 10
    wide = Architecture.from_dict(
        {"version": 1, "name": "wide", "input_shape": [256, 256, 3],
         "layers": [{"type": "Conv2D", "filters": 64, "kernel_size": 3, "padding": "same"}]}
    )  # fmt: skip
    assert len(probe_places(60_000, wide)) == 16_000_000 // (256 * 256 * 64)


def ended(home: Path, digits: Dataset, keep: bool, request: RunSettings, network: Architecture = CHANCE) -> Run:
    settings = Settings(home=home, layer_statistics=keep)
    with Store.open(settings) as store:
        store.create_run(network, "digits", request)
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings, lambda: digits)
        return store.get(run.run_id)


def test_a_run_is_the_same_with_and_without_them(tmp_path: Path, digits: Dataset) -> None:
    request = RunSettings(epochs=3, batch_size=64, deterministic=True)
    runs = {keep: ended(tmp_path / str(keep), digits, keep, request) for keep in (True, False)}
    folders = {keep: Settings(home=tmp_path / str(keep)).run_folder(run.run_id) for keep, run in runs.items()}
    assert (runs[True].test_loss, runs[True].best_epoch) == (runs[False].test_loss, runs[False].best_epoch)
    models = [build_model(CHANCE) for _ in runs]
    for model, folder in zip(models, folders.values(), strict=True):
        model.load_weights(folder / BEST)
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not (folders[False] / FILE).exists()
    kept = read_statistics(folders[True])
    assert [kept[0].epoch, kept[1].epoch, kept[-1].epoch] == [0, 1, 3]
    assert kept[0].filters is not None and kept[-1].filters is not None
    assert not np.array_equal(kept[0].filters, kept[-1].filters)


def test_a_deep_stack_of_sigmoids_is_found_out(tmp_path: Path, digits: Dataset) -> None:
    sigmoid = {"type": "Dense", "units": 24, "activation": "sigmoid"}
    layers = [{"type": "Flatten"}, *[sigmoid] * 8, {"type": "Dense", "units": 10, "activation": "softmax"}]
    deep = Architecture.from_dict({"version": 1, "name": "deep", "input_shape": [28, 28, 1], "layers": layers})
    run = ended(tmp_path, digits, True, RunSettings(epochs=2, batch_size=64), deep)
    found = read_statistics(Settings(home=tmp_path).run_folder(run.run_id))
    assert "in layer 2 (Dense) and" in vanishing(found)
    relu = deep
    for place in range(1, 9):
        relu = relu.replace(place, relu.layers[place].changed(activation="relu"))
    run = ended(tmp_path / "relu", digits, True, RunSettings(epochs=2, batch_size=64), relu)
    assert vanishing(read_statistics(Settings(home=tmp_path / "relu").run_folder(run.run_id))) == ""


class Probe:
    """Takes `seconds` of a clock to look."""

    def __init__(self, seconds: float) -> None:
        self.now = 0.0
        self.seconds = seconds

    def clock(self) -> float:
        return self.now

    def statistics(self, epoch: int) -> EpochStatistics:
        self.now += self.seconds
        return EpochStatistics(epoch, 1, ())


def recorded(folder: Path, epochs: range, seconds: float, fresh: bool = True) -> list[int]:
    """Epochs that are kept where each takes a second of training and looking so many."""
    probe = Probe(seconds)
    recorder = LayerRecorder(lambda: probe, folder, 0.02, probe.clock)  # type: ignore[arg-type, return-value]
    recorder.begin(epochs.start - 1, fresh)
    for epoch in epochs:
        probe.now += 1
        recorder.epoch_ended(epoch)
    recorder.end()
    return [one.epoch for one in read_statistics(folder)]


def test_looking_takes_its_share_of_the_time_and_no_more(tmp_path: Path) -> None:
    assert recorded(tmp_path / "a", range(1, 9), 0.01) == list(range(9))
    kept = recorded(tmp_path / "b", range(1, 41), 0.1)
    assert kept[:2] == [0, 1] and kept[-1] == 40
    assert len(kept) * 0.1 <= 0.02 * 40 + 0.4
    assert recorded(tmp_path / "c", range(1, 41), 5.0) == [0, 1, 40]


def test_a_long_run_keeps_evenly_spread_epochs(tmp_path: Path) -> None:
    kept = recorded(tmp_path, range(1, 501), 0.001)
    assert len(kept) <= MOST_EPOCHS + 1 and kept[-1] == 500
    assert set(np.diff(kept[:-1])) == {8}


def test_a_run_that_goes_on_takes_back_what_is_undone(tmp_path: Path) -> None:
    assert recorded(tmp_path, range(1, 6), 0.001) == [0, 1, 2, 3, 4, 5]
    assert recorded(tmp_path, range(4, 6), 0.001, fresh=False) == [0, 1, 2, 3, 4, 5]
    probe = Probe(0.001)
    recorder = LayerRecorder(lambda: probe, tmp_path, 0.02, probe.clock)  # type: ignore[arg-type, return-value]
    recorder.begin(2, fresh=False)
    assert [one.epoch for one in read_statistics(tmp_path)] == [0, 1, 2]
    recorder.begin(0, fresh=False)  # within the first epoch: what is there of before training stays
    assert [one.epoch for one in read_statistics(tmp_path)] == [0]
    assert recorded(tmp_path, range(1, 2), 0.001) == [0, 1]


def test_a_disk_that_is_full_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    assert recorded(tmp_path / "file", range(1, 3), 0.001) == []
