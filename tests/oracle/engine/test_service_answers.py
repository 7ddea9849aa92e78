"""Questions to the service, answered in this process: each kind, what is refused, and what is computed only once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import load_dataset
from cnn_builder.engine.insight import ablation, robustness_answers
from cnn_builder.engine.insight.answers import ANSWERS
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.service import LEAST_SECONDS, MOST_SECONDS, Models, answer
from cnn_builder.engine.train import train
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.kept import read_robustness, write_robustness
from cnn_builder.runs.run_files import epoch_weights
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 2, "activation": "relu"},
            {"type": "MaxPooling2D"},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)


class Asker:
    """Asks a run's model, as the service does."""

    def __init__(self, settings: Settings, store: Store, run: Run) -> None:
        self.run = run
        self.settings = settings
        self.store = store
        self.models = Models(store, settings)

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Any:
        """As the pages' side asks."""
        return answer(header, arrays or {}, self.models)

    def __call__(self, op: str, image: np.ndarray | None = None, **header: Any) -> tuple[dict, dict]:
        arrays = {} if image is None else {"image": image}
        return answer({"op": op, "run_id": self.run.run_id, **header}, arrays, self.models)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    settings = Settings(home=tmp_path_factory.mktemp("answers"))
    with Store.open(settings) as store:
        store.create_run(SMALL, "digits", RunSettings(epochs=2))
        run = store.claim_next(1)
        assert run is not None
        train(run, store, settings)
        yield Asker(settings, store, store.get(run.run_id))


@pytest.fixture(scope="module")
def digit() -> np.ndarray:
    return load_dataset("digits").x_test[0]


def test_every_question_is_answered(ask: Asker, digit: np.ndarray) -> None:
    fields: dict[str, dict[str, Any]] = {
        "activations": {"layer": 0},
        "filters": {"layer": 0},
        "saliency": {"label": 1},
        "grad_cam": {"label": 1, "layer": 1},
        "occlusion": {"label": 1},
        "unit": {"layer": 0, "row": 3, "column": 4, "channel": 2},
        "mute": {"mutes": [{"layer": 0, "channels": [0]}]},
        "images": {"indices": [0, 5]},
        "robustness": {"perturbation": "rotation"},
        "robustness_image": {"perturbation": "shift"},
    }
    found = {op: ask(op, digit, **fields.get(op, {})) for op in ANSWERS}
    shapes = {
        "predict": ("probabilities", (10,)),
        "read": ("images", (5, 28, 28, 1)),
        "activations": ("values", (13, 13, 4)),
        "filters": ("kernel", (3, 3, 1, 4)),
        "saliency": ("values", (28, 28)),
        "grad_cam": ("values", (6, 6)),
        "occlusion": ("values", (14, 14)),
        "unit": ("kernel", (3, 3, 1)),
        "mute": ("muted", (10,)),
        "embedding": ("points", (360, 2)),
        "images": ("images", (2, 28, 28, 1)),
        "robustness": ("right", (11, 360)),
        "robustness_image": ("images", (7, 28, 28, 1)),
    }
    assert {op: (name, found[op][1][name].shape) for op, (name, _) in shapes.items()} == shapes
    assert set(shapes) == set(ANSWERS)
    assert found["mute"][0]["accuracy"] == pytest.approx(ask.run.test_accuracy)
    assert found["mute"][0]["images"] == 360


def test_robustness_is_measured_once_and_kept_with_the_run(
    ask: Asker, digit: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = Questions(ask, ask.run.run_id)
    first = questions.robustness("contrast")
    folder = ask.settings.run_folder(ask.run.run_id)
    kept = read_robustness(folder)
    assert isinstance(first, RobustnessCurve) and kept is not None
    np.testing.assert_array_equal(kept.curves["contrast"].right, first.right)
    assert first.unchanged == pytest.approx(ask.run.test_accuracy)
    # Another service reads what is there; of other weights it is measured again, and of an epoch never kept.
    measured = []
    original = robustness_answers.robustness_curve
    monkeypatch.setattr(
        robustness_answers, "robustness_curve", lambda *args: (measured.append(args[1]), original(*args))[1]
    )
    fresh = Asker(ask.settings, ask.store, ask.run)
    again = Questions(fresh, ask.run.run_id).robustness("contrast")
    assert isinstance(again, RobustnessCurve) and not measured
    np.testing.assert_array_equal(again.right, first.right)
    write_robustness(folder, replace(kept, images="of other test images"))
    Questions(Asker(ask.settings, ask.store, ask.run), ask.run.run_id).robustness("contrast")
    assert measured == ["contrast"]
    epoch = Questions(fresh, ask.run.run_id, epoch=1).robustness("scale")
    assert isinstance(epoch, RobustnessCurve)
    now = read_robustness(folder)
    assert now is not None and set(now.curves) == {"contrast"}
    picture = questions.robustness_of(digit, "pgd")
    assert not isinstance(picture, str) and picture.images.dtype == np.uint8
    with pytest.raises(ValueError, match="expected one of shift, rotation"):
        questions.robustness("melting")


def test_a_training_image_is_its_own_nearest(ask: Asker) -> None:
    digits = load_dataset("digits")
    header, arrays = ask("read", digits.x_train[17])
    assert arrays["distances"][0] == pytest.approx(0, abs=1e-3)
    np.testing.assert_array_equal(arrays["images"][0], digits.x_train[17])
    assert arrays["labels"][0] == digits.y_train[17]
    assert header["strange"] > 0 and header["held_out"] == 144


def test_noise_is_farther_from_the_training_images_than_digits_are(ask: Asker) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (28, 28, 1), dtype=np.uint8)
    header, arrays = ask("read", noise)
    assert arrays["distances"][0] > header["strange"]


