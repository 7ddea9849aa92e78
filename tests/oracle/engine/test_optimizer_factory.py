"""Every way to train, against Keras' own compile and fit: the same weights after two epochs of a tiny network."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.engine.build import build_model
from cnn_builder.engine.early_stopping import Watch
from cnn_builder.engine.training.loop import Loop
from cnn_builder.engine.training.pipeline import Chunks, epoch_order, steps_in_epoch
from cnn_builder.runs import RunSettings
from cnn_builder.runs.settings.lr_schedule import decay_steps, factors, warmup_steps

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

CLASSES = 4
BATCH = 8
IMAGES = np.random.default_rng(0).integers(0, 256, (44, 6, 6, 1), np.uint8)
LABELS = np.random.default_rng(1).integers(0, CLASSES, 44)
STEPS = steps_in_epoch(len(LABELS), BATCH)
WEIGHTS = (0.5, 2.0, 1.0, 0.0)
schedules = keras.optimizers.schedules


def network(**regularizer: Any) -> Architecture:
    convolution = {"type": "Conv2D", "filters": 3, "kernel_size": 3, "activation": "relu"}
    dense = {"type": "Dense", "units": CLASSES, "activation": "softmax"}
    layers = [convolution | regularizer, {"type": "Flatten"}, dense | regularizer]
    return Architecture.from_dict({"version": 1, "name": "tiny", "input_shape": [6, 6, 1], "layers": layers})


@dataclass(frozen=True)
class Case:
    """Our settings, and what says the same to Keras."""

    settings: dict[str, Any]
    optimizer: keras.optimizers.Optimizer
    fit: dict[str, Any] = field(default_factory=dict)
    smoothing: float = 0.0
    architecture: Architecture = field(default_factory=network)


def balanced() -> dict[int, float]:
    counts = np.bincount(LABELS, minlength=CLASSES)
    return {index: len(LABELS) / (CLASSES * count) for index, count in enumerate(counts)}


def cases() -> dict[str, Case]:
    """Made anew for each test: an optimizer of Keras belongs to one model."""
    own = keras.optimizers
    sgd = {"optimizer": "SGD", "learning_rate": 0.1}
    cosine = schedules.CosineDecay(0.0, 2 * STEPS - STEPS, 0.1, warmup_target=0.1, warmup_steps=STEPS)
    stairs = schedules.ExponentialDecay(0.1, STEPS // 2, 0.5, staircase=True)
    penalty = {"kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.02}}}
    return {
        "Adam": Case({}, own.Adam(0.001)),
        "SGD": Case(sgd, own.SGD(0.1)),
        "momentum": Case({**sgd, "momentum": 0.9}, own.SGD(0.1, momentum=0.9)),
        "nesterov": Case({**sgd, "momentum": 0.9, "nesterov": True}, own.SGD(0.1, momentum=0.9, nesterov=True)),
        "Adam options": Case(
            {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, "amsgrad": True}, own.Adam(0.001, 0.8, 0.9, 1e-3, True)
        ),
        "AdamW": Case({"optimizer": "AdamW"}, own.AdamW(0.001)),
        "AdamW decay": Case({"optimizer": "AdamW", "weight_decay": 0.1}, own.AdamW(0.001, weight_decay=0.1)),
        "SGD decay": Case({**sgd, "weight_decay": 0.1}, own.SGD(0.1, weight_decay=0.1)),
        "RMSprop": Case({"optimizer": "RMSprop", "rho": 0.8, "momentum": 0.5}, own.RMSprop(0.001, 0.8, 0.5)),
        "Lion": Case({"optimizer": "Lion", "beta_2": 0.95}, own.Lion(0.001, beta_2=0.95)),
        "Adagrad": Case({"optimizer": "Adagrad"}, own.Adagrad(0.001)),
        "Nadam": Case({"optimizer": "Nadam"}, own.Nadam(0.001)),
        "Adamax": Case({"optimizer": "Adamax"}, own.Adamax(0.001)),
        "clipnorm": Case({**sgd, "clipnorm": 0.05}, own.SGD(0.1, clipnorm=0.05)),
        "clipvalue": Case({**sgd, "clipvalue": 0.01}, own.SGD(0.1, clipvalue=0.01)),
        "global_clipnorm": Case({**sgd, "global_clipnorm": 0.05}, own.SGD(0.1, global_clipnorm=0.05)),
        "cosine after warm-up": Case(
            {**sgd, "schedule": "cosine", "warmup_epochs": 1, "final_fraction": 0.1}, own.SGD(cosine)
        ),
        "stairs": Case({**sgd, "schedule": "step", "decay_epochs": 0.5}, own.SGD(stairs)),
        "smoothing": Case({**sgd, "label_smoothing": 0.2}, own.SGD(0.1), smoothing=0.2),
        "class weights": Case(
            {**sgd, "class_weight": WEIGHTS}, own.SGD(0.1), fit={"class_weight": dict(enumerate(WEIGHTS))}
        ),
        "balanced": Case({**sgd, "class_weight": "balanced"}, own.SGD(0.1), fit={"class_weight": balanced()}),
        "L2": Case({**sgd, "l2": 0.02}, own.SGD(0.1), architecture=network(**penalty)),
        "all at once": Case(
            {
                **{"optimizer": "Nadam", "clipnorm": 0.5, "weight_decay": 0.01, "l2": 0.02, "schedule": "cosine"},
                **{"warmup_epochs": 1, "final_fraction": 0.1, "learning_rate": 0.1, "label_smoothing": 0.1},
                "class_weight": WEIGHTS,
            },
            own.Nadam(cosine, weight_decay=0.01, clipnorm=0.5),
            fit={"class_weight": dict(enumerate(WEIGHTS))},
            smoothing=0.1,
            architecture=network(**penalty),
        ),
    }


def trained(settings: RunSettings, epochs: int = 2) -> tuple[keras.Model, Loop]:
    """Our loop, on the images in their order."""
    architecture = network()
    model = build_model(architecture, seed=1)
    loop = Loop(model, architecture, settings)
    loop.hold(IMAGES, LABELS)
    chunks = Chunks()
    for epoch in range(1, epochs + 1):
        for group in chunks.of(epoch_order(len(LABELS), 0, epoch, shuffle=False), BATCH):
            loop.train(group)
            chunks.took(len(group), 0.05 * len(group))
    return model, loop


@cache
def plainly_trained(**settings: Any) -> list[np.ndarray]:
    """The weights without any further setting."""
    return trained(RunSettings(epochs=2, batch_size=BATCH, **settings))[0].get_weights()


@pytest.mark.parametrize("name", list(cases()))
def test_training_is_what_keras_computes(name: str) -> None:
    case = cases()[name]
    ours, loop = trained(RunSettings(epochs=2, batch_size=BATCH, **case.settings))
    theirs = build_model(case.architecture, seed=1)
    truth: np.ndarray = LABELS
    loss: Any = keras.losses.SparseCategoricalCrossentropy()
    if case.smoothing:
        truth = keras.utils.to_categorical(LABELS, CLASSES)
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=case.smoothing)
    theirs.compile(case.optimizer, loss)
    theirs.fit(IMAGES / 255.0, truth, batch_size=BATCH, epochs=2, shuffle=False, verbose=0, **case.fit)
    plain = plainly_trained(
        **{key: case.settings[key] for key in ("optimizer", "learning_rate") if key in case.settings}
    )
    if case.settings.keys() - {"optimizer", "learning_rate"}:  # what is set does something, on both sides
        assert any(not np.allclose(a, b, atol=1e-4) for a, b in zip(plain, ours.get_weights(), strict=True))
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)
    expected = theirs.evaluate(IMAGES / 255.0, truth, batch_size=len(LABELS), verbose=0)
    assert loop.evaluate(IMAGES, LABELS).loss == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("warmup", [0, 0.5, 2])
def test_the_rates_are_those_of_keras(warmup: float) -> None:
    steps_per_epoch, steps = 10, np.arange(50)

    def rates(**settings: Any) -> np.ndarray:
        wanted = RunSettings(epochs=5, warmup_epochs=warmup, decay_epochs=1.5, **settings)
        return 0.3 * factors(wanted, steps, steps_per_epoch)

    settings = RunSettings(warmup_epochs=warmup, decay_epochs=1.5)
    before, every = warmup_steps(settings, steps_per_epoch), decay_steps(settings, steps_per_epoch)
    if before:
        cosine = schedules.CosineDecay(0.0, 50 - before, 0.2, warmup_target=0.3, warmup_steps=before)
    else:
        cosine = schedules.CosineDecay(0.3, 50, 0.2)
    expected = [float(cosine(step)) for step in steps]
    np.testing.assert_allclose(rates(schedule="cosine", final_fraction=0.2), expected, rtol=1e-5, atol=1e-9)
    for kind in ("step", "exponential"):
        decay = schedules.ExponentialDecay(0.3, every, 0.5, staircase=kind == "step")
        rise = 0.3 * steps[:before] / max(before, 1)
        expected = [*rise, *(float(decay(step - before)) for step in steps[before:])]
        np.testing.assert_allclose(rates(schedule=kind), expected, rtol=1e-5, atol=1e-9)


def test_the_learning_rate_can_be_changed_on_the_way() -> None:
    """Half the steps at one rate and half at another are those of Keras whose rate was set in between."""
    architecture = network()
    ours, theirs = (build_model(architecture, seed=1) for _ in range(2))
    settings = RunSettings(optimizer="SGD", learning_rate=0.1, momentum=0.9, batch_size=BATCH)
    loop = Loop(ours, architecture, settings)
    loop.hold(IMAGES, LABELS)
    theirs.compile(keras.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy")
    for rate in (0.1, 0.01):
        loop.set_learning_rate(rate)
        theirs.optimizer.learning_rate = rate
        assert loop.learning_rate == rate
        loop.train(np.arange(40, dtype=np.int32).reshape(5, BATCH))
        theirs.fit(IMAGES[:40] / 255.0, LABELS[:40], batch_size=BATCH, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)


@pytest.mark.fault(20)
def test_a_loop_put_back_in_the_middle_of_an_epoch_goes_on_bit_by_bit() -> None:
    settings = RunSettings(epochs=3, batch_size=BATCH, schedule="cosine", warmup_epochs=1)
    architecture = Architecture.from_dict(
        {**network().to_dict(), "layers": [{"type": "Dropout", "rate": 0.4}, *network().to_dict()["layers"]]}
    )

    def made() -> tuple[keras.Model, Loop]:
        model = build_model(architecture, seed=1)
        loop = Loop(model, architecture, settings)
        loop.hold(IMAGES, LABELS)
        return model, loop

    def go(loop: Loop, skip: int = 0, stop: int | None = None) -> None:
        chunks = Chunks()
        for number, group in enumerate(chunks.of(epoch_order(len(LABELS), 5, 1), BATCH, skip)):
            if number == stop:
                return
            loop.train(group)

    whole, loop = made()
    go(loop)
    _, loop = made()
    go(loop, stop=3)
    kept = [variable.numpy() for variable in loop.variables]
    second, loop = made()
    for variable, value in zip(loop.variables, kept, strict=True):
        variable.assign(value)
    go(loop, skip=3)
    for a, b in zip(whole.get_weights(), second.get_weights(), strict=True):
        assert np.array_equal(a, b)


LOSSES = [1.0, 0.9, 0.95, 0.9, 0.93, 0.8, 0.79, 0.9, 0.9, 0.9, 0.9, 0.5]


class Stub:
    """As much of a model as Keras' callbacks want."""

    stop_training = False

    def __init__(self) -> None:
        self.optimizer = keras.optimizers.SGD(1.0)


