"""Shapes and counts are hidden, worked out, and checked."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from tests.support.build_app import operate, shown
from tests.support.paths import APP

DOC = "0123456789abcdef"


@pytest.fixture
def hidden(own_home: Path) -> AppTest:
    """The Build page on L1, its shapes hidden."""
    DocumentStore(own_home / "documents").save(DOC, Document.of(PRESETS["L1"].architecture, "digits"))
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["doc"] = DOC
    return operate(at.run(), {"op": "conceal", "on": True})


def everything(at: AppTest) -> str:
    """All text that the page hands to the browser."""
    texts = [element.proto.body for element in at.get("html")]
    texts += [element.proto.json for element in at.get("bidi_component")]
    return "\n".join([*texts, *(one.value for one in [*at.markdown, *at.caption])])


def row(at: AppTest, number: int) -> dict[str, Any]:
    found: dict[str, Any] = shown(at, "answers")["rows"][number - 1]
    return found


def test_nothing_on_the_page_tells_a_shape_or_a_count(hidden: AppTest) -> None:
    for view in ("Trace", "Costs", "Compare"):
        hidden.button_group(key="view").set_value(view).run()
        assert not hidden.exception
        text = everything(hidden)
        for secret in ("26×26×32", "11×11×64", "7744", "7,744", "515,146", "18,496"):
            assert secret not in text, (view, secret)


def test_answers_are_marked(hidden: AppTest) -> None:
    assert "Empty fields are not checked" in shown(hidden, "answers")["told"]
    hidden.session_state["answers"] = {"given": {"l0": ["26x26x32", "300"], "l1": ["13 13 32", ""]}}
    hidden.run()
    assert (row(hidden, 1)["right"], row(hidden, 2)["right"]) == ([True, False], [True, None])
    assert shown(hidden, "answers")["told"] == "2 of 12 are right, 1 not."


def test_what_the_browser_sends_is_not_trusted(hidden: AppTest) -> None:
    for sent in (None, [], {"l0": "x"}, {"l0": [1, 2]}, {"l0": ["a", "b", "c"]}):
        hidden.session_state["answers"] = {"given": sent}
        assert not hidden.run().exception


def test_they_stay_hidden_after_a_reload_and_an_edit_and_come_back(hidden: AppTest) -> None:
    again = AppTest.from_file(APP, default_timeout=60)
    again.query_params["doc"] = DOC
    again.run()
    assert shown(again, "stack")["concealed"]
    operate(again, {"op": "remove"})
    assert row(again, 1)["type"] == "MaxPooling2D"
    operate(again, {"op": "undo"})
    operate(again, {"op": "conceal", "on": False})
    assert not shown(again, "answers")
    assert "515,146" in everything(again)


def test_a_layer_that_is_not_reached_has_no_answer(hidden: AppTest) -> None:
    operate(hidden, {"op": "set", "id": "l2", "name": "kernel_size", "value": 100})
    assert [row(hidden, number)["open"] for number in range(1, 7)] == [True, True, False, False, False, False]
