"""The user's own drawings with a run: kept in the store, and the score on the test drawings in words."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DatasetError
from cnn_builder.runs import Run, RunSettings, RunSettingsError, Store
from cnn_builder.runs.models import RunDrawings
from cnn_builder.runs.results.drawing_score import (
    KEY,
    DrawingScore,
    drawing_score,
    drawing_score_detail,
    drawing_score_words,
    drawings_words,
    earlier_run,
    earlier_words,
    to_evaluation,
)
from cnn_builder.runs.results.training_code import run_script
from cnn_builder.runs.settings.diff import settings_difference, settings_given
from cnn_builder.runs.store.rows import request_digest
from tests.support.drawings import drawing_set
from tests.support.networks import TINY, TINY_DIGITS

OWN = RunSettings(own_drawings=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as opened:
        yield opened


def test_the_drawings_are_kept_with_the_run(store: Store) -> None:
    asked = drawing_set(6, 2)
    run = store.create_run(TINY_DIGITS, "digits", OWN, drawings=asked)
    assert run.drawings == RunDrawings(6, 2, asked.fingerprint) and store.get(run.run_id) == run
    kept = store.drawings(run.run_id)
    assert kept is not None and kept.fingerprint == asked.fingerprint
    plain = store.create_run(TINY_DIGITS, "digits", RunSettings())
    assert plain.drawings is None and store.drawings(plain.run_id) is None


def test_other_drawings_are_another_request(store: Store) -> None:
    first = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set(6, 2))
    assert store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set(6, 2)).run_id == first.run_id
    other = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set(7, 2))
    assert other.run_id != first.run_id
    kept = store.drawings(first.run_id)
    assert kept is not None and len(kept.y_train) == 6
    assert request_digest(TINY, "digits", OWN) == request_digest(TINY, "digits", OWN, None)


def test_settings_and_drawings_have_to_agree(store: Store) -> None:
    with pytest.raises(RunSettingsError, match="own_drawings"):
        store.create_run(TINY_DIGITS, "digits", OWN)
    with pytest.raises(RunSettingsError, match="own_drawings"):
        store.create_run(TINY_DIGITS, "digits", RunSettings(), drawings=drawing_set())
    assert store.list() == []


def test_they_are_deleted_with_the_run_and_damage_is_told(store: Store, tmp_path: Path) -> None:
    run = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set())
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("UPDATE drawings SET content = ?", (b"damaged",))
    connection.close()
    with pytest.raises(DatasetError, match="damaged"):
        store.drawings(run.run_id)
    store.request_stop(run.run_id)
    store.delete(run.run_id)
    assert store.drawings(run.run_id) is None


def test_a_run_whose_drawings_this_version_cannot_read_is_listed(store: Store, tmp_path: Path) -> None:
    run = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set())
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("""UPDATE runs SET drawings = '{"train": 1, "later": 2}'""")
    connection.close()
    (found,) = store.entries()
    assert found.run_id == run.run_id and "its drawings" in found.problem  # type: ignore[union-attr]


def ended(store: Store, settings: RunSettings, network: str = "LeNet-5", dataset: str = "digits") -> Run:
    drawings = drawing_set() if settings.own_drawings else None
    made = store.create_run(PRESETS[network].architecture, dataset, settings, drawings=drawings)
    store.claim_next(9)
    store.finish(made.run_id, "finished", None, {"test_accuracy": 0.9})
    return store.get(made.run_id)


def test_the_run_to_compare_with_is_the_latest_that_differs_least(store: Store) -> None:
    def newest() -> Run | None:
        return earlier_run(run, store.list())

    def run_now() -> Run:
        return store.create_run(PRESETS["LeNet-5"].architecture, "digits", OWN, drawings=drawing_set())

    ended(store, RunSettings(), "L1")
    ended(store, RunSettings(), dataset="mnist")
    store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=9))  # it still waits
    run = run_now()
    assert newest() is None
    store.request_stop(run.run_id)
    with_drawings = ended(store, OWN)
    run = run_now()
    assert newest() == with_drawings
    longer = ended(store, RunSettings(epochs=9))  # made after the run: not an earlier one
    assert newest() == with_drawings
    store.request_stop(run.run_id)
    run = run_now()
    assert newest() == longer
    assert earlier_words(run, longer) == "LeNet-5, trained without your drawings; it had 9 epochs"
    store.request_stop(run.run_id)
    same = ended(store, RunSettings(seed=4))
    ended(store, RunSettings(validation_split=0.0, validation_data="test"))
    run = run_now()
    assert newest() == same and earlier_words(run, same) == "LeNet-5, trained without your drawings"
    assert earlier_words(run, replace(run, settings=RunSettings(seed=1))) == "LeNet-5, trained with the same drawings"
    others = RunDrawings(9, 3, "0123456789ab")
    unlike = replace(same, settings=RunSettings(validation_split=0.0, validation_data="test"), drawings=others)
    assert earlier_words(run, unlike) == (
        "LeNet-5, trained with fewer or other drawings; it had validated on the test images"
    )


def test_the_score_in_words(store: Store) -> None:
    score = DrawingScore(9, 10, 6, "some-run", "L1, trained without your drawings")
    assert (
        drawing_score_words(score) == "6 of 10 before → 9 of 10"
        and drawing_score_words(DrawingScore(9, 10)) == "9 of 10"
    )
    assert "Before: L1, trained without your drawings." in drawing_score_detail(score)
    assert "can be chance" in drawing_score_detail(score) and "chance" not in drawing_score_detail(DrawingScore(80, 90))
    assert "no earlier run of this network" in drawing_score_detail(DrawingScore(9, 10))
    run = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set(24, 8))
    for kept in (score, DrawingScore(9, 10)):
        assert drawing_score(replace(run, evaluation={KEY: to_evaluation(kept)})) == kept
    for evaluation in (None, {}, {KEY: None}, {KEY: {"right": "x"}}, {KEY: {"right": 1}}):
        assert drawing_score(replace(run, evaluation=evaluation)) is None
    said = drawings_words(run)
    assert said == f"24 own drawings added, 8 only test (fingerprint {drawing_set(24, 8).fingerprint})"


def test_compare_and_report_say_which_drawings(store: Store) -> None:
    one = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set(6, 2))
    two = store.create_run(TINY_DIGITS, "digits", OWN, drawings=drawing_set(7, 2))
    none = store.create_run(TINY_DIGITS, "digits", RunSettings())
    assert settings_difference(one, two) == [("Own drawings", drawings_words(one), drawings_words(two))]
    assert settings_difference(none, one) == [("Own drawings", "no", drawings_words(one))]
    assert ("Own drawings", drawings_words(one)) in settings_given(one)
    assert "Own drawings" not in dict(settings_given(none))


def test_code_without_the_drawings_says_that_they_are_left_out() -> None:
    assert "Your own drawings are left out" in run_script(TINY_DIGITS, "digits", OWN)
    assert "drawings" not in run_script(TINY_DIGITS, "digits", RunSettings())
    with_file = run_script(TINY_DIGITS, "digits", OWN, drawings="own.npz")
    assert 'np.load("own.npz")' in with_file and "left out" not in with_file
    assert "validation_data=(x_validation, y_validation)" in with_file and "validation_split" not in with_file
