"""`runs` and what it does with one run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cnn_builder.architecture import PRESETS
from cnn_builder.cli import main
from cnn_builder.cli.runs import FIELDS
from cnn_builder.runs import RunSettings, Store


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
    assert list(json.loads(line)) == list(FIELDS) and json.loads(line)["run_id"] == run_id
    assert runs().stdout.startswith(run_id)


def test_a_run_is_stopped_by_the_beginning_of_its_id(run_id: str, store: Store) -> None:
    done = runs("stop", run_id[:9])
    assert (done.exit_code, done.stdout) == (0, f"{run_id}: stopped\n")
    again = runs("stop", run_id)
    assert again.exit_code == 1 and "has ended already: stopped" in again.stderr
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
    assert refused.exit_code == 1 and "at most 120" in refused.stderr and len(refused.stderr) < 200
    assert store.get(run_id).name == "Mine"


def test_deleting_asks_and_refuses_a_run_at_work(run_id: str, store: Store) -> None:
    assert "stop it" in runs("delete", run_id, "--yes").stderr
    store.request_stop(run_id)
    assert runs("delete", run_id, text="n\n").exit_code == 1 and store.list()
    assert runs("delete", run_id, text="y\n").exit_code == 0 and not store.list()
