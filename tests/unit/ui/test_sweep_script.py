"""Sweeps on the pages without a browser: the form on Train, the line of a run, the front on Compare."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import describe
from cnn_builder.figures.sweep_front import front_chart
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.sweeps.outcomes import best_outcome, outcomes
from cnn_builder.runs.sweeps.plan import Sweep, SweepPlan
from cnn_builder.runs.sweeps.search import propose
from cnn_builder.runs.sweeps.variables import parse_variable, variable_choices
from cnn_builder.ui.compare.sweep import candidates_frame, front_points
from cnn_builder.ui.train.sweep_values import layer_options, suggested_values
from tests.support.paths import APP

L2 = PRESETS["L2"].architecture


@pytest.fixture
def train(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setenv("KERAS_HOME", str(own_home))
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/train.py").run()
    page.selectbox("run-dataset").select("digits").run()
    return page


def words(at: AppTest) -> str:
    boxes = (*at.markdown, *at.caption, *at.info, *at.error, *at.warning, *at.html)
    return " ".join(getattr(box, "value", None) or getattr(box, "body", "") for box in boxes).replace("\\", "")


def vary(page: AppTest, *paths: str) -> AppTest:
    return page.multiselect("sweep-paths").set_value(list(paths)).run()


def test_a_sweep_is_made_by_one_click_with_the_forms_settings(train: AppTest, store: Store) -> None:
    assert train.button("start-sweep").disabled
    train.number_input("run-epochs").set_value(2).run()
    vary(train, "layers.0.filters", "seed")
    assert train.text_input("sweep-values-seed").value == "0, 1, 2"
    train.text_input("sweep-values-layers.0.filters").set_value("2, 4, 64").run()
    train.number_input("sweep-max_params").set_value(520_000).run()
    assert "6 of 9 combinations will be trained. 3 beyond the budget are not built." in words(train)
    click = train.button("start-sweep")
    click.click().run()
    assert not train.exception
    (sweep,) = store.sweeps()
    assert (len(sweep.candidates), sweep.over_budget, sweep.dataset) == (6, 3, "digits")
    assert {run.settings.epochs for run in store.list()} == {2} and len(store.list()) == 6
    assert train.query_params["run"] in (sweep.candidates[0].run_id, [sweep.candidates[0].run_id])
    assert "Candidate 1 of 6 of a sweep: layer 1 filters 2, seed 0. 0 of 6 runs have ended." in words(train)
    train.button("stop-sweep").click().run()
    assert {run.status for run in store.list()} == {"stopped"}


def test_bad_input_stands_under_its_field_and_nothing_is_made(train: AppTest, store: Store) -> None:
    vary(train, "layers.0.filters")
    for text, told in (("0, 8", "Expected a whole number from 1"), ("8,,9", "Expected values between commas")):
        train.text_input("sweep-values-layers.0.filters").set_value(text).run()
        assert told in words(train) and train.button("start-sweep").disabled
    train.text_input("sweep-values-layers.0.filters").set_value("8, 16").run()
    assert not train.button("start-sweep").disabled
    for key, value, told in (
        ("sweep-runs", 0, "runs: expected a number above 0"),
        ("sweep-runs", None, "received nothing"),
        ("sweep-max_params", 5, "2 of the combinations are beyond the budget"),
    ):
        before = train.number_input(key).value
        train.number_input(key).set_value(value).run()
        assert told in words(train) and train.button("start-sweep").disabled
        train.number_input(key).set_value(before).run()
    assert store.sweeps() == () and not train.exception


def test_the_fields_outlive_another_page_and_a_layer_that_is_gone(train: AppTest) -> None:
    vary(train, "layers.0.filters", "learning_rate")
    train.text_input("sweep-values-learning_rate").set_value("0.1, 0.2").run()
    train.switch_page("pages/compare.py").run()
    train.switch_page("pages/train.py").run()
    assert train.multiselect("sweep-paths").value == ["layers.0.filters", "learning_rate"]
    assert train.text_input("sweep-values-learning_rate").value == "0.1, 0.2"


def test_values_are_suggested_for_everything_that_can_vary() -> None:
    assert suggested_values("layers.0.filters", 32) == "16, 32, 64"
    assert suggested_values("layers.0.kernel_size", [3, 3]) == "3, 5"
    assert suggested_values("layers.0.kernel_size", [3, 5]) == "3x5, 7"
    assert suggested_values("learning_rate", 0.001) == "0.0003, 0.001, 0.003"
    assert suggested_values("layers.2.repeat", 1) == "1, 2"
    assert suggested_values("shuffle", True) == "true, false"
    assert suggested_values("optimizer", "Adam") == "Adam, SGD"
    assert suggested_values("l2", 0.0) == "0, 0.1" and suggested_values("train_limit", None) == "none"
    assert suggested_values("layers.0.padding", "same", layer_options(L2, "layers.0.padding")) == "same, valid"
    assert all(layer_options(L2, path) is not None for path in variable_choices(L2))


def made(store: Store, accuracies: dict[int, tuple[float, float]]) -> Sweep:
    """A sweep over the first layer's filters; those with an accuracy (validation, test) have ended."""
    plan = SweepPlan((parse_variable("layers.0.filters=4,8,16,32"), parse_variable("learning_rate=0.01")), 9)
    settings = RunSettings(epochs=1)
    found = propose(L2, settings, describe("digits"), plan, 10**11)
    sweep = store.create_sweep(L2, "digits", settings, plan, found.candidates, 3, 0)
    for number, (validation, test) in accuracies.items():
        run_id = sweep.candidates[number].run_id
        while store.get(run_id).status == "queued":
            store.claim_next(9)
        store.begin(run_id, 10)
        store.append(run_id, [Metric(1, 10, "epoch", 0.5, 0.5, 0.5, validation)])
        store.beat(run_id, 10, 1)
        result = {"best_epoch": 1, "test_accuracy": test, "seconds": 2.0 + number}
        store.finish(run_id, "finished", result=result)
    return sweep


