"""`convert` and SPEC: every form out, every kind of file in."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.formats.opening import open_network
from tests.support.command_line import run

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [{"class_name": "Flatten", "config": {"batch_input_shape": [None, 8, 8, 1]}}],
    },
}


@pytest.mark.parametrize("form", ["json", "py", "ipynb"])
def test_what_goes_out_comes_in_again(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"out.{form}"
    assert run("convert", "L2", "--to", form, "-o", str(file)).exit_code == 0
    assert open_network(file.name, file.read_bytes()) == PRESETS["L2"].architecture
    traced = run("trace", str(file), "--json")
    assert json.loads(traced.stdout)["total_params"] == 421_642


def test_a_notebook_has_the_data_set_of_its_preset_or_the_one_asked_for() -> None:
    assert "fashion_mnist.load_data" in run("convert", "L2", "--to", "ipynb").stdout
    assert "load_digits" in run("convert", "L2", "--to", "ipynb", "--dataset", "digits").stdout
    assert "mnist_data()" in run("convert", "L2", "--to", "ipynb", "--dataset", "mnist_sample").stdout
    assert run("convert", "L2", "--to", "ipynb", "--dataset", "nothing").exit_code == 2


def test_a_notebook_trains_with_the_presets_own_settings_and_options_go_before_them() -> None:
    own = run("convert", "First-reader", "--to", "ipynb")
    assert "CosineDecay(0.002, 12 * steps)" in own.stdout and "epochs=12" in own.stdout
    assert "validation_data=(x_test, y_test)" in own.stdout and "mnist_data()" in own.stdout
    assert own.stderr == (
        "First-reader has its own settings: 12 epochs, learning rate 0.002, validated on the test images, "
        "cosine schedule.\n"
    )
    asked = run("convert", "First-reader", "--to", "ipynb", "--epochs", "3", "--seed", "9")
    assert "epochs=3" in asked.stdout and "set_random_seed(9)" in asked.stdout and "3 * steps" in asked.stdout
    assert "12 epochs" not in asked.stderr
    assert "epochs=5" in run("convert", "L1", "--to", "ipynb").stdout


def test_a_notebook_trains_as_the_code_of_the_file_does(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    options = ("--dataset", "fashion_mnist", "--optimizer", "sgd", "--momentum", "0.9", "--batch-size", "64")
    assert run("convert", "L2", "--to", "ipynb", "-o", str(first), *options).exit_code == 0
    done = run("convert", str(first), "--to", "ipynb", "-o", str(second))
    assert done.exit_code == 0
    assert second.read_text("utf-8") == first.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--to", "py", "--epochs", "3"], 2, "--epochs goes with --to ipynb only"),
        (["--to", "ipynb", "--epochs", "0"], 1, "epochs: expected a whole number"),
        (["--to", "ipynb", "--class-weight", "11=2"], 1, "class_weight"),
    ],
)
def test_training_options_that_cannot_be_are_one_line(arguments: list[str], code: int, words: str) -> None:
    done = run("convert", "L2", *arguments)
    assert done.exit_code == code and words in done.stderr and done.stdout == ""


def test_pictures_and_tables_go_out() -> None:
    svg = run("convert", "L3", "--to", "svg")
    assert svg.exit_code == 0
    assert ElementTree.fromstring(svg.stdout).tag.endswith("svg")
    markdown = run("convert", "L3", "--to", "md")
    assert "| 6 | Dense | 64 · relu | does not fit |" in markdown.stdout


def test_keras_own_description_is_a_spec(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps(CONFIG), encoding="utf-8")
    assert keras_code.parse_code(run("convert", str(file), "--to", "py").stdout).layers[0].type == "Flatten"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.h5", b"\x89HDF", "HDF5"),
        ("a.keras", b"PK", "not a whole .keras file"),
        ("a.ipynb", b"{}", "not a notebook"),
        ("a.py", b"x = (", "Line 1, column 5"),
    ],
)
def test_a_file_that_cannot_be_opened_is_one_line(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    result = run("trace", str(file))
    assert result.exit_code == 1
    assert word in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(("shape", "loads"), [((3072,), "cifar10"), ((784,), "mnist"), ((28, 28), "mnist")])
def test_a_notebook_loads_images_that_the_input_takes(tmp_path: Path, shape: tuple[int, ...], loads: str) -> None:
    file = tmp_path / "n.json"
    data = {"input_shape": shape, "layers": [{"type": "Flatten"}, {"type": "Dense", "units": 10}]}
    file.write_text(json.dumps(data))
    assert f"datasets.{loads}.load_data" in run("convert", str(file), "--to", "ipynb").stdout
