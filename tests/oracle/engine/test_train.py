"""Training in this process, on the digits that come with the app."""

import time
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.build import Predictor, build_model
from cnn_builder.engine.data_split import Parts
from cnn_builder.engine.errors import ModelError, TrainingError
from cnn_builder.engine.train import train
from cnn_builder.engine.training.checkpoint_file import LAST, read_checkpoint
from cnn_builder.engine.training.checkpoints import Checkpoints, load_model
from cnn_builder.engine.training.loop import Loop, LossAndAccuracy
from cnn_builder.engine.training.pipeline import Chunks, epoch_order
from cnn_builder.engine.training.recorder import Recorder
from cnn_builder.runs import Metric, Run, RunSettings, Store
from cnn_builder.runs.run_files import BEST, epoch_weights
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 8, "kernel_size": 3, "strides": 2, "activation": "relu"},
            {"type": "MaxPooling2D"},
            {"type": "Flatten"},
            {"type": "Dropout", "rate": 0.1},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def given_out(store: Store, request: RunSettings, architecture: Architecture = SMALL) -> Run:
    """A run as a worker gets it."""
    store.create_run(architecture, "digits", request)
    run = store.claim_next(1)
    assert run is not None
    return run


def trained(settings: Settings, request: RunSettings, digits: Dataset) -> tuple[Run, list[Metric]]:
    """A run trained to its end, and its metrics."""
    with Store.open(settings) as store:
        run = given_out(store, request)
        images = digits.limited(request.train_limit, request.test_limit)
        train(run, store, settings, lambda: images)
        return store.get(run.run_id), store.metrics(run.run_id)


def test_a_run_is_trained_scored_and_kept(settings: Settings, digits: Dataset) -> None:
    run, metrics = trained(settings, RunSettings(epochs=3, batch_size=16, validation_split=0.2), digits)
    assert (run.status, run.reason) == ("finished", None)
    epochs = [metric for metric in metrics if metric.kind == "epoch"]
    assert [metric.epoch for metric in epochs] == [1, 2, 3]
    best = max(epochs, key=lambda metric: (metric.val_accuracy, -metric.epoch))
    assert run.best_epoch == best.epoch
    assert run.total_steps == epochs[-1].step
    assert run.evaluation is not None and run.evaluation["train_accuracy"] == pytest.approx(best.accuracy)
    samples = run.evaluation["samples"]
    assert [sample["actual"] for sample in samples] == [str(label) for label in digits.y_test[:5]]
    # The file on the disk is the model that was scored.
    model = keras.saving.load_model(settings.run_folder(run.run_id) / BEST)
    predicted = model.predict(digits.x_test / 255.0, verbose=0).argmax(axis=1)
    assert run.test_accuracy == pytest.approx(float(np.mean(predicted == digits.y_test)))
    assert run.test_accuracy > 0.8
    assert (settings.run_folder(run.run_id) / LAST).is_file()


def test_the_same_seed_gives_the_same_numbers(tmp_path: Path, digits: Dataset) -> None:
    request = RunSettings(epochs=2, train_limit=400, test_limit=100)
    runs = [trained(Settings(home=tmp_path / name), request, digits) for name in ("one", "two")]
    (one, first), (two, second) = runs
    assert (one.test_loss, one.test_accuracy) == (two.test_loss, two.test_accuracy)
    for a, b in zip(*([m for m in rows if m.kind == "epoch"] for rows in (first, second)), strict=True):
        assert (a.loss, a.accuracy, a.val_loss, a.val_accuracy) == (b.loss, b.accuracy, b.val_loss, b.val_accuracy)


PENALTY = {"class_name": "L2", "config": {"l2": 0.05}}
PLAIN = [SMALL.to_dict()["layers"][place] for place in (0, 2, 4)]
PENALIZED = [{**layer, **({"kernel_regularizer": PENALTY} if layer["type"] != "Flatten" else {})} for layer in PLAIN]
NORMALIZED = [PLAIN[0], {"type": "BatchNormalization"}, {"type": "PReLU"}, *PLAIN[1:]]


