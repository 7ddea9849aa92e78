"""Waiting for a run, with a supervisor and a clock of our own."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.cli.waiting import Waiting, check_ended, wait_for, wait_for_seeds
from cnn_builder.runs import Metric, RunSettings, Store, StoreUnreachable
from cnn_builder.runs.results.drawing_score import DrawingScore, to_evaluation
from tests.support.drawings import drawing_set


class FakeSupervisor:
    """Does the next thing each time the queue is looked at."""

    problem: str | None = None

    def __init__(self, *steps: Callable[[], None]) -> None:
        self._steps = iter(steps)

    def tick(self) -> None:
        next(self._steps, lambda: None)()


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        assert self.now < 60, "the run never ended"

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")


def waiting(store: Store, *steps: Callable[[], None]) -> Waiting:
    clock = Clock()
    supervisor = FakeSupervisor(*steps)
    return Waiting(store, supervisor, threading.Event(), clock.sleep, clock.monotonic)  # type: ignore[arg-type]


def queued(store: Store) -> str:
    return store.create_run(PRESETS["L1"].architecture, "digits", RunSettings(epochs=2)).run_id


def test_each_epoch_is_a_line_and_the_result_the_last(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = queued(store)
    store.claim_next(1)

    def train() -> None:
        store.begin(run_id, total_steps=20)
        store.append(run_id, [Metric(1, 5, "step", 0.9, 0.5), Metric(1, 10, "epoch", 0.8, 0.6, 0.7, 0.65, 1.5)])

    def end() -> None:
        store.append(run_id, [Metric(2, 20, "epoch", 0.4, float("nan"), 0.5, 0.8, 1.2)])
        store.finish(run_id, "finished", result={"best_epoch": 2, "test_loss": 0.5, "test_accuracy": 0.8, "seconds": 3})

    run = wait_for(run_id, waiting(store, train, end), as_json=True)

    captured = capsys.readouterr()
    first, second, last = [json.loads(line) for line in captured.out.splitlines()]
    assert first == {
        "epoch": 1, "loss": 0.8, "accuracy": 0.6, "val_loss": 0.7, "val_accuracy": 0.65, "seconds": 1.5,
    }  # fmt: skip
    assert second["accuracy"] is None
    assert last == {
        "run_id": run_id, "status": "finished", "best_epoch": 2,
        "test_loss": 0.5, "test_accuracy": 0.8, "seconds": 3.0,
    }  # fmt: skip
    assert run.status == "finished"
    assert "running" in captured.err


def test_ctrl_c_asks_once_and_waits_for_the_worker(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = queued(store)
    store.claim_next(1)
    seen: list[bool] = []

    def interrupt() -> None:
        store.begin(run_id, total_steps=20)
        wait.interrupted.set()

    def obey() -> None:
        seen.append(store.asked(run_id).stop)
        store.finish(run_id, "stopped")

    wait = waiting(store, interrupt, obey)
    assert wait_for(run_id, wait, as_json=True).status == "stopped"
    assert seen == [True]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "stopped"


def test_ctrl_c_while_it_still_waits_ends_it_at_once(store: Store) -> None:
    run_id = queued(store)
    wait = waiting(store)
    wait.interrupted.set()
    assert wait_for(run_id, wait, as_json=False).status == "stopped"


def test_the_last_line_says_what_own_drawings_did(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    asked = RunSettings(own_drawings=True)
    run_id = store.create_run(PRESETS["L1"].architecture, "digits", asked, drawings=drawing_set(6, 2)).run_id
    store.claim_next(1)
    score = to_evaluation(DrawingScore(2, 2, 1, "other-run", "L1, trained without your drawings"))
    store.finish(run_id, "finished", result={"test_accuracy": 0.8, "evaluation": {"drawings": score}})
    for as_json in (False, True):
        wait_for(run_id, waiting(store), as_json)
    plain, last = capsys.readouterr().out.splitlines()
    assert "own test drawings 1 of 2 before → 2 of 2" in plain
    assert json.loads(last)["own_drawings"] == {
        "train": 6, "test": 2, "fingerprint": drawing_set(6, 2).fingerprint, **score,
    }  # fmt: skip


def test_several_seeds_are_told_one_by_one_and_together(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    made = [store.create_run(PRESETS["L1"].architecture, "digits", RunSettings(seed=seed)) for seed in (3, 4)]

    def end_both() -> None:
        for run, accuracy in zip(made, (0.8, 0.9), strict=True):
            store.claim_next(1)
            store.append(run.run_id, [Metric(1, 10, "epoch", 0.8, 0.6)])
            store.finish(run.run_id, "finished", result={"test_accuracy": accuracy})

    ended = wait_for_seeds(made, waiting(store, end_both), as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seed"] for line in lines[:-1]] == [3, 3, 4, 4] and lines[0]["epoch"] == 1
    assert lines[-1]["seeds"] == [3, 4] and lines[-1]["run_ids"] == [run.run_id for run in made]
    assert lines[-1]["test_accuracy"] == pytest.approx(0.85) and lines[-1]["low"] < 0.8 < lines[-1]["high"]
    check_ended(ended)


def test_ctrl_c_ends_all_seeds(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    made = [store.create_run(PRESETS["L1"].architecture, "digits", RunSettings(seed=seed)) for seed in (0, 1, 2)]
    wait = waiting(store)
    wait.interrupted.set()
    assert [run.status for run in wait_for_seeds(made, wait, as_json=False)] == ["stopped"] * 3
    assert "mean test accuracy" not in capsys.readouterr().out


def test_a_store_that_is_away_is_waited_for(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = queued(store)
    away = [StoreUnreachable("The store cannot be reached: refused.")] * 3

    def gone() -> None:
        if away:
            raise away.pop()

    asked = waiting(store, gone, gone, gone, lambda: store.request_stop(run_id))
    assert wait_for(run_id, asked, as_json=True).status == "stopped"
    assert capsys.readouterr().err.count("cannot be reached") == 1
    away = [StoreUnreachable("The store cannot be reached: refused.")]
    with pytest.raises(StoreUnreachable):
        wait_for(run_id, waiting_interrupted(store, gone), as_json=True)


def waiting_interrupted(store: Store, *steps: Callable[[], None]) -> Waiting:
    asked = waiting(store, *steps)
    asked.interrupted.set()
    return asked
