"""`runs` and what it does with one run."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnn_builder.architecture import PRESETS
from cnn_builder.cli import main
from cnn_builder.cli.runs import FIELDS
from cnn_builder.runs import RunSettings, Store
from tests.support.drawings import drawing_set
from tests.support.unreadable import make_unreadable


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    own_home.mkdir(parents=True)
    with Store(f"sqlite:///{own_home / 'runs.sqlite'}") as opened:
        yield opened


@pytest.fixture
def run_id(store: Store) -> str:
    return store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings()).run_id


def runs(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["runs", *arguments], input=text)


def test_the_list_is_what_it_was(run_id: str) -> None:
    (line,) = runs("--json").stdout.splitlines()
    assert list(json.loads(line)) == [*FIELDS, "origin"] and json.loads(line)["run_id"] == run_id
    assert runs().stdout.startswith(run_id)


def test_a_run_is_stopped_by_the_beginning_of_its_id(run_id: str, store: Store) -> None:
    done = runs("stop", run_id[:9])
    assert (done.exit_code, done.stdout) == (0, f"{run_id}: stopped\n")
    again = runs("stop", run_id)
    assert again.exit_code == 1 and "has already ended: stopped" in again.stderr
    missing = runs("stop", "zzzzzzzz")
    assert missing.exit_code == 1 and missing.stderr.count("\n") == 1


def test_what_has_finished_is_not_resumed(run_id: str, store: Store) -> None:
    store.finish(run_id, "finished")
    done = runs("resume", run_id)
    assert done.exit_code == 1 and "cannot be resumed" in done.stderr and done.stderr.count("\n") == 1


def test_the_learning_rate(run_id: str, store: Store) -> None:
    assert runs("learning-rate", run_id, "0.01").exit_code == 0
    assert store.asked(run_id).learning_rate == 0.01
    assert "above 0" in runs("learning-rate", run_id, "nan").stderr
    assert runs("learning-rate", run_id, "fast").exit_code == 2


def test_name_notes_and_tags(run_id: str, store: Store) -> None:
    assert runs("rename", run_id, "Mine").stdout == f"{run_id}: Mine\n"
    assert runs("note", run_id, "better than before").exit_code == 0
    assert runs("note", run_id).stdout == "better than before\n"
    assert runs("tag", run_id, "a", "b").stdout == f"{run_id}: a, b\n"
    assert runs("tag", run_id, "c", "--clear").stdout == f"{run_id}: c\n"
    assert runs("tag", run_id, "--clear").stdout == f"{run_id}: no tags\n"
    refused = runs("rename", run_id, "x" * 10_000)
    assert refused.exit_code == 1 and "at most 200" in refused.stderr and len(refused.stderr) < 200
    assert store.get(run_id).name == "Mine"


def test_deleting_asks_and_refuses_a_run_at_work(run_id: str, store: Store) -> None:
    assert "stop it" in runs("delete", run_id, "--yes").stderr
    store.request_stop(run_id)
    assert runs("delete", run_id, text="n\n").exit_code == 1 and store.list()
    assert runs("delete", run_id, text="y\n").exit_code == 0 and not store.list()


def test_a_run_that_cannot_be_read_is_listed_with_the_reason_and_deleted(run_id: str, store: Store) -> None:
    other = store.create_run(PRESETS["L1"].architecture, "digits", RunSettings()).run_id
    make_unreadable(store, run_id)
    lines = [json.loads(line) for line in runs("--json").stdout.splitlines()]
    assert [line["run_id"] for line in lines] == [other, run_id]
    assert lines[0]["reason"] is None and "cannot be read" in lines[1]["reason"] and "Conv9D" in lines[1]["reason"]
    assert "Conv9D" in runs().stdout
    for refused in (runs("note", run_id), runs("resume", run_id), runs("rename", run_id, "Mine")):
        assert refused.exit_code == 1 and "cannot be read" in refused.stderr and refused.stderr.count("\n") == 1
    assert runs("delete", run_id, text="n\n").exit_code == 1 and len(store.entries()) == 2
    assert runs("delete", run_id, text="y\n").exit_code == 0
    assert [run.run_id for run in store.entries()] == [other]


def test_own_drawings_are_listed_and_exported(run_id: str, store: Store, tmp_path: Path) -> None:
    asked = RunSettings(own_drawings=True)
    drawn = store.create_run(PRESETS["LeNet-5"].architecture, "digits", asked, drawings=drawing_set(6, 2))
    told = json.loads(runs("--json").stdout.splitlines()[0])["own_drawings"]
    assert told == {"train": 6, "test": 2, "fingerprint": drawing_set(6, 2).fingerprint}
    file = tmp_path / "drawings.npz"
    assert runs("export", drawn.run_id, "--to", "npz", "-o", str(file)).exit_code == 0
    with np.load(file) as arrays:
        assert arrays["x_train"].shape == (6, 28, 28, 1) and arrays["y_test"].tolist() == [6, 7]
    assert runs("export", drawn.run_id, "--to", "npz").exit_code == 2
    without = runs("export", run_id, "--to", "npz", "-o", str(file))
    assert without.exit_code == 1 and "not trained on own drawings" in without.stderr
    script = runs("export", drawn.run_id, "--to", "py").stdout
    assert f'np.load("drawings-{drawn.run_id}.npz")' in script