@pytest.mark.parametrize("layers", [PLAIN, PENALIZED, NORMALIZED], ids=["plain", "penalized", "normalized"])
def test_one_epoch_is_what_keras_fit_computes(digits: Dataset, layers: list[dict]) -> None:
    """The same weights, the same batches in the same order, plain SGD: the same weights after."""
    images, labels = digits.x_train[:200], digits.y_train[:200]
    architecture = Architecture.from_dict({**SMALL.to_dict(), "layers": layers})
    order = epoch_order(len(images), seed=0, epoch=1)
    ours = build_model(architecture, seed=1)
    loop = Loop(ours, architecture, RunSettings(optimizer="SGD", learning_rate=0.05))
    loop.hold(images, labels)
    chunks = Chunks()
    losses = []
    for group in chunks.of(order, 32):
        chunk_losses, _ = loop.train(group)
        chunks.took(len(group), 0.001)
        losses += chunk_losses.tolist()
    theirs = build_model(architecture, seed=1)
    theirs.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    theirs.fit(images[order] / 255.0, labels[order], batch_size=32, shuffle=False, verbose=0)
    assert len(losses) == 7
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)
    score = loop.evaluate(digits.x_test, digits.y_test)
    expected = theirs.evaluate(digits.x_test / 255.0, digits.y_test, verbose=0)
    assert score.loss == pytest.approx(expected, abs=1e-3)


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    assert np.array_equal(epoch_order(50, 1, 1), epoch_order(50, 1, 1))
    assert not np.array_equal(epoch_order(50, 1, 1), epoch_order(50, 1, 2))
    assert not np.array_equal(epoch_order(50, 1, 1), epoch_order(50, 2, 1))
    assert sorted(epoch_order(50, 1, 1)) == list(range(50))


def test_chunks_hold_every_image_once() -> None:
    chunks = Chunks()
    seen: list[int] = []
    shapes = []
    for group in chunks.of(np.arange(103, dtype=np.int32), 10):
        chunks.took(len(group), 0.05 * len(group))
        shapes.append(group.shape)
        seen += group.ravel().tolist()
    assert seen == list(range(103))
    assert shapes == [(1, 10), (1, 10), (4, 10), (4, 10), (1, 3)]


def test_without_a_split_the_last_epoch_is_the_best(settings: Settings, digits: Dataset) -> None:
    run, metrics = trained(settings, RunSettings(epochs=2, train_limit=300, validation_split=0.0), digits)
    assert run.best_epoch == 2
    assert all(metric.val_accuracy is None for metric in metrics)


def test_the_test_images_may_validate_but_choose_nothing(settings: Settings, digits: Dataset) -> None:
    run, metrics = trained(settings, RunSettings(epochs=2, train_limit=300, validation_data="test"), digits)
    assert run.best_epoch == 2
    assert metrics[-1].val_accuracy == pytest.approx(run.test_accuracy)


def test_the_last_images_validate(digits: Dataset) -> None:
    parts = Parts.of(digits, RunSettings(validation_split=0.2))
    assert parts.validation is not None
    kept = int(len(digits.x_train) * 0.8)
    assert np.array_equal(parts.train[1], digits.y_train[:kept])
    assert np.array_equal(parts.validation[1], digits.y_train[kept:])


