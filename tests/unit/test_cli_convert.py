"""`convert` and SPEC: every form out, every kind of file in."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cnn_builder.architecture import PRESETS, keras_code
from cnn_builder.architecture.opening import open_network
from cnn_builder.cli import main

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [{"class_name": "Flatten", "config": {"batch_input_shape": [None, 8, 8, 1]}}],
    },
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


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
    assert run("convert", "L2", "--to", "ipynb", "--dataset", "nothing").exit_code == 2


def test_pictures_and_tables_go_out() -> None:
    svg = run("convert", "L3", "--to", "svg")
    assert svg.exit_code == 0
    assert ElementTree.fromstring(svg.stdout).tag.endswith("svg")
    markdown = run("convert", "L3", "--to", "md")
    assert "| 6 | Dense | 64 · relu | does not fit |" in markdown.stdout


def test_keras_own_description_is_a_spec(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps(CONFIG), encoding="utf-8")
    assert keras_code.parse(run("convert", str(file), "--to", "py").stdout).layers[0].type == "Flatten"


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
