"""Sweeps in the store: made at once, found again, steered by whoever looks after the runs, and what came of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import describe
from cnn_builder.runs import Metric, RunSettings, RunSettingsError, Store, Supervisor, SweepError
from cnn_builder.runs.sweeps.outcomes import best_by, best_outcome, outcomes, pareto_front
from cnn_builder.runs.sweeps.plan import HALVING, Sweep, SweepPlan
from cnn_builder.runs.sweeps.search import propose
from cnn_builder.runs.sweeps.variables import parse_variable
from tests.support.launchers import FakeLauncher
from tests.support.stores import store_url

L2 = PRESETS["L2"].architecture


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(store_url(tmp_path), lambda: 1000.0) as opened:
        yield opened


def made(store: Store, key: str | None = None, filters: str = "4,8,16,32", **plan: object) -> Sweep:
    asked = SweepPlan((parse_variable(f"layers.0.filters={filters}"),), 9, **plan)  # type: ignore[arg-type]
    settings = RunSettings(epochs=4)
    found = propose(L2, settings, describe("digits"), asked, 10**11)
    return store.create_sweep(L2, "digits", settings, asked, found.candidates, found.over_budget, found.unfit, key)


def trained(store: Store, run_id: str, accuracies: list[float], seconds: float = 1.0) -> None:
    """A run at work, with an epoch for each accuracy."""
    store.claim_next(99)
    store.begin(run_id, 40)
    for epoch, accuracy in enumerate(accuracies, 1):
        rows = [Metric(epoch, epoch * 10, kind, 0.5, 0.5, 0.5, accuracy, seconds * epoch) for kind in ("step", "epoch")]
        store.append(run_id, rows)
    store.beat(run_id, 10 * len(accuracies), len(accuracies))


def ended(store: Store, run_id: str, best_epoch: int, test_accuracy: float) -> None:
    store.finish(run_id, "finished", result={"best_epoch": best_epoch, "test_accuracy": test_accuracy, "seconds": 3.0})


def statuses(store: Store, sweep: Sweep) -> list[str]:
    runs = store.runs_of(sweep)
    return [runs[one.run_id].status for one in sweep.candidates]


def test_a_sweep_is_found_again_with_its_runs(store: Store) -> None:
    sweep = made(store, max_params=410_000, minutes=5.0)
    assert [one.values["layers.0.filters"] for one in sweep.candidates] == [4, 8]
    assert (sweep.over_budget, sweep.unfit, sweep.name, sweep.settings.epochs) == (2, 0, "L2", 4)
    assert store.sweep(sweep.sweep_id) == sweep == store.sweep(sweep.sweep_id[:-2])
    assert store.sweeps() == (sweep,)
    assert [run.name for run in store.list()] == ["L2 · layer 1 filters 8", "L2 · layer 1 filters 4"]
    for missing in ("", "zzzz", "%"):
        with pytest.raises(SweepError, match="Sweep not found"):
            store.sweep(missing)


def test_one_click_makes_one_sweep_and_a_damaged_one_hides_no_other(store: Store) -> None:
    assert made(store, "click") == made(store, "click") and len(store.list()) == 4
    other = made(store, "another")  # its candidates are being made already: the runs are shared
    assert len(store.list()) == 4 and len(store.sweeps()) == 2
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE sweeps SET plan = '{}' WHERE key = 'click'")
    assert store.sweeps() == (other,)


def test_nothing_is_made_where_one_run_cannot_be(store: Store) -> None:
    asked = RunSettings(own_drawings=True)
    plan = SweepPlan((parse_variable("seed=0,1"),), 2)
    found = propose(L2, asked, describe("digits"), plan, 10**11)
    with pytest.raises(RunSettingsError, match="own_drawings"):
        store.create_sweep(L2, "digits", asked, plan, found.candidates)  # without the drawings
    assert store.sweeps() == () and store.list() == []


def test_halving_stops_the_worse_half_once(store: Store) -> None:
    sweep = made(store, search=HALVING)
    supervisor = Supervisor(store, FakeLauncher(), 9)
    first, second, third, fourth = (one.run_id for one in sweep.candidates)
    for run_id, accuracies in ((first, [0.5, 0.6]), (second, [0.7]), (third, [0.6]), (fourth, [])):
        trained(store, run_id, accuracies)
    supervisor.tick()
    assert statuses(store, sweep) == ["running", "running", "stopping", "running"]
    told = store.sweep(sweep.sweep_id).candidates[2].stopped
    assert told == "after 1 epoch its validation accuracy, 0.6000, was not among the better half"
    assert [event.text for event in store.events(third)] == [f"Stopped by its sweep: {told}"]
    store.finish(third, "stopped")
    store.request_resume(third)  # whoever wants it all the same is let
    trained(store, third, [0.6])
    supervisor.tick()
    assert statuses(store, sweep)[2] == "running"


def test_the_last_epoch_and_runs_without_validation_stop_nothing(store: Store) -> None:
    sweep = made(store, filters="4,8", search=HALVING)
    first, second = (one.run_id for one in sweep.candidates)
    trained(store, first, [0.1, 0.5, 0.5, 0.9])
    trained(store, second, [0.2, 0.6, 0.6, 0.1])  # worse only in the end
    Supervisor(store, FakeLauncher(), 9).tick()
    assert statuses(store, sweep) == ["running", "running"]


def test_when_the_minutes_are_over_everything_stops(store: Store) -> None:
    sweep = made(store, minutes=0.5)
    supervisor = Supervisor(store, FakeLauncher(), 2)
    first, second = (one.run_id for one in sweep.candidates[:2])
    trained(store, first, [0.5], seconds=14.0)
    ended(store, first, 1, 0.5)  # 3 seconds, by its own count
    trained(store, second, [0.5, 0.6], seconds=13.0)
    supervisor.tick()
    assert "stopping" not in statuses(store, sweep)
    store.append(second, [Metric(3, 30, "step", 0.5, 0.5, seconds=28.0)])
    supervisor.tick()
    assert statuses(store, sweep)[0] == "finished" and "queued" not in statuses(store, sweep)
    assert all("0.5 minutes" in (one.stopped or "") for one in store.sweep(sweep.sweep_id).candidates[1:])


def test_the_best_is_named_by_validation_and_of_equals_the_smallest(store: Store) -> None:
    sweep = made(store)
    assert best_outcome(sweep, outcomes(store, sweep)) is None
    for one, accuracy, test in zip(sweep.candidates, (0.7, 0.9, 0.9, 0.8), (0.99, 0.80, 0.85, 0.9), strict=True):
        trained(store, one.run_id, [0.3, accuracy])
        ended(store, one.run_id, 2, test)
    found = outcomes(store, sweep)
    assert [one.val_accuracy for one in found] == [0.7, 0.9, 0.9, 0.8]
    best = best_outcome(sweep, found)
    assert best is not None and best.candidate.number == 1 and best_by(sweep) == "val_accuracy"
    store.delete(sweep.candidates[1].run_id)
    found = outcomes(store, sweep)
    assert found[1].run is None and found[1].status == "deleted" and found[1].has_ended
    best = best_outcome(sweep, found)
    assert best is not None and best.candidate.number == 2


def test_without_a_validation_split_the_test_accuracy_names_the_best(store: Store) -> None:
    plan, asked = SweepPlan((parse_variable("seed=0,1"),), 2), RunSettings(validation_split=0.0)
    found = propose(L2, asked, describe("digits"), plan, 10**11)
    sweep = store.create_sweep(L2, "digits", asked, plan, found.candidates)
    for one, test in zip(sweep.candidates, (0.8, 0.9), strict=True):
        trained(store, one.run_id, [0.5])
        ended(store, one.run_id, 1, test)
    best = best_outcome(sweep, outcomes(store, sweep))
    assert best is not None and best.candidate.number == 1 and best_by(sweep) == "test_accuracy"


def test_a_sweep_is_stopped_as_a_whole(store: Store) -> None:
    sweep = made(store)
    trained(store, sweep.candidates[0].run_id, [0.5])
    ended(store, sweep.candidates[0].run_id, 1, 0.5)
    assert store.stop_sweep(sweep) == 3
    assert sorted(statuses(store, sweep)) == ["finished", "stopped", "stopped", "stopped"]
    assert store.stop_sweep(sweep) == 0


def test_the_front_leaves_out_what_another_beats() -> None:
    points = [(10, 0.5), (5, 0.5), (20, 0.9), (30, 0.8), (40, 0.95), (20, 0.7)]
    assert pareto_front(points, lambda one: one[0], lambda one: one[1]) == ((5, 0.5), (20, 0.9), (40, 0.95))
    assert pareto_front([], lambda one: one, lambda one: one) == ()
