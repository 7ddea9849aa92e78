"""The Code view, and the forms a network goes out in."""

import ast
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, trace
from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.architecture.formats.opening import open_network
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.figures.diagram import diagram
from cnn_builder.figures.trace_markdown import trace_markdown
from cnn_builder.runs import RunSettings
from cnn_builder.runs.results.training_code import run_notebook
from tests.support.paths import APP

DOC = "0123456789abcdef"
PASTE, SVG = "code-paste", "{http://www.w3.org/2000/svg}"
L1, L3 = PRESETS["L1"].architecture, PRESETS["L3"].architecture
BROKEN = "import keras\n\nmodel = keras.Sequential([\n    keras.Input((28, 28, 1)),\n\nmodel.summary()\n"

# The page ------------------------------------------------------------------------------------------------

Open = Callable[[], AppTest]


@pytest.fixture
def code_view(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the Build page on L1 with its Code view shown."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)

    def make() -> AppTest:
        at = AppTest.from_file(APP, default_timeout=60)
        DocumentStore(own_home / "documents").save(DOC, Document.of(L1, "digits"))
        at.query_params["doc"] = DOC
        at.run()
        at = at.button_group(key="view").set_value("Code").run()
        assert not at.exception
        return at

    return make


def test_every_form_is_shown_and_can_be_downloaded(code_view: Open) -> None:
    at = code_view()
    for form in ("Python", "Notebook", "JSON", "SVG", "Markdown"):
        at.button_group(key="code-form").set_value(form).run()
        assert not at.exception
        assert at.get("download_button")[-1].proto.label == "Download"
    assert "<script" not in "".join(element.proto.body for element in at.get("html"))


# The forms -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", ["mnist", "mnist_sample", "fashion_mnist", "cifar10", "digits", "my own"])
def test_a_notebook_is_whole_and_reads_back(dataset: str) -> None:
    text = run_notebook(L1.with_name("A *net* / <b>"), dataset, RunSettings())
    data = json.loads(text)
    assert (data["nbformat"], data["nbformat_minor"]) == (4, 5)
    required = {"markdown": {"cell_type", "id", "metadata", "source"}}
    required["code"] = required["markdown"] | {"execution_count", "outputs"}
    assert all(set(cell) == required[cell["cell_type"]] for cell in data["cells"])
    assert len({cell["id"] for cell in data["cells"]}) == len(data["cells"])
    for cell in notebook.code_cells(text.encode()):
        ast.parse(cell)
    assert open_network("a.ipynb", text.encode()).layers == L1.layers
    assert "<b>" not in "".join(data["cells"][0]["source"]).replace("\\<", "")


def test_a_notebook_without_a_softmax_trains_on_logits() -> None:
    logits = L1.replace(5, L1.layers[5].changed(activation=None))
    assert "from_logits=False" in run_notebook(L1, "mnist", RunSettings())
    assert "from_logits=True" in run_notebook(logits, "mnist", RunSettings())


@pytest.mark.parametrize(
    ("images", "shape", "fits"),
    [
        ((6, 28, 28), (28, 28, 1), True),
        ((6, 32, 32, 3), (32, 32, 3), True),
        ((4, 28, 28), (14, 14, 1), False),
        ((4, 28, 28), (14, 56, 1), False),
        ((4, 32, 32, 3), (32, 32, 1), False),
        ((4, 28, 28), (28, 28, 3), False),
    ],
)
def test_a_notebook_does_not_cut_images_up_for_another_input(
    images: tuple[int, ...], shape: tuple[int, int, int], fits: bool
) -> None:
    network = Architecture(shape, L1.layers)
    loading = notebook.code_cells(run_notebook(network, "mnist", RunSettings()).encode())[1]
    scaling = loading.partition("load_data()")[2]
    names = {part: np.full(images if part[0] == "x" else images[:1], 255) for part in ("x_train", "x_test")}
    names |= {"y_train": np.zeros(images[0]), "y_test": np.zeros(images[0])}
    if fits:
        exec(scaling, names)
        assert names["x_train"].shape == (images[0], *shape)
        assert names["x_test"].max() == 1
    else:
        with pytest.raises(ValueError, match=r"The network takes images of .*, these are .*: resize them"):
            exec(scaling, names)


def texts(svg: str) -> list[str]:
    return [str(element.text) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_diagram_says_every_layer_its_settings_and_shape() -> None:
    found = texts(diagram(L1, trace(L1)))
    assert found[:6] == ["Input", "28×28×1", "Conv2D", "32 @ 3×3", "relu", "26×26×32"]
    assert found[-3:] == ["10", "softmax", "10"]
    broken = texts(diagram(L3, trace(L3)))
    assert broken.count("does not fit") == 1


@pytest.mark.parametrize("count", [0, 1, 12, 13, 100])
def test_a_long_stack_goes_on_in_the_next_row(count: int) -> None:
    network = Architecture((8, 8, 1), (LAYER_TYPES["ReLU"].example(),) * count, "<&\"'>")
    svg = ElementTree.fromstring(diagram(network, trace(network)))
    titles = [element for element in svg.iter(f"{SVG}text") if element.get("font-weight")]
    feet = [element.get("y") for element in titles]
    assert len(titles) == count + 1
    assert all(feet.count(y) <= 13 for y in feet)
    assert len(set(feet)) == -(-(count + 1) // 13)
    width = float(svg.get("width", "0"))
    assert all(0 <= float(element.get("x", "-1")) <= width for element in svg.iter(f"{SVG}text"))


def test_the_trace_as_markdown_has_a_row_a_layer_and_the_totals() -> None:
    lines = trace_markdown(L1.with_name("a|b"), trace(L1)).splitlines()
    assert lines[0] == "**a\\|b**"
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + 1 + len(L1.layers) + 1
    assert {row.count("|") for row in rows} == {8}
    assert rows[3] == "| 1 | Conv2D | 32 @ 3×3 · relu | 26×26×32 | 320 | 194,688 | 3×3 |"
    assert "**515,146**" in rows[-1]
    assert "does not fit" in trace_markdown(L3, trace(L3))


@pytest.mark.parametrize("name", ["every layer", "a/b", "", "-x", "ä ö", "Ünï", "'); import os; ('", "#"])
def test_code_has_a_name_that_keras_can_train_under_and_keeps_ours(name: str) -> None:
    source = keras_code.write_code(L1.with_name(name))
    call = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword) and node.arg == "name")
    assert isinstance(call.value, ast.Constant)
    assert call.value.value.isascii()
    assert all(char.isalnum() or char in "_.-" for char in call.value.value)
    assert call.value.value[0].isalnum() or call.value.value[0] == "."
    assert keras_code.parse_code(source).name == name
