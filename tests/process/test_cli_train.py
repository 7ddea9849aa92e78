"""`python -m cnn_builder train` as people run it: a real process, a real worker, a real Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_builder.cli.train import ENOUGH_FOR_EVERY_CLASS
from cnn_builder.data import load_dataset
from cnn_builder.runs import Store
from cnn_builder.settings import Settings
from tests.support.kinds_of_input import CODE
from tests.support.networks import TINY_DIGITS
from tests.support.paths import ROOT

COMMAND = [sys.executable, "-m", "cnn_builder"]


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    path = tmp_path / "tiny.json"
    path.write_text(TINY_DIGITS.to_json(), encoding="utf-8")
    return str(path)


def run(*arguments: str, limit: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_worker(settings: Settings) -> int:
    """The process id of the one run's worker, once it trains."""
    end = time.monotonic() + 180
    with Store.open(settings) as store:
        while time.monotonic() < end:
            for found in store.list():
                if found.status == "running" and found.pid and store.metrics(found.run_id):
                    return found.pid
            time.sleep(0.1)
    raise AssertionError("no run was training within three minutes")


def test_train_then_list_then_predict(tiny: str, tmp_path: Path) -> None:
    done = run("train", tiny, "--dataset", "digits", "--epochs", "3", "--batch-size", "16", "--json")
    assert done.returncode == 0, done.stderr
    *epochs, last = json_lines(done.stdout)
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    assert all(set(line) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"} for line in epochs)
    assert epochs[-1]["loss"] < epochs[0]["loss"]
    assert list(last) == ["run_id", "status", "best_epoch", "test_loss", "test_accuracy", "seconds"]
    assert last["status"] == "finished"
    best = max(line["val_accuracy"] for line in epochs)
    assert last["best_epoch"] == next(line["epoch"] for line in epochs if line["val_accuracy"] == best)
    assert 0.3 < last["test_accuracy"] <= 1

    listed = json_lines(run("runs", "--json").stdout)
    assert [item["run_id"] for item in listed] == [last["run_id"]]
    assert listed[0]["test_accuracy"] == last["test_accuracy"]
    with Store.open(Settings.from_env()) as store:
        assert (store.get(last["run_id"]).device or "")[:4] in ("CPU ", "GPU ")

    digits = load_dataset("digits")
    figure = tmp_path / "figure.png"
    Image.fromarray(digits.x_test[0, :, :, 0]).resize((280, 280)).save(figure)
    blank = tmp_path / "blank.png"
    Image.fromarray(np.zeros((280, 280), np.uint8)).save(blank)
    wrong = tmp_path / "wrong.png"
    wrong.write_text("<svg/>", encoding="utf-8")
    read = run("predict", last["run_id"][:-1], str(figure), str(wrong), str(blank), "--json")
    assert read.returncode == 1
    assert read.stderr.count("\n") == 1
    first, second = json_lines(read.stdout)
    assert first["label"] in digits.info.classes
    assert sum(first["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert first["probability"] == max(first["probabilities"])
    assert second["label"] is None
    assert second["warnings"]

    breaks = run("runs", "robustness", last["run_id"], "--only", "shift", "--only", "rotation", "--json")
    assert breaks.returncode == 0, breaks.stderr
    shift, rotation = json_lines(breaks.stdout)
    assert (shift["perturbation"], shift["images"], shift["layer"]) == ("shift", 360, "RandomTranslation")
    assert shift["accuracy"][0] == pytest.approx(last["test_accuracy"]) and shift["rerun"] is None
    assert len(rotation["levels"]) == len(rotation["accuracy"]) == 11 and len(rotation["below"]) == 2
    queued = json_lines(run("runs", "robustness", last["run_id"], "--only", "shift", "--retrain", "--json").stdout)[0]
    assert queued["status"] == "queued" and queued["name"].endswith(" + RandomTranslation")
    assert run("runs", "robustness", last["run_id"], "--only", "melting").returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_stops_cleanly(tiny: str) -> None:
    child = start("train", tiny, "--dataset", "digits", "--epochs", "5000", "--json")
    wait_for_worker(Settings.from_env())
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=180)
    assert child.returncode == 0, err
    last = json_lines(out)[-1]
    assert last["status"] == "stopped"
    with Store.open(Settings.from_env()) as store:
        assert store.get(last["run_id"]).status == "stopped"


@pytest.mark.fault(1)
@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_worker_is_a_crashed_run(tiny: str) -> None:
    child = start("train", tiny, "--dataset", "digits", "--epochs", "5000", "--json")
    os.kill(wait_for_worker(Settings.from_env()), signal.SIGKILL)
    out, err = child.communicate(timeout=180)
    assert child.returncode == 1
    assert json_lines(out)[-1]["status"] == "crashed"
    assert "killed (signal 9)" in err
    assert "Traceback" not in err


@pytest.mark.mnist
def test_train_validates_on_the_test_images_and_says_so(tiny: str) -> None:
    limits = ("--train-limit", "2000", "--test-limit", "500", "--epochs", "1", "--validation-data", "test")
    done = run("train", tiny, "--dataset", "mnist", *limits, "--json")
    assert done.returncode == 0, done.stderr
    assert "test images" in done.stderr
    epoch, last = json_lines(done.stdout)
    assert last["best_epoch"] == 1
    assert epoch["val_accuracy"] == pytest.approx(last["test_accuracy"], abs=1e-6)


@pytest.mark.parametrize(
    "name", ["digits", *(pytest.param(name, marks=pytest.mark.mnist) for name in ("mnist", "fashion_mnist"))]
)
def test_the_first_images_hold_every_class(name: str) -> None:
    dataset = load_dataset(name)
    assert set(dataset.y_train[:ENOUGH_FOR_EVERY_CLASS]) == set(range(len(dataset.info.classes)))


@pytest.mark.parametrize("name", CODE)
def test_networks_of_every_kind_of_input_train_and_predict(name: str, tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(CODE[name], encoding="utf-8")
    limits = ("--train-limit", "600", "--test-limit", "100", "--epochs", "2")
    done = run("train", str(file), "--dataset", "digits", *limits, "--json")
    assert done.returncode == 0, done.stderr
    last = json_lines(done.stdout)[-1]
    assert last["status"] == "finished" and last["test_accuracy"] > 0.5
    figure = tmp_path / "figure.png"
    Image.fromarray(load_dataset("digits").x_test[0, :, :, 0]).resize((280, 280)).save(figure)
    read = run("predict", last["run_id"], str(figure), "--json")
    assert read.returncode == 0, read.stderr
    assert sum(json_lines(read.stdout)[0]["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_two_seeds_then_every_format(tiny: str, tmp_path: Path) -> None:
    options = ("--epochs", "1", "--seed", "5", "--seeds", "2", "--json")
    done = run("train", tiny, "--dataset", "digits", *options, limit=600)  # two workers, one after the other
    assert done.returncode == 0, done.stderr
    lines = json_lines(done.stdout)
    first, both = lines[-1]["run_ids"][0], lines[-1]
    assert both["seeds"] == [5, 6] and both["low"] <= both["test_accuracy"] <= both["high"]
    formats = run("runs", "formats", first, "--json", limit=600)
    found = {line["format"]: line for line in json_lines(formats.stdout)}
    assert found["litert"]["agreement"] == 1 and found["keras"]["difference"] == 0 and len(found) >= 4
    assert found["litert-int8"]["bytes"] < found["litert"]["bytes"] and found["savedmodel"]["images"] == 360
    kept = run("runs", "export", first, "--to", "litert", "-o", str(tmp_path / "model.tflite"), "--json")
    assert json.loads(kept.stdout)["milliseconds"] == found["litert"]["milliseconds"]  # the same check, not another one