def test_the_front_and_the_rows_follow_from_the_runs(store: Store) -> None:
    sweep = made(store, {0: (0.8, 0.8), 1: (0.85, 0.7), 2: (0.9, 0.9)})
    found = outcomes(store, sweep)
    best = best_outcome(sweep, found)
    points = front_points(sweep, found, best, "Parameters")
    assert [(point.number, point.on_front, point.is_best) for point in points] == [
        (1, True, False), (2, False, False), (3, True, True),
    ]  # fmt: skip
    rows = candidates_frame(sweep, found, {1, 3})
    assert list(rows["front"]) == [True, False, True, False] and rows["difference"][3] == "same"
    assert rows["values"][0] == "layer 1 filters 4, learning rate 0.01" and rows["status"][3] == "queued"
    line, *marks = front_chart(points, "Parameters").data
    assert list(line.x) == [points[0].cost, points[2].cost]
    assert [mark.marker.symbol for mark in marks] == ["circle-open", "circle", "star"]


def test_compare_shows_the_sweep_of_the_address(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    sweep = made(store, {0: (0.8, 0.8), 2: (0.9, 0.9)})

    def opened(**params: Any) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/compare.py")
        for name, value in params.items():
            page.query_params[name] = value
        page.run()
        assert not page.exception
        return page

    page = opened(sweep=sweep.sweep_id)
    told = words(page)
    assert "Best by validation accuracy: No. 3" in told and "2 of 4 runs have ended. 3 combinations" in told
    assert "No. 3 against the start" in told and "filters: 32 → <b>16</b>" in told and "0.01" in told
    unchosen = opened()
    assert "against the start" not in words(unchosen)
    unchosen.selectbox("compare-sweep").select(sweep.sweep_id).run()
    assert "No. 3 against the start" in words(unchosen)
    assert "Sweep not found" in words(opened(sweep="nothing-here"))
