"""What trained is kept with a run, and a forecast counts only for what was measured. No GPU is needed: it is named."""

import json
import os
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.device import device_text, device_words, hidden_gpus, listed_gpus, unused_gpu_words
from cnn_builder.runs.forecast import KINDS, Calibration, Rates
from cnn_builder.runs.forecast.calibration import (
    Calibrator,
    calibration_file,
    machine,
    read_calibration,
    write_calibration,
)
from cnn_builder.runs.forecast.forecast_check import last_like
from cnn_builder.runs.workers.cgroup_memory import memory_words
from cnn_builder.settings import Settings
from tests.support.command_line import run as run_command

NETWORK = PRESETS["L1"].architecture
RATES = Rates(dict.fromkeys(KINDS, 1e-9))
GPU, PROCESSOR = "GPU NVIDIA A100-SXM4-40GB", "CPU Some processor"
MEASURED = Calibration(RATES, RATES, RATES, 0.1, device=PROCESSOR)


def trained(store: Store, device: str | None, seed: int = 0) -> str:
    """A finished run that says it was trained on this device."""
    run = store.create_run(NETWORK, "digits", RunSettings(epochs=1, seed=seed))
    store.claim_next(1)
    store.begin(run.run_id, 45, device=device)
    store.append(run.run_id, [Metric(1, 45, "epoch", 1.0, 0.5, seconds=2.0)])
    store.finish(run.run_id, "finished", result={"seconds": 2.0})
    return run.run_id


def test_a_device_begins_with_its_kind() -> None:
    assert device_text("NVIDIA  A100\n") == "GPU NVIDIA A100" and device_text("") == "GPU"
    assert device_text(None).startswith("CPU ")
    assert (device_words(GPU), device_words(PROCESSOR)) == (GPU, "CPU")


def test_the_drivers_gpus_are_read_without_tensorflow(tmp_path: Path) -> None:
    for name, model in (("0000:01:00.0", "Tesla T4"), ("0000:02:00.0", "NVIDIA A100")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "information").write_text(f"Model: \t\t {model}\nIRQ:   5\n")
    (tmp_path / "broken" / "information").mkdir(parents=True)
    assert listed_gpus(tmp_path) == ("Tesla T4", "NVIDIA A100")
    assert listed_gpus(tmp_path / "none") == ()
    assert hidden_gpus({"CUDA_VISIBLE_DEVICES": "", "PATH": "/"}) == {"CUDA_VISIBLE_DEVICES": ""}


def test_a_gpu_that_is_not_used_is_told_with_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "(Tesla T4)" in unused_gpu_words(PROCESSOR, ("Tesla T4",))
    assert unused_gpu_words(GPU, ("Tesla T4",)) == "" == unused_gpu_words(PROCESSOR, ())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # hidden on purpose
    assert unused_gpu_words(PROCESSOR, ("Tesla T4",)) == ""


def test_the_store_keeps_what_trained_a_run(own_home: Path) -> None:
    own_home.mkdir()
    with Store.open(Settings(home=own_home)) as store:
        assert store.last_device() is None
        first = trained(store, GPU)
        assert f"it trained on {GPU}, which has a memory of its own" in memory_words(store.get(first))
        trained(store, None, seed=1)
        told = store.last_device()
        assert store.get(first).device == GPU
        assert told == (GPU, store.get(first).started)
        assert [run.device for run in store.list()] == [None, GPU]


def test_a_forecast_is_held_against_runs_of_its_own_device_only(own_home: Path) -> None:
    own_home.mkdir()
    with Store.open(Settings(home=own_home)) as store:
        expected = trained(store, PROCESSOR)
        trained(store, GPU, seed=1)
        found = last_like(store, MEASURED, NETWORK, "digits")
    assert found is not None and found.run.run_id == expected


def test_a_processors_forecast_ends_with_the_first_run_on_a_gpu(own_home: Path) -> None:
    """And the other way round. An earlier run on another device says nothing: the GPU may have come since."""
    settings, told = Settings(home=own_home), [(GPU, 1_000.0)]
    calibrator = Calibrator(settings, lambda: True, last_device=lambda: told[-1])
    path = calibration_file(settings)
    write_calibration(path, MEASURED)
    os.utime(path, (2_000, 2_000))
    assert calibrator.known() == MEASURED
    told.append((GPU, 3_000.0))
    assert calibrator.known() is None
    assert calibrator.poll().status == "waiting"  # to be measured anew, once the run has ended
    told.append((PROCESSOR, 3_000.0))
    assert calibrator.known() == MEASURED


def test_a_measurement_does_not_outlive_a_change_of_gpus(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(path, MEASURED)
    here = machine()
    assert read_calibration(path) == MEASURED
    for change in ({"gpus": ["Tesla T4"]}, {"hidden": {"CUDA_VISIBLE_DEVICES": "1"}}, {"nvidia-cudnn-cu12": "9.1"}):
        assert read_calibration(path, here | change) is None, change


def test_the_command_says_what_the_forecast_is_for(own_home: Path) -> None:
    write_calibration(own_home / "calibration.json", Calibration(RATES, RATES, RATES, 0.1, device=GPU))
    assert f"this machine (estimate, measured on {GPU})" in run_command("forecast", "L1", "--dataset", "digits").stdout
    assert json.loads(run_command("forecast", "L1", "--dataset", "digits", "--json").stdout)["device"] == GPU