@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
@pytest.mark.parametrize(("patience", "min_delta"), [(1, 0.0), (2, 0.0), (3, 0.0), (2, 0.05), (4, 0.3)])
def test_watching_decides_as_keras_callbacks_do(monitor: str, patience: int, min_delta: float) -> None:
    values = LOSSES if monitor == "val_loss" else [1 - loss for loss in LOSSES]
    mode = "min" if monitor == "val_loss" else "max"
    stopping = keras.callbacks.EarlyStopping(monitor, min_delta, patience + 1, mode=mode)
    plateau = keras.callbacks.ReduceLROnPlateau(monitor, factor=0.5, patience=patience, min_delta=min_delta, mode=mode)
    model = Stub()
    for callback in (stopping, plateau):
        callback.set_model(model)
        callback.on_train_begin()
    patiences = {"early_stopping": patience + 1, "reduce_on_plateau": patience}
    settings = RunSettings(**patiences, plateau_factor=0.5, min_delta=min_delta, monitor=monitor)
    watch = Watch(settings)
    rate = 1.0
    for epoch, value in enumerate(values):
        for callback in (stopping, plateau):
            callback.on_epoch_end(epoch, {monitor: value})
        kept = json.loads(json.dumps(watch.state()))  # each epoch as if the run had been resumed before it
        watch = Watch(settings)
        watch.restore(kept)
        verdict = watch.epoch(value, value)
        rate *= verdict.factor
        assert (verdict.stop is not None) == model.stop_training, epoch
        assert rate == pytest.approx(float(model.optimizer.learning_rate.numpy())), epoch
        if model.stop_training:
            break
    assert rate < 1


def test_without_a_validation_nothing_follows() -> None:
    watch = Watch(RunSettings(early_stopping=1))
    assert [watch.epoch(None, None).stop for _ in range(3)] == [None, None, None]
