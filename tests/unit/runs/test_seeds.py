"""Several seeds of one request: which runs belong together, their scores, and two networks over their seeds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from cnn_builder.architecture import PRESETS
from cnn_builder.figures.verdict import seed_verdict_words
from cnn_builder.runs import Event, Run, RunSettings, RunStateError, Store
from cnn_builder.runs.results.seeds import mean_interval, seed_scores, seed_verdict, seed_words, seeds_listed
from cnn_builder.runs.store.requests import InitialWeights
from cnn_builder.runs.workers.again import LAST_SEED, free_seeds, train_again
from cnn_builder.settings import Settings
from tests.support.drawings import drawing_set

L2 = PRESETS["L2"].architecture


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    with Store.open(Settings(home=own_home)) as opened:
        yield opened


def ended(store: Store, accuracy: float | None, status: str = "finished", preset: str = "L2", **asked: object) -> Run:
    run = store.create_run(PRESETS[preset].architecture, "digits", RunSettings(**asked))
    while store.claim_next(100) is not None:
        pass
    store.finish(run.run_id, status, None, {"test_accuracy": accuracy, "test_loss": 0.5} if accuracy else None)
    return store.get(run.run_id)


def test_the_intervals_are_those_of_scipy() -> None:
    before, after = [0.98, 0.985, 0.99, 0.97], [0.981, 0.984, 0.995, 0.979]
    differences = [two - one for one, two in zip(before, after, strict=True)]
    authority = stats.ttest_rel(after, before)
    _, interval = mean_interval(differences)
    expected = authority.confidence_interval()
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    runs = [[run_of(accuracy, seed) for seed, accuracy in enumerate(scores)] for scores in (before, after)]
    found = seed_verdict(*runs)
    assert found is not None and found.p_value == pytest.approx(authority.pvalue)
    assert found.first_mean == pytest.approx(sum(before) / 4) and not found.distinguishable


def run_of(accuracy: float | None, seed: int, status: str = "finished", dataset: str = "digits") -> Run:
    settings = RunSettings(seed=seed)
    return Run(f"run-{seed}", "L2", status, None, dataset, L2, settings, 1, 0.0, test_accuracy=accuracy)


def test_scores_count_finished_runs_only() -> None:
    runs = [run_of(0.9, 0), run_of(0.92, 1), run_of(0.5, 2, "stopped"), run_of(None, 3, "queued"), run_of(0.91, 4)]
    found = seed_scores(runs)
    assert found is not None and found.seeds == (0, 1, 4) and found.mean == pytest.approx(0.91)
    assert (found.active, found.failed) == (1, 1)
    assert seed_words(found) == (
        "Over 3 seeds (0, 1, 4) the mean test accuracy is 0.9100, 95 % confidence interval 0.8852 to 0.9348; lowest "
        "0.9000 (seed 0), highest 0.9200 (seed 1). 1 more waits or trains. 1 ended early or without a score."
    )
    assert seed_scores(runs[:1]) is None and seeds_listed([3, 4, 5]) == "3 to 5"


def test_a_verdict_takes_the_seeds_that_both_have() -> None:
    first = [run_of(0.90, 0), run_of(0.91, 1), run_of(0.95, 5)]
    second = [run_of(0.94, 0), run_of(0.951, 1), run_of(0.1, 6)]
    found = seed_verdict(first, second)
    assert found is not None and found.seeds == (0, 1) and found.difference == pytest.approx(0.0405)
    assert seed_verdict_words(found, "A", "B")[0] == "B is better"
    assert seed_verdict(first[:1], second) is None
    assert seed_verdict(first, [run_of(0.9, seed, dataset="mnist") for seed in (0, 1)]) is None
    same = seed_verdict(first, [replace(run, run_id=f"other-{run.run_id}") for run in first])
    assert same is not None and same.p_value == 1 and not same.distinguishable
    title, words = seed_verdict_words(same, "A", "B")
    assert title == "Not distinguishable" and words.endswith("More seeds would make the interval narrower.")


def test_runs_belong_together_that_differ_by_their_seed_alone(store: Store) -> None:
    run = ended(store, 0.9)
    other = ended(store, 0.92, seed=3)
    ended(store, 0.5, seed=3, epochs=6)
    ended(store, 0.5, preset="LeNet-5", seed=3)
    changed = ended(store, 0.5, seed=4)
    store.add_event(changed.run_id, Event("learning_rate", 3, 1, 0.1))
    by_plateau = ended(store, 0.91, seed=6)
    store.add_event(by_plateau.run_id, Event("learning_rate", 3, 1, 0.1, "no improvement for 1 epoch"))
    weights = InitialWeights(run.run_id, run.name, lambda run_id: None)
    further = store.create_run(L2, "digits", RunSettings(seed=5), weights=weights)
    again = ended(store, 0.8)  # the same request once more
    found = [one.run_id for one in store.seed_runs(run.run_id)]
    assert found == [run.run_id, other.run_id, by_plateau.run_id]
    assert store.seed_runs(other.run_id)[0].run_id == again.run_id
    assert store.seed_runs(further.run_id) == () == store.seed_runs(changed.run_id)
    assert [one.run_id for one in store.runs_of_request(L2, "digits", RunSettings())] == [run.run_id, again.run_id]


def test_a_request_is_trained_again_with_seeds_that_are_free(store: Store) -> None:
    run = ended(store, 0.9, seed=1)
    ended(store, 0.9, seed=2)
    made = train_again(store, run, 3, "a click")
    assert [one.settings.seed for one in made] == [3, 4, 5] and all(one.status == "queued" for one in made)
    assert [one.settings.epochs for one in made] == [5, 5, 5]
    assert [one.run_id for one in train_again(store, run, 3, "a click")] == [one.run_id for one in made]
    assert free_seeds([LAST_SEED, 0], LAST_SEED - 1, 2) == [1, 2]
    with pytest.raises(RunStateError, match="Expected 1 to 50 further seeds, received 0"):
        train_again(store, run, 0)
    weights = InitialWeights(run.run_id, run.name, lambda run_id: None)
    further = store.create_run(L2, "digits", RunSettings(), weights=weights)
    with pytest.raises(RunStateError, match="it began with the weights of another run"):
        train_again(store, further, 1)


def test_own_drawings_go_along(store: Store) -> None:
    drawings = drawing_set(6, 2)
    run = store.create_run(L2, "digits", RunSettings(own_drawings=True), drawings=drawings)
    (made,) = train_again(store, run, 1)
    assert made.drawings == run.drawings and made.settings.seed == 1
    kept = store.drawings(made.run_id)
    assert kept is not None and kept.fingerprint == drawings.fingerprint
