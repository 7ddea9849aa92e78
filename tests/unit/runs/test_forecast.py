"""The fit, the forecast's arithmetic, the calibration's file and who measures; nothing is trained."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, trace
from cnn_builder.data import DATASETS
from cnn_builder.engine.cost_fit import fit_costs
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.forecast import KINDS, Calibration, Rates, forecast, validation_work, work
from cnn_builder.runs.forecast.calibration import (
    Calibrator,
    Standing,
    calibration_file,
    machine,
    read_calibration,
    write_calibration,
)
from cnn_builder.runs.forecast.forecast_check import last_like
from cnn_builder.runs.image_counts import images_of
from cnn_builder.settings import Settings

L1 = PRESETS["L1"].architecture
RATES = Rates({kind: 1e-9 * place for place, kind in enumerate(KINDS, 1)} | {"step": 0.002})
HALF = Rates({kind: seconds / 2 for kind, seconds in RATES.seconds.items()})
CALIBRATION = Calibration(RATES, HALF, RATES, 0.1)
FAKE = "import os, sys; from pathlib import Path; home = Path(os.environ['CNN_BUILDER_HOME']); "


def test_the_fit_finds_the_costs_that_made_the_times() -> None:
    generator = np.random.default_rng(0)
    true = dict(zip(KINDS, generator.uniform(0.1, 10, len(KINDS)).tolist(), strict=True))
    amounts = generator.uniform(0, 1, (40, len(KINDS))).tolist()
    done = [dict(zip(KINDS, row, strict=True)) for row in amounts]
    rates, error = fit_costs([(one, Rates(true).of(one)) for one in done])
    assert rates.seconds == pytest.approx(true, rel=1e-6)
    assert error < 1e-9


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(1e-6, 10), min_size=1, max_size=12))
def test_no_fitted_cost_is_below_zero(times: list[float]) -> None:
    nothing = dict.fromkeys(KINDS, 0.0)
    done = [nothing | {"step": 1.0, "conv": 1e8 * (place % 3), "params": 1e6} for place in range(len(times))]
    rates, _ = fit_costs(list(zip(done, times, strict=True)))
    assert all(value >= 0 for value in rates.seconds.values())


def test_the_work_of_a_network_by_hand() -> None:
    done = work(L1, 10)
    rows = trace(L1).rows
    assert done["conv"] == 10 * (rows[0].macs + rows[2].macs)
    assert done["dense"] == 10 * (rows[4].macs + rows[5].macs)
    assert (done["step"], done["layers"], done["params"]) == (1, 6, 515_146)
    assert (done["depthwise"], done["other"]) == (0, 0)
    assert validation_work(L1, 10)["params"] == 0


@pytest.mark.parametrize("name", list(LAYER_TYPES))
def test_every_multiply_add_is_counted_once(name: str) -> None:
    architecture = Architecture((12, 12, 4), (LAYER_TYPES[name].example(),))
    done = work(architecture, 3)
    assert set(done) == set(KINDS)
    assert done["conv"] + done["depthwise"] + done["dense"] == pytest.approx(3 * trace(architecture).total_macs)


def test_an_epoch_is_its_steps_the_smaller_last_one_and_the_validation() -> None:
    whole, rest = RATES.of(work(L1, 32)), RATES.of(work(L1, 8))
    expected = forecast(CALIBRATION, L1, 3 * 32 + 8, 0, 32)
    assert expected.steps == 4
    assert expected.seconds == pytest.approx(3 * whole + rest)
    validated = forecast(CALIBRATION, L1, 3 * 32 + 8, 300, 32)
    assert validated.validation == pytest.approx(2 * RATES.of(validation_work(L1, 150)))
    assert validated.seconds > expected.seconds
    mixed = forecast(CALIBRATION, L1, 3 * 32 + 8, 300, 32, "mixed_bfloat16")
    assert mixed.training == pytest.approx(validated.training / 2)
    assert mixed.validation == validated.validation  # scores are float32's
    layers = [{"type": "Flatten"}, {"type": "Dense", "units": 10, "activation": "softmax"}]
    alone = Architecture.from_dict({**L1.to_dict(), "layers": layers})  # its one layer with weights is the last
    assert forecast(CALIBRATION, alone, 32, 0, 32, "mixed_bfloat16") == forecast(CALIBRATION, alone, 32, 0, 32)


def test_the_file_brings_back_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "new" / "calibration.json"
    write_calibration(path, CALIBRATION)
    assert read_calibration(path) == CALIBRATION
    write_calibration(path, replace(CALIBRATION, busy=True))
    assert read_calibration(path) == replace(CALIBRATION, busy=True)
    assert [file.name for file in path.parent.iterdir()] == ["calibration.json"]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(version=0),
        lambda content: content["machine"].update(cpu="another"),
        lambda content: content["machine"].update(tensorflow="0.1"),
        lambda content: content["train"].pop("conv"),
        lambda content: content["train"].update(conv=-1.0),
        lambda content: content["train"].update(conv="fast"),
        lambda content: content["train"].update(conv=float("nan")),
        lambda content: content.update(train=None),
        lambda content: content["evaluate"].update(dict.fromkeys(KINDS, 0.0)),
    ],
)
def test_another_machine_or_a_damaged_file_does_not_count(tmp_path: Path, change: Callable[[dict], None]) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(path, CALIBRATION)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    assert read_calibration(path) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_garbage_does_not_count(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(content)
    assert read_calibration(path) is None
    assert read_calibration(tmp_path / "none.json") is None


def test_a_machine_is_told_by_its_processor_and_versions() -> None:
    assert {"cpu", "cores", "tensorflow", "keras"} <= set(machine())
    assert machine()["cpu"]


class Measurer:
    """A calibrator whose measurement is a line of Python; `busy` says whether a run trains."""

    def __init__(self, home: Path, line: str) -> None:
        self.settings = Settings(home=home)
        self.busy = False
        self.calibrator = Calibrator(self.settings, lambda: self.busy, [sys.executable, "-c", FAKE + line])

    def until_over(self) -> Standing:
        end = time.monotonic() + 60
        while (standing := self.calibrator.poll()).status == "measuring" and time.monotonic() < end:
            time.sleep(0.02)
        return standing


Make = Callable[[str], Measurer]


@pytest.fixture
def measurer(own_home: Path) -> Iterator[Make]:
    made: list[Measurer] = []

    def make(line: str) -> Measurer:
        made.append(Measurer(own_home, line))
        return made[-1]

    yield make
    for one in made:
        one.calibrator.close()


def copying(tmp_path: Path) -> str:
    """A measurement that leaves a good calibration."""
    write_calibration(tmp_path / "good.json", CALIBRATION)
    return f"(home / 'calibration.json').write_bytes(Path({str(tmp_path / 'good.json')!r}).read_bytes())"


def test_it_is_measured_once_and_kept(measurer: Make, tmp_path: Path) -> None:
    made = measurer(copying(tmp_path))
    assert made.calibrator.poll().status == "measuring"
    assert made.until_over() == Standing("ready", CALIBRATION)
    other = measurer("sys.exit(1)")
    assert other.calibrator.poll() == Standing("ready", CALIBRATION)


def test_it_waits_while_a_run_trains(measurer: Make, tmp_path: Path) -> None:
    made = measurer(copying(tmp_path))
    made.busy = True
    assert made.calibrator.poll().status == "waiting"
    made.busy = False
    assert made.calibrator.poll().status == "measuring"
    assert made.until_over().status == "ready"


def test_a_run_that_begins_ends_the_measurement(measurer: Make) -> None:
    made = measurer("import time; time.sleep(60)")
    assert made.calibrator.poll().status == "measuring"
    made.busy = True
    assert made.calibrator.poll().status == "waiting"
    assert not list(made.settings.home.glob("*.pid"))
    made.busy = False
    assert made.calibrator.poll().status == "measuring"


def test_a_disturbed_measurement_is_made_again(measurer: Make, tmp_path: Path) -> None:
    once = f"mark = home / 'once'; first = not mark.exists(); mark.touch(); first and sys.exit(3); {copying(tmp_path)}"
    assert measurer(once).until_over().status == "ready"


def test_a_damaged_file_is_measured_again(measurer: Make, tmp_path: Path) -> None:
    made = measurer(copying(tmp_path))
    path = calibration_file(made.settings)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert made.calibrator.poll().status == "measuring"
    assert made.until_over().status == "ready"


def test_a_failure_is_told_and_can_be_tried_again(measurer: Make) -> None:
    made = measurer("print('no', flush=True); sys.exit(7)")
    standing = made.until_over()
    assert standing.status == "failed"
    assert "code 7" in standing.reason
    assert made.calibrator.log.read_text() == "no\n"
    assert made.calibrator.poll().status == "failed"
    made.calibrator.again()
    assert made.calibrator.poll().status == "measuring"


def test_a_measurement_that_writes_nothing_is_a_failure(measurer: Make) -> None:
    assert "no valid calibration" in measurer("pass").until_over().reason


def test_two_servers_do_not_measure_each_other(measurer: Make) -> None:
    first, second = measurer("import time; time.sleep(60)"), measurer("sys.exit(1)")
    assert first.calibrator.poll().status == "measuring"
    assert second.calibrator.poll().status == "measuring"
    second.busy = True  # the other server gives its measurement up, too
    assert second.calibrator.poll().status == "waiting"
    second.busy = False
    first.calibrator.close()
    assert second.until_over().status == "failed"


def test_a_finished_run_is_held_against_its_forecast(own_home: Path) -> None:
    own_home.mkdir()
    with Store.open(Settings(home=own_home)) as store:
        assert last_like(store, CALIBRATION, L1, "mnist") is None
        request = RunSettings(epochs=3, train_limit=1_000, batch_size=64)
        run = store.create_run(L1.with_name("another name"), "mnist", request)
        store.claim_next(1)
        store.begin(run.run_id, 45)
        for epoch, taken in enumerate((9.0, 2.0, 3.0), 1):
            store.append(run.run_id, [Metric(epoch, epoch * 15, "epoch", 1.0, 0.5, seconds=taken)])
        assert last_like(store, CALIBRATION, L1, "mnist") is None
        store.finish(run.run_id, "finished", result={"seconds": 14.0})
        found = last_like(store, CALIBRATION, L1, "mnist")
        assert found is not None
        assert found.seconds == 2.5
        assert found.forecast == forecast(CALIBRATION, L1, 900, 100, 64).seconds
        assert last_like(store, CALIBRATION, PRESETS["L2"].architecture, "mnist") is None
        early = RunSettings(epochs=200, train_limit=1_000, early_stopping=2)
        run = store.create_run(L1, "mnist", early)
        store.claim_next(1)
        store.begin(run.run_id, 3_000)
        store.append(run.run_id, [Metric(epoch, epoch * 29, "epoch", 1.0, 0.5, seconds=2.0) for epoch in range(1, 11)])
        store.finish(run.run_id, "finished", "no better validation loss for 2 epochs", {"seconds": 20.0})
        found = last_like(store, CALIBRATION, L1, "mnist")
        assert found is not None and (found.run.run_id, found.seconds) == (run.run_id, 2.0)
        assert last_like(store, CALIBRATION, L1, "digits") is None


def test_the_images_of_a_run() -> None:
    info = DATASETS["mnist"]
    assert images_of(info, RunSettings()) == (54_000, 6_000)
    assert images_of(info, RunSettings(validation_data="test", test_limit=500)) == (60_000, 500)
    assert images_of(info, RunSettings(validation_split=0.0, train_limit=100)) == (100, 0)