@pytest.mark.fault(10)
def test_a_loss_that_is_no_number_ends_the_run(settings: Settings, digits: Dataset) -> None:
    request = RunSettings(epochs=20, optimizer="SGD", learning_rate=10.0, train_limit=400)
    convolution = {"type": "Conv2D", "filters": 8, "kernel_size": 3, "strides": 3}
    layers = [convolution, convolution, {"type": "Flatten"}, {"type": "Dense", "units": 10}]
    deep = Architecture.from_dict({**SMALL.to_dict(), "layers": layers})
    with Store.open(settings) as store:
        run = given_out(store, request, deep)
        train(run, store, settings, lambda: digits.limited(400, 50))
        ended = store.get(run.run_id)
    assert ended.status == "diverged"
    assert ended.reason is not None and ended.reason.startswith("diverged at step ")
    if (last := settings.run_folder(run.run_id) / LAST).exists():  # a machine may take its time to diverge
        assert all(
            np.isfinite(array).all() for array in read_checkpoint(last).arrays.values() if array.dtype.kind == "f"
        )


def test_an_early_stop_is_remembered_where_the_score_was_not_made(
    settings: Settings, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RunSettings(epochs=50, early_stopping=1, min_delta=10.0, train_limit=300)
    with Store.open(settings) as store:
        run = given_out(store, request)

        def dies(*_: object) -> None:
            raise MemoryError

        with monkeypatch.context() as patch, pytest.raises(MemoryError):
            patch.setattr(Loop, "examine", dies)
            patch.setattr(Loop, "evaluate", lambda *_: LossAndAccuracy(1.0, 0.5))
            train(run, store, settings, lambda: digits)
        store.finish(run.run_id, "crashed", "out of memory")
        store.request_resume(run.run_id)
        again = store.claim_next(1)
        assert again is not None
        train(again, store, settings, lambda: digits)
        ended, epochs = store.get(run.run_id), store.metrics(run.run_id, kind="epoch")
    assert [row.epoch for row in epochs] == [1, 2]
    assert (ended.status, ended.reason, ended.epoch) == (
        "finished",
        "stopped early: no better validation loss for 1 epoch",
        2,
    )
    assert ended.test_accuracy is not None


def test_a_stop_asked_for_before_the_start_trains_nothing(settings: Settings, digits: Dataset) -> None:
    with Store.open(settings) as store:
        run = given_out(store, RunSettings(epochs=10_000, batch_size=8))
        store.request_stop(run.run_id)
        train(run, store, settings, lambda: digits)
        ended = store.get(run.run_id)
    assert ended.status == "stopped"


def test_a_run_that_cannot_be_trained_is_refused(settings: Settings, digits: Dataset) -> None:
    with Store.open(settings) as store:
        run = given_out(store, RunSettings(), PRESETS["L3"].architecture)
        with pytest.raises(TrainingError, match="Dense"):
            train(run, store, settings, lambda: digits)


def test_the_kept_weights_come_back(tmp_path: Path) -> None:
    model = build_model(SMALL, seed=0)
    checkpoints = Checkpoints(model, SMALL, tmp_path)
    kept = model.get_weights()
    checkpoints.keep()
    trained_on = [weight + 1 for weight in kept]
    model.set_weights(trained_on)
    checkpoints.write_now({"step": 3})
    checkpoints.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [BEST, LAST]
    for a, b in zip(load_model(SMALL, tmp_path / BEST).get_weights(), kept, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(a, b)
    again = Checkpoints(model, SMALL, tmp_path)
    assert again.restore() == ({"step": 3}, []) and again.has_best
    for a, b in zip(model.get_weights(), trained_on, strict=True):
        np.testing.assert_array_equal(a, b)
    again.close()  # the best is the one of before
    np.testing.assert_array_equal(model.get_weights()[0], kept[0])


class Clock:
    """A clock that only moves when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_checkpoint_is_due_soon_after_the_first_steps_and_then_less_often(tmp_path: Path) -> None:
    clock = Clock()
    checkpoints = Checkpoints(build_model(SMALL, seed=0), SMALL, tmp_path, monotonic=clock)
    clock.now += 60  # loading and compiling: nothing new to write
    assert not checkpoints.due(epoch_end=False) and not checkpoints.due(epoch_end=True)
    waits = []
    for step in range(6):
        checkpoints.trained()
        began = clock.now
        while not checkpoints.due(epoch_end=False):
            clock.now += 0.25
        waits.append(clock.now - began)
        checkpoints.write({"step": step})
        checkpoints._wait()
    assert waits == [1, 1, 2, 4, 8, 10]
    checkpoints.close()


def test_the_end_of_a_short_epoch_is_a_moment_for_a_checkpoint(tmp_path: Path) -> None:
    clock = Clock()
    checkpoints = Checkpoints(build_model(SMALL, seed=0), SMALL, tmp_path, monotonic=clock)
    checkpoints.trained()
    assert checkpoints.due(epoch_end=True) and not checkpoints.due(epoch_end=False)
    for step in range(6):
        checkpoints.write({"step": step})
        checkpoints._wait()
        assert not checkpoints.due(epoch_end=True)
        clock.now += 2
        assert checkpoints.due(epoch_end=True)
    assert not checkpoints.due(epoch_end=False)
    checkpoints.close()


def test_a_checkpoint_of_another_network_is_not_used(tmp_path: Path) -> None:
    one = Checkpoints(build_model(SMALL, seed=0), SMALL, tmp_path)
    one.write_now({"step": 3})
    one.close()
    layers = SMALL.to_dict()["layers"]
    wider = Architecture.from_dict({**SMALL.to_dict(), "layers": [*layers[:-1], {"type": "Dense", "units": 12}]})
    other = Checkpoints(build_model(wider, seed=0), wider, tmp_path)
    state, (problem,) = other.restore()
    assert state is None and "other shapes" in problem
    other.close()


def test_the_epochs_weights_are_thinned_evenly(tmp_path: Path) -> None:
    model = build_model(SMALL, seed=0)
    checkpoints = Checkpoints(model, SMALL, tmp_path)
    for epoch in range(1, 51):
        checkpoints.epoch_ended(epoch)
    checkpoints.close()
    kept = epoch_weights(tmp_path)
    assert list(kept) == list(range(1, 51, 4))
    with np.load(kept[49]) as arrays:
        for a, b in zip(arrays.values(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_damaged_model_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / BEST).write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(SMALL, tmp_path / BEST)
    with pytest.raises(ModelError, match="no trained model"):
        load_model(SMALL, tmp_path / "other.keras")


def test_the_recorder_writes_what_is_left(settings: Settings) -> None:
    with Store.open(settings) as store:
        run = given_out(store, RunSettings())
        store.begin(run.run_id, 10)
        with Recorder(store, run.run_id, period=60.0) as recorder:
            for step in range(1, 4):
                recorder.at(step, 1)
                recorder.add(Metric(epoch=1, step=step, kind="step", loss=1.0, accuracy=0.5))
        assert [metric.step for metric in store.metrics(run.run_id)] == [1, 2, 3]
        assert store.get(run.run_id).step == 3


def test_the_recorder_tells_what_the_worker_does_before_its_first_steps(settings: Settings) -> None:
    with Store.open(settings) as store:
        run_id = given_out(store, RunSettings()).run_id

        def reason_becomes(expected: str | None) -> None:
            end = time.monotonic() + 60
            while store.get(run_id).reason != expected:
                assert time.monotonic() < end, store.get(run_id)
                time.sleep(0.01)

        recorder = Recorder(store, run_id, period=60.0)
        recorder.doing("loading the images")
        with recorder:
            reason_becomes("loading the images")
            recorder.doing("compiling the training step")
            reason_becomes("compiling the training step")
            recorder.doing(None)
            reason_becomes(None)


def test_a_predictor_follows_its_model(digits: Dataset) -> None:
    """Weights set after the compiling count: the best ones are put back before the scoring."""
    model = build_model(SMALL, seed=0)
    predictor = Predictor(model, SMALL)
    before = predictor.probabilities(digits.x_test[:2])
    model.set_weights([weight * 2 for weight in model.get_weights()])
    assert not np.allclose(before, predictor.probabilities(digits.x_test[:2]))
