"""The command line's options of how to train: what they ask for, and what is refused."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cnn_builder.architecture import PRESETS
from cnn_builder.cli import main
from cnn_builder.cli.train import own_drawings, train
from cnn_builder.cli.train_options import GroupedOption
from cnn_builder.cli.training_settings import preset_settings
from cnn_builder.data import DATASETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.drawings import keep_drawings


def refused(*options: str) -> Result:
    result = CliRunner().invoke(main, ["train", "L2", "--dataset", "digits", *options])
    assert result.exit_code == 1 and result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1
    with Store.open(Settings.from_env()) as store:
        assert store.list() == []
    return result


def refused_on(dataset: str, *options: str) -> str:
    """The same on another data set; only the message."""
    result = CliRunner().invoke(main, ["train", "L1", "--dataset", dataset, *options])
    assert result.exit_code == 1 and result.stderr.count("Error: ") == 1
    return result.stderr


def asked_for(*options: str) -> RunSettings:
    """What a command line asks for, read as `train` reads it, without training."""
    seen: dict[str, Any] = {}
    reader = click.Command("train", params=train.params, callback=seen.update)
    assert CliRunner().invoke(reader, ["L2", "--dataset", "digits", *options]).exit_code == 0
    given = {name: value for name, value in seen.items() if value is not None}
    return RunSettings(**{name: given[name] for name in RunSettings.model_fields if name in given})


def test_without_options_it_is_the_default_run() -> None:
    assert asked_for() == RunSettings()


def test_a_preset_brings_its_own_settings_and_options_go_before_them() -> None:
    def own(*arguments: str) -> dict[str, Any]:
        context = train.make_context("train", [*arguments, "--dataset", "mnist_sample"])
        return preset_settings(context.params["spec"], context)

    training = dict(PRESETS["First-reader"].training)
    assert own("First-reader") == training and training["epochs"] > 5
    without = {name: value for name, value in training.items() if name not in ("epochs", "batch_size")}
    assert own("First-reader", "--epochs", "5", "--batch-size", "32") == without
    for epochs in (1, 2, 100):  # what is left of them stays a request that is valid
        RunSettings(**{**training, "epochs": epochs})
    assert own("L1") == own("my-network.json") == {}


def test_every_setting_has_its_option() -> None:
    names = {parameter.name for parameter in train.params}
    assert set(RunSettings.model_fields) <= names


def test_options_are_settings() -> None:
    wanted = {
        **{"optimizer": "SGD", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "clipnorm": 1.0},
        **{"schedule": "step", "warmup_epochs": 0.5, "decay_epochs": 2.0, "decay_rate": 0.1, "l2": 0.001},
        **{"label_smoothing": 0.1, "early_stopping": 3, "reduce_on_plateau": 2, "plateau_factor": 0.5},
        **{"min_delta": 0.01, "monitor": "val_accuracy", "shuffle": False, "deterministic": True},
        **{"precision": "mixed_bfloat16"},
    }
    options = []
    for name, value in wanted.items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            options.append(flag if value else flag.replace("--", "--no-"))
        else:
            options += [flag, str(value)]
    assert asked_for(*options) == RunSettings(**wanted)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--nesterov"], ["nesterov", "SGD"]),
        (["--optimizer", "sgd", "--nesterov"], ["nesterov", "momentum above 0"]),
        (["--schedule", "linear"], ["schedule", "cosine", "'linear'"]),
        (["--warmup-epochs", "5"], ["warmup_epochs", "less than the 5 epochs"]),
        (["--clipnorm", "1", "--clipvalue", "1"], ["clipvalue", "clipnorm is set"]),
        (["--label-smoothing", "nan"], ["label_smoothing", "nan"]),
        (["--class-weight", "11=2"], ["class_weight", "11=2"]),
        (["--class-weight", "7=-1"], ["class_weight", "at least 0"]),
        (["--early-stopping", "2", "--validation-data", "test"], ["early_stopping", "must not decide"]),
        (["--reduce-on-plateau", "0"], ["reduce_on_plateau", "received 0"]),
    ],
)
def test_what_cannot_be_is_told_in_one_line(options: list[str], words: list[str]) -> None:
    told = refused(*options).stderr
    for word in words:
        assert word in told


def test_the_help_is_grouped_and_says_everything() -> None:
    shown = CliRunner().invoke(main, ["train", "--help"]).stdout
    for heading in ("Options:", "Optimizer:", "Learning rate schedule:", "Regularization:", "Data:"):
        assert f"\n{heading}\n" in shown
    for parameter in train.params:
        if isinstance(parameter, GroupedOption):
            assert parameter.help and parameter.opts[0] in shown


def test_own_drawings_are_taken_as_they_are_now_or_refused(own_home: Path) -> None:
    assert "no drawings that fit Digits 8×8" in refused("--own-drawings").stderr
    keep_drawings(own_home, 12)
    info, settings = DATASETS["digits"], Settings.from_env()
    assert own_drawings(info, RunSettings(), settings) is None
    taken = own_drawings(info, RunSettings(own_drawings=True), settings)
    assert taken is not None and (len(taken.y_train), len(taken.y_test)) == (10, 2)
    assert "Those saved for Digits 8×8 (built in) do not fit" in refused_on("mnist", "--own-drawings")
