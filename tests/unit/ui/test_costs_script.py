"""The formula panel and the Costs view, drawn by the real page script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.runs.forecast import KINDS, Calibration, Rates
from cnn_builder.runs.forecast.calibration import write_calibration
from tests.support.build_app import operate, set_field, shown
from tests.support.paths import APP

DOC = "0123456789abcdef"
RATES = Rates(dict.fromkeys(KINDS, 0.0) | {"step": 0.01})
Open = Callable[..., AppTest]


@pytest.fixture
def open_app(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the Build page on a preset, a layer selected, with the machine measured."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    write_calibration(own_home / "calibration.json", Calibration(RATES, RATES, RATES, 0.1))

    def make(preset: str, layer: int = 0) -> AppTest:
        document = Document.of(PRESETS[preset].architecture, "digits").select(f"l{layer}")
        DocumentStore(own_home / "documents").save(DOC, document)
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["doc"] = DOC
        at.run()
        assert not at.exception
        return at

    return make


def page_html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def formula(at: AppTest) -> str:
    """The rules and the picture of the selected layer, as HTML."""
    data = shown(at, "formula")
    return data["rules"] + data["window"]


def choose(at: AppTest, row: int, column: int) -> None:
    """Choose an output position, from 1, as the browser does."""
    layer = shown(at, "formula")["position"]["layer"]
    at.session_state["formula"] = {"position": {"layer": layer, "row": row - 1, "column": column - 1}}
    at.run()


def position(at: AppTest) -> tuple[int, int, int]:
    """Row and column that are shown, from 1, and of how many rows."""
    at_ = shown(at, "formula")["position"]
    return at_["row"] + 1, at_["column"] + 1, at_["rows"]


def said(at: AppTest) -> str:
    return "\n".join(caption.value for caption in at.caption)


def labelled(at: AppTest, label: str) -> object:
    return next(element for element in at.number_input if element.label == label)


def costs(at: AppTest) -> AppTest:
    at.segmented_control(key="view").set_value("Costs")
    at.run()
    assert not at.exception
    return at


def test_the_window_moves_to_the_position_that_is_chosen(open_app: Open) -> None:
    at = open_app("L1", 2)
    assert "Output row 1, column 1 is computed from rows 1–3 and columns 1–3" in formula(at)
    choose(at, 5, 11)
    assert "Output row 5, column 11 is computed from rows 5–7 and columns 11–13 of the input." in formula(at)
    assert "Its receptive field is rows 9–16 and columns 21–28 of the image: 8×8 pixels." in formula(at)


def test_each_layer_keeps_its_own_position(open_app: Open) -> None:
    at = open_app("L1", 2)
    choose(at, 5, 1)
    operate(at, {"op": "select", "id": "l1"})
    assert position(at) == (1, 1, 13)
    operate(at, {"op": "select", "id": "l2"})
    assert position(at) == (5, 1, 11)


def test_a_map_that_shrinks_keeps_the_position_inside(open_app: Open) -> None:
    at = open_app("L1")
    choose(at, 26, 1)
    set_field(at, "Kernel height", 28)
    assert position(at) == (1, 1, 1)
    assert not at.exception


@pytest.mark.parametrize("sent", [None, {}, {"layer": 3}, {"layer": "l0", "row": -1, "column": 0}, {"row": 1}, "x"])
def test_a_position_that_makes_no_sense_changes_nothing(open_app: Open, sent: object) -> None:
    at = open_app("L1")
    at.session_state["formula"] = {"position": sent}
    at.run()
    assert not at.exception
    assert position(at) == (1, 1, 26)


def test_layers_without_a_window_show_their_own_picture(open_app: Open) -> None:
    assert "Each of the 64 outputs is a weighted sum of all 7,744 inputs" in formula(open_app("L1", 4))


def test_a_layer_that_does_not_fit_has_no_formula(open_app: Open) -> None:
    assert "It does not fit: 3×3×64 arrives here." in formula(open_app("L3", 5))


def test_costs_are_shown_with_memory_and_a_forecast(open_app: Open) -> None:
    at = costs(open_app("L1"))
    html = page_html(at)
    assert "96 %" in html
    assert "None in the other 2 layers." in html
    assert "13.8 MB" in html
    # digits: 1,437 images, 90 % of them in batches of 32, the rest validated in one
    assert any("0.4 s" in text.value for text in at.markdown)
    assert "1,293 images in 41 steps of 32" in said(at)


def test_a_machine_that_was_busy_when_measured_is_told_so(open_app: Open, own_home: Path) -> None:
    at = open_app("L1")
    write_calibration(own_home / "calibration.json", Calibration(RATES, RATES, RATES, 0.1, busy=True))
    assert "busy with something else" in said(costs(at))


def test_another_batch_size_changes_memory_and_forecast(open_app: Open) -> None:
    at = costs(open_app("L1"))
    labelled(at, "Batch size").set_value(64).run()
    assert "19.3 MB" in page_html(at)
    assert "in 21 steps of 64" in said(at)


def test_a_network_that_does_not_fit_has_costs_up_to_there_and_no_forecast(open_app: Open) -> None:
    at = costs(open_app("L3"))
    assert "does not fit together yet" in said(at)
    assert "55,744" in page_html(at)
