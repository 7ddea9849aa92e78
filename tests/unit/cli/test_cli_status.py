"""`status`: for people, as JSON, and for Prometheus."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cnn_builder.architecture import PRESETS
from cnn_builder.cli import main
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.workers import processes
from cnn_builder.settings import Settings


@pytest.fixture
def busy(own_home: Path) -> list[str]:
    """One run that trains, in this very process, and one that waits."""
    with Store.open(Settings(home=own_home)) as store:
        made = [
            store.create_run(PRESETS[name].architecture, "digits", RunSettings()).run_id for name in ("L1", "LeNet-5")
        ]
        store.claim_next(1)
        store.set_process(made[0], os.getpid(), processes.process_started(os.getpid()) or 0.0)
        store.begin(made[0], 10)
    return made


def status(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["status", *arguments])


def test_as_json(busy: list[str]) -> None:
    (line,) = status("--json").stdout.splitlines()
    told = json.loads(line)
    assert [run["run_id"] for run in told["training"]] == busy[:1]
    assert [(run["run_id"], run["position"]) for run in told["queue"]] == [(busy[1], 1)]
    assert told["sessions"] is None and told["workers"][0]["alive"] is True
    assert told["versions"]["CNN Builder"] and told["disk"]["free"] > 0


def test_for_people(busy: list[str]) -> None:
    text = status().stdout
    assert "Training  1 of at most 1" in text and "Waiting   1" in text
    assert f"{busy[0]}  L1  running, epoch 0 of 5" in text and f"{busy[1]}  LeNet-5  number 1, waiting" in text
    assert f"training {busy[0]}  process {os.getpid()}, " in text


def test_for_prometheus(busy: list[str]) -> None:
    text = status("--metrics").stdout
    assert 'cnn_builder_runs{status="queued"} 1\n' in text and text.startswith("# HELP cnn_builder_info ")


def test_one_form_at_a_time(busy: list[str]) -> None:
    done = status("--json", "--metrics")
    assert done.exit_code == 2 and "choose one" in done.stderr


def test_a_store_that_cannot_be_opened_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_STORE", "sqlite:////proc/nowhere/runs.sqlite")
    done = status()
    assert done.exit_code == 1 and len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
