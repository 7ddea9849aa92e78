"""`forecast` with a calibration that is there; what measures has its own tests."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.memory import training_bytes
from cnn_builder.cli import main
from cnn_builder.cli.forecast import wait_for
from cnn_builder.runs.forecast import KINDS, Calibration, Rates
from cnn_builder.runs.forecast.calibration import Calibrator, Standing, write_calibration

RATES = Rates(dict.fromkeys(KINDS, 1e-10) | {"step": 0.01})
HALF = Rates({kind: seconds / 2 for kind, seconds in RATES.seconds.items()})
CALIBRATION = Calibration(RATES, HALF, RATES, 0.1, device="CPU")


@pytest.fixture
def calibrated(own_home: Path) -> None:
    write_calibration(own_home / "calibration.json", CALIBRATION)


@pytest.mark.usefixtures("calibrated")
def test_json_is_one_object_for_programs() -> None:
    done = CliRunner().invoke(main, ["forecast", "L2", "--dataset", "fashion_mnist", "--batch-size", "64", "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["train_images"], told["validation_images"], told["steps_per_epoch"]) == (54_000, 6_000, 844)
    assert told["training_bytes"] == training_bytes(PRESETS["L2"].architecture, 64, 2)
    assert told["seconds_per_epoch"] > 844 * 0.01


@pytest.mark.usefixtures("calibrated")
def test_mixed_precision_has_a_time_of_its_own() -> None:
    command = ["forecast", "L1", "--dataset", "digits", "--validation-split", "0", "--json"]
    plain, mixed = (
        json.loads(CliRunner().invoke(main, [*command, "--precision", name]).stdout)["seconds_per_epoch"]
        for name in ("float32", "mixed_bfloat16")
    )
    assert mixed == pytest.approx(plain / 2, rel=0.01)


@pytest.mark.usefixtures("calibrated")
def test_text_is_for_people() -> None:
    done = CliRunner().invoke(main, ["forecast", "LeNet-5", "--dataset", "digits"])
    assert done.exit_code == 0
    assert "per epoch on this machine (estimate, measured on CPU)" in done.stdout
    assert "Memory" in done.stdout


@pytest.mark.usefixtures("calibrated")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["L3", "--dataset", "mnist"], "Layer 6"),
        (["L1", "--dataset", "nope"], "no data set named"),
        (["L1", "--dataset", "mnist", "--batch-size", "0"], "batch_size"),
        (["L1", "--dataset", "mnist", "--precision", "float16"], "precision: expected one of float32, mixed_bfloat16"),
        (["nope", "--dataset", "mnist"], "nope"),
    ],
)
def test_what_cannot_be_forecast_is_told_in_one_line(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["forecast", *arguments])
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


class Scripted(Calibrator):
    """Stands where it is told to, one after another."""

    def __init__(self, *standings: Standing) -> None:
        self._standings = iter(standings)

    def poll(self) -> Standing:
        return next(self._standings)


def test_it_says_once_what_it_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    steps = (Standing("waiting"), Standing("measuring"), Standing("measuring"), Standing("ready", CALIBRATION))
    assert wait_for(Scripted(*steps)) == CALIBRATION
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "A run is training" in said[0]
    assert "Measuring" in said[1]


def test_a_failed_measurement_is_an_error() -> None:
    with pytest.raises(click.ClickException, match="code 7"):
        wait_for(Scripted(Standing("failed", reason="the measurement ended with code 7")))
