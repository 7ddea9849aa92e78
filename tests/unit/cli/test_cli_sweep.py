"""`sweep` and `sweeps`, with a supervisor and a clock of our own."""

import json
import threading
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.cli.sweep import report_best, wait_for_sweep
from cnn_builder.cli.waiting import Waiting
from cnn_builder.data import describe
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.sweeps.plan import Sweep, SweepPlan
from cnn_builder.runs.sweeps.search import propose
from cnn_builder.runs.sweeps.variables import parse_variable
from cnn_builder.settings import Settings
from tests.support.command_line import run

SPEC = ("L2", "--dataset", "digits")


@pytest.fixture
def store(own_home: Path) -> Store:
    return Store.open(Settings(home=own_home))


@pytest.fixture
def made(store: Store) -> Sweep:
    plan = SweepPlan((parse_variable("layers.0.filters=4,8,64"),), 6, max_params=410_000)
    architecture, asked = PRESETS["L2"].architecture, RunSettings(epochs=1)
    found = propose(architecture, asked, describe("digits"), plan, 10**11)
    return store.create_sweep(architecture, "digits", asked, plan, found.candidates, found.over_budget, found.unfit)


class Ending:
    """A supervisor that ends one more run each time, as well as the run before."""

    def __init__(self, store: Store, sweep: Sweep) -> None:
        self._store, self._left = store, list(sweep.candidates)

    def tick(self) -> None:
        if self._left:
            one = self._left.pop(0)
            result = {"test_accuracy": 0.5 + one.number / 10, "best_epoch": 1, "seconds": 2.0}
            self._store.finish(one.run_id, "finished", result=result)


def waiting(store: Store, supervisor: object) -> Waiting:
    times = iter(range(1_000))
    return Waiting(store, supervisor, threading.Event(), lambda _: None, lambda: float(next(times)))  # type: ignore[arg-type]


def test_a_line_a_candidate_and_the_best_last(store: Store, made: Sweep, capsys: pytest.CaptureFixture[str]) -> None:
    wait_for_sweep(made, waiting(store, Ending(store, made)), as_json=True)
    # None of them has a validation accuracy here, so there is none to be called the best.
    assert report_best(store, made, as_json=True) is None
    first, second, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["values"], first["total_params"], first["test_accuracy"]) == ({"layers.0.filters": 4}, 405_234, 0.5)
    assert first["total_macs"] < second["total_macs"] and second["status"] == "finished"
    assert first["run_id"] == made.candidates[0].run_id
    assert (last["best"], last["skipped"], last["unfit"], last["sweep_id"]) == (None, 1, 0, made.sweep_id)


def test_ctrl_c_stops_every_run(store: Store, made: Sweep, capsys: pytest.CaptureFixture[str]) -> None:
    asked = waiting(store, Ending(store, made.with_candidates(())))
    asked.interrupted.set()
    wait_for_sweep(made, asked, as_json=False)
    assert {found.status for found in store.runs_of(made).values()} == {"stopped"}
    assert "1/2" in capsys.readouterr().out


def test_sweeps_are_listed_shown_and_stopped(store: Store, made: Sweep) -> None:
    (line,) = map(json.loads, run("sweeps", "--json").stdout.splitlines())
    assert (line["sweep_id"], line["active"], line["skipped"]) == (made.sweep_id, 2, 1)
    assert line["vary"] == {"layers.0.filters": [4, 8, 64]}
    assert "2 of 2 runs active" in run("sweeps").stdout
    shown = run("sweeps", "show", made.sweep_id[:-1], "--json").stdout.splitlines()
    assert [json.loads(one)["status"] for one in shown[:2]] == ["queued", "queued"] and len(shown) == 3
    assert "layer 1 filters 4" in run("sweeps", "show", made.sweep_id).stdout
    assert run("sweeps", "stop", made.sweep_id).stdout == f"{made.sweep_id}: 2 runs stopped\n"
    assert "2 runs, ended" in run("sweeps").stdout


def test_without_a_sweep_the_list_says_how_to_make_one() -> None:
    done = run("sweeps")
    assert done.exit_code == 0 and done.stdout == "" and "python -m cnn_builder sweep L2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--vary", "layers.0.filters=0"), "layers.0.filters: expected a whole number from 1"),
        (("--vary", "layers.0.filters"), "expected PATH=VALUE"),
        (("--vary", "seed=1,2", "--max-params", "100"), "nothing to train: 2 of the combinations are beyond"),
        (("--vary", "seed=1", "--runs", "0"), "runs: expected a number above 0, at most 200, received 0"),
        (("--vary", "seed=1", "--epochs", "0"), "epochs: expected a whole number from 1"),
    ],
)
def test_bad_input_is_told_in_one_line_and_nothing_is_made(arguments: tuple[str, ...], told: str, store: Store) -> None:
    done = run("sweep", *SPEC, *arguments)
    assert done.exit_code == 1 and told in done.stderr.splitlines()[-1]
    assert store.list() == [] and store.sweeps() == ()


def test_bad_usage_exits_with_2() -> None:
    assert run("sweep", *SPEC).exit_code == 2
    assert run("sweep", *SPEC, "--vary", "seed=1", "--search", "magic").exit_code == 2
    assert run("sweeps", "show", "nothing-here").exit_code == 1