def test_the_same_question_is_computed_once(ask: Asker, digit: np.ndarray) -> None:
    first, again = ask("saliency", digit, label=3), ask("saliency", digit, label=3)
    assert again is first
    assert ask("saliency", digit, label=4) is not first
    assert ask("saliency", np.flipud(digit), label=3) is not first


def test_others_are_answered_by_the_whole_network_while_filters_are_muted(
    ask: Asker, digit: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask("predict", digit)[1]["probabilities"]
    upside_down = np.flipud(digit)
    read, accuracy = [], ablation.accuracy

    def meanwhile(inside: Inside, images: np.ndarray, labels: np.ndarray) -> float:
        read.append(ask("predict", upside_down, turn=len(read))[1]["probabilities"])
        return accuracy(inside, images, labels)

    monkeypatch.setattr(ablation, "accuracy", meanwhile)
    ask("mute", digit, mutes=[{"layer": 0, "channels": None}, {"layer": 3, "channels": None}])
    after = ask("predict", upside_down)[1]["probabilities"]
    assert read and all(np.array_equal(one, after) for one in read) and not np.allclose(after, 0.1, atol=0.01)
    np.testing.assert_array_equal(ask("predict", digit, turn=9)[1]["probabilities"], expected)


def test_the_time_limit_follows_the_cost_of_the_model(ask: Asker) -> None:
    run_id = ask.run.run_id
    quick, slow = (ask.models.seconds({"op": op, "run_id": run_id}) for op in ("predict", "mute"))
    assert LEAST_SECONDS <= quick < slow < LEAST_SECONDS + 1
    layers = [{"type": "Conv2D", "filters": 256, "kernel_size": 5, "padding": "same"}] * 4
    wide = Architecture.from_dict({**SMALL.to_dict(), "layers": [*layers, *SMALL.to_dict()["layers"]]})
    with Store.open(ask.settings) as store:
        costly = store.create_run(wide, "digits", RunSettings()).run_id
        store.request_stop(costly)
    assert LEAST_SECONDS + 1 < ask.models.seconds({"op": "predict", "run_id": costly}) < MOST_SECONDS
    assert ask.models.seconds({"op": "mute", "run_id": costly}) == MOST_SECONDS
    assert ask.models.seconds({"op": "dance"}) == LEAST_SECONDS
    with pytest.raises(CnnBuilderError, match="no run has the id"):
        ask.models.seconds({"op": "predict", "run_id": "nosuchrun"})


@pytest.mark.parametrize(
    ("op", "fields", "message"),
    [
        ("dance", {}, "knows ping, predict, read"),
        ("activations", {"layer": 4}, "layers 1 to 4"),
        ("activations", {"layer": "0"}, "layer: expected a whole number, received '0'"),
        ("unit", {"layer": 0, "row": 13, "column": 0, "channel": 0}, "counted from 1"),
        ("mute", {"mutes": [{"layer": 1, "channels": None}]}, "no filters to mute"),
        ("mute", {"mutes": ["all"]}, "A mute is a layer"),
        ("images", {"indices": [360]}, "places from 0 to 359"),
        ("images", {"indices": [], "part": "all"}, "'train' or 'test'"),
    ],
)
def test_a_bad_question_is_refused_in_words(
    ask: Asker, digit: np.ndarray, op: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises((ValueError, CnnBuilderError), match=message):
        ask(op, digit, **fields)


def test_a_question_without_an_image_is_refused(ask: Asker) -> None:
    with pytest.raises(ValueError, match="has no image"):
        ask("predict")


def test_the_network_after_each_epoch_can_be_asked(ask: Asker, digit: np.ndarray) -> None:
    folder = ask.settings.run_folder(ask.run.run_id)
    after = {epoch: ask("predict", digit, epoch=epoch)[1]["probabilities"] for epoch in epoch_weights(folder)}
    assert sorted(after) == [1, 2]
    assert not np.allclose(after[1], after[2])
    np.testing.assert_allclose(after[ask.run.best_epoch or 0], ask("predict", digit)[1]["probabilities"], atol=1e-6)
    with pytest.raises(CnnBuilderError, match="kept no weights of epoch 3"):
        ask("predict", digit, epoch=3)
