"""The Robustness view: measuring, the table, the run with the layer, and a picture's first wrong answer."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS
from cnn_builder.runs import NO_DATASET, Run, RunSettings, Store
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.kept import Robustness, model_digest, read_robustness, write_robustness
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.settings import Settings
from cnn_builder.ui.inspect.robustness import robustness
from cnn_builder.ui.inspect.robustness_picture import first_flips, flip_words
from cnn_builder.ui.inspect.subject import Subject

SHAPE = (28, 28, 1)
SEVEN = np.eye(10)[7]


def curve_of(key: str, worst: int) -> RobustnessCurve:
    """Everything right at the neutral level, so many of 100 images elsewhere."""
    perturbation = PERTURBATIONS[key]
    levels = perturbation.levels(SHAPE)
    counts = np.array([100 if level == perturbation.neutral else worst for level in levels])
    return RobustnessCurve(key, perturbation.neutral, levels, np.arange(100) < counts[:, np.newaxis])


class Service:
    """Measures as the service does: it keeps what it found in the run's folder. Stroke thickness makes no sense."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.asked: list[str] = []

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Any:
        if header["op"] == "images":
            return {"count": 100}, {"images": np.zeros((1, *SHAPE), np.uint8), "labels": np.array([7])}
        key = header["perturbation"]
        levels = np.array(PERTURBATIONS[key].levels(SHAPE))
        if header["op"] == "robustness_image":
            probabilities = np.repeat(SEVEN[np.newaxis], len(levels), axis=0)
            probabilities[-1] = np.eye(10)[1]
            return {}, {"levels": levels, "images": np.zeros((len(levels), *SHAPE), np.uint8),
                        "probabilities": probabilities}  # fmt: skip
        self.asked.append(key)
        folder = self.settings.run_folder(header["run_id"])
        kept = read_robustness(folder) or Robustness(model_digest(folder), "images", {}, {})
        if key == "thickness":
            write_robustness(folder, kept.with_unsuitable(key, "no strokes"))
            return {"unsuitable": "no strokes"}, {}
        curve = curve_of(key, 95 if "+" in header["run_id"] else 60)
        write_robustness(folder, kept.with_curve(curve))
        return {"neutral": curve.neutral}, {"levels": levels, "right": curve.right}


def shown(subject: Subject) -> AppTest:
    def script(view: object, subject: object) -> None:  # its source is run alone, without the imports above
        view(subject)  # type: ignore[operator]

    at = AppTest.from_function(script, kwargs={"view": robustness, "subject": subject}, default_timeout=60).run()
    assert not at.exception
    return at


@pytest.fixture
def run(store: Store, settings: Settings) -> Run:
    made = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(seed=3))
    settings.run_folder(made.run_id).mkdir(parents=True)
    (settings.run_folder(made.run_id) / BEST).write_bytes(b"weights")
    return made


def subject_of(run: Run, service: Service, epoch: int | None = None) -> Subject:
    ask = Questions(service, run.run_id, epoch)
    return Subject(run, DATASETS["digits"], ask, np.zeros(SHAPE, np.uint8), SEVEN)


def texts(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption, *at.info])


def tables(at: AppTest) -> str:
    return " ".join(element.proto.body for element in at.get("html"))


def test_one_click_measures_and_another_queues_the_run_with_the_layer(
    run: Run, store: Store, settings: Settings
) -> None:
    service = Service(settings)
    at = shown(subject_of(run, service))
    assert "cnn-robustness" not in tables(at) and service.asked == []
    assert "at 8 px it is read as a 1" in texts(at).replace("\\", "")  # a picture needs no measuring
    at.button(key="robustness-measure").click().run()
    assert not at.exception and service.asked == list(PERTURBATIONS)
    assert "falls below 90 % from" in tables(at) and "not measured: no strokes" in tables(at)
    assert "**Shift** · accuracy on 100 test images falls below 90 % from 0" in texts(at).replace("\\", "")
    at.selectbox(key="inspect-perturbation").select("rotation").run()
    at.button(key="rerun-rotation").click().run()
    assert not at.exception  # the link to Train needs the app around this view
    (queued,) = [one for one in store.list(None) if one.run_id != run.run_id]
    assert isinstance(queued, Run)
    assert queued.architecture.layers[0].type == "RandomRotation" and queued.settings == run.settings
    assert "L2 + RandomRotation is queued" in texts(at).replace("\\", "")


def test_the_effect_is_told_once_the_run_with_the_layer_has_ended(
    run: Run, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_builder.runs.robustness.rerun import queue_rerun
    from cnn_builder.ui import server

    rerun = queue_rerun(store, settings, run, "rotation", DATASETS["digits"])
    for _ in range(2):  # whichever is next in the queue
        store.claim_next(5)
    store.finish(rerun.run_id, "finished", None, {"test_accuracy": 0.99})
    folders = {run.run_id: 60, rerun.run_id: 95}
    for run_id, worst in folders.items():
        folder = settings.run_folder(run_id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / BEST).write_bytes(b"weights")
        curves = {key: curve_of(key, worst) for key in PERTURBATIONS}
        write_robustness(folder, Robustness(model_digest(folder), "images", curves, {}))

    class Kept(Service):
        def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Any:
            found = read_robustness(settings.run_folder(header["run_id"]))
            if header["op"] != "robustness" or found is None:
                return super().ask(header, arrays)
            curve = found.curves[header["perturbation"]]
            return {"neutral": curve.neutral}, {"levels": np.array(curve.levels), "right": curve.right}

    monkeypatch.setattr(server, "service", lambda: Kept(settings))
    at = shown(subject_of(run, Kept(settings)))
    assert "+35.00 points at −10°, +35.00 points at 10°" in tables(at)
    at.selectbox(key="inspect-perturbation").select("rotation").run()
    told = texts(at).replace("\\", "")
    assert "With RandomRotation, accuracy stays at 90 % or more up to −60° and 60°" in told
    assert "At 10°: 60.0 % → 95.0 %, +35.00 points" in told
    assert "On unchanged images: 100.0 % → 100.0 %, 0.00 points" in told
    assert "not distinguishable" in told
    assert "L2 + RandomRotation" in tables(at)  # the numbers behind the chart


def test_of_an_epoch_or_without_a_data_set_only_the_picture_is_tested(run: Run, settings: Settings) -> None:
    service = Service(settings)
    at = shown(subject_of(run, service, epoch=1))
    assert "choose “best” above" in texts(at) and not at.button and service.asked == []
    imported = replace(run, dataset=NO_DATASET)
    at = shown(subject_of(imported, service))
    assert not at.button and "cnn-levels" in tables(at)


def test_the_first_other_answer_on_either_side() -> None:
    assert first_flips(2, [1, 7, 7, 7, 7]) == [0]
    assert first_flips(2, [1, 2, 7, 3, 4]) == [1, 3]
    assert first_flips(0, [7, 7]) == []
    info = DATASETS["digits"]
    chances = np.eye(10)[[7, 7, 1]]
    told = flip_words(PERTURBATIONS["noise"], [0, 5, 10], [7, 7, 1], chances, info)
    assert told.startswith("Unchanged, it is read as a 7; at 10 % it is read as a 1") and "8 ways" in told
    same = flip_words(PERTURBATIONS["noise"], [0, 5, 10], [7, 7, 7], chances, info)
    assert same == "It is read as a 7 at every level that was tried."
