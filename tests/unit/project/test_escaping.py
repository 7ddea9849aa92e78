"""What users write is text wherever it goes out: never markup and never code.

The report, the CSV of runs and the exported page have theirs in `test_report`, `test_compare` and `test_offline`.
"""

import ast
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import numpy as np
import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.trace import trace
from cnn_builder.figures.bars import Bar, bars_html
from cnn_builder.figures.confusion import confusion_table
from cnn_builder.figures.diagram import diagram
from cnn_builder.figures.line_chart import Line, line_chart
from cnn_builder.figures.trace_markdown import trace_markdown
from cnn_builder.runs import RunSettings
from cnn_builder.runs.results.training_code import run_notebook, run_script
from cnn_builder.ui.shared.text import plain

NASTY = '</title></script><script>alert(1)</script><img src=x onerror="alert(2)">\'); import os #'
NETWORK = PRESETS["L1"].architecture.with_name(NASTY)
MARKUP = re.compile(r"<script|<img|</title></script", re.IGNORECASE)


def notebooks_words() -> str:
    cells = json.loads(run_notebook(NETWORK, "mnist", RunSettings()))["cells"]
    return "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


SHOWN: dict[str, Callable[[], str]] = {
    "SVG": lambda: diagram(NETWORK, trace(NETWORK)).replace("<title", "", 1),
    "the trace in Markdown": lambda: trace_markdown(NETWORK, trace(NETWORK)),
    "a notebook": notebooks_words,
    "text on a page": lambda: plain(NASTY),
    "class names in a matrix": lambda: confusion_table((NASTY, "b"), np.array([[3, 0], [1, 2]])),
    "bars": lambda: bars_html(NASTY, [Bar(NASTY, 1, "red")]),
    "a chart": lambda: line_chart(NASTY, [Line(NASTY, "red", [(0, 0), (1, 1)])]),
}


@pytest.mark.parametrize("place", SHOWN)
def test_what_users_write_is_escaped(place: str) -> None:
    text = SHOWN[place]()
    assert "alert" in text, "it is not shown at all"
    assert not re.search(r"(?<!\\)<(script|img)", text) and "</title></script" not in text


def test_the_picture_is_one_document() -> None:
    root = ElementTree.fromstring(diagram(NETWORK, trace(NETWORK)))
    assert not [element for element in root.iter() if element.tag.rpartition("}")[2] in ("script", "img", "image")]


@pytest.mark.parametrize("write", [keras_code.write_code, lambda one: run_script(one, "mnist", RunSettings())])
def test_a_name_in_code_stays_a_name(write: Callable[..., str]) -> None:
    """Quotes in it end no text: nothing but Keras is imported, and it is read back as it was."""
    code = write(NETWORK)
    imported = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert "os" not in {alias.name for node in imported for alias in node.names}
    assert keras_code.parse_code(code).name == NASTY
