"""The coach's advice, tested by a rerun: it was right, wrong, or nothing can be told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Metric, Run, RunSettings, Store
from cnn_builder.runs.coach import Finding
from cnn_builder.runs.coach.advice_check import advice_outcome, check_advice, rerun_of
from cnn_builder.runs.coach.suggestions import Suggestion, more_regular, rate
from cnn_builder.settings import Settings

OVERFITTING = Finding("overfitting", "Overfitting", "The gap is large.")


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    with Store.open(Settings(home=own_home)) as opened:
        yield opened


@pytest.fixture
def run(store: Store) -> Run:
    made = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(seed=3))
    store.claim_next(1)
    store.finish(made.run_id, "finished", None, {"test_accuracy": 0.9, "test_loss": 0.5})
    return store.get(made.run_id)


@pytest.fixture
def suggestion(run: Run) -> Suggestion:
    return next(more_regular(run))


def test_the_rerun_has_the_same_seed_and_the_one_change(store: Store, run: Run, suggestion: Suggestion) -> None:
    assert rerun_of(store, run, suggestion) is None
    rerun = check_advice(store, run, suggestion, "a click")
    assert rerun.settings == run.settings and rerun.architecture.layers != run.architecture.layers
    assert rerun.name == "L2, Dropout 0.3 before the last Dense layer" and rerun.status == "queued"
    assert check_advice(store, run, suggestion, "a click").run_id == rerun.run_id
    (event,) = store.events(rerun.run_id)
    assert event.text.startswith(f"Tests the coach's advice for L2 ({run.run_id}): Dropout 0.3")
    found = rerun_of(store, run, suggestion)
    assert found is not None and found.run_id == rerun.run_id
    assert rerun_of(store, run, next(rate(run, 0.1))) is None


def gap(size: float) -> list[Metric]:
    return [Metric(epoch, epoch, "epoch", 0.1, 0.9, 0.2, 0.9 - size) for epoch in (1, 2, 3)]


@pytest.mark.parametrize(
    ("accuracy", "judgement", "title"),
    [
        (0.97, "right", "The advice was right"),
        (0.8, "wrong", "The advice was wrong here"),
        (0.905, "open", "The advice made no difference that can be told from chance"),
    ],
)
def test_the_judgement_follows_the_interval(run: Run, accuracy: float, judgement: str, title: str) -> None:
    runs = (run, replace(run, test_accuracy=accuracy))
    found = advice_outcome(OVERFITTING, runs, (gap(0.25), gap(0.125)), (None, None))
    assert found is not None and (found.judgement, found.title) == (judgement, title)
    assert f"0.9000 before, {accuracy:.4f} with it" in found.words
    assert "The gap between training and validation accuracy is smaller: 0.2500 before, 0.1250 with it." in found.words
    other = advice_outcome(replace(OVERFITTING, code="rate_high"), runs, (gap(0.25), gap(0.125)), (None, None))
    assert other is not None and "gap" not in other.words


def test_a_run_that_diverged_or_has_no_score(run: Run) -> None:
    diverged = replace(run, status="diverged", test_accuracy=None)
    finding = Finding("diverged", "Diverged", "")
    mended = advice_outcome(finding, (diverged, run), ([], []), (None, None))
    assert mended is not None and mended.judgement == "right" and "0.9000" in mended.words
    worse = advice_outcome(OVERFITTING, (run, diverged), ([], []), (None, None))
    assert worse is not None and worse.judgement == "wrong"
    crashed = replace(run, status="crashed", test_accuracy=None)
    assert advice_outcome(OVERFITTING, (run, crashed), ([], []), (None, None)) is None
