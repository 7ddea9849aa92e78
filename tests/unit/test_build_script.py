from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import LAYER_TYPES, PRESETS
from cnn_builder.ui.document import Document, DocumentStore

APP = str(Path(__file__).resolve().parents[2] / "app.py")
DOC = "0123456789abcdef"

Open = Callable[..., AppTest]


@pytest.fixture
def open_app(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the Build page, on a saved document if one is given."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)

    def make(document: Document | None = None) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=30)
        if document is not None:
            DocumentStore(own_home / "documents").save(DOC, document)
            at.query_params["doc"] = DOC
        at.run()
        assert not at.exception
        return at

    return make


def lesson(name: str) -> Document:
    return Document.of(PRESETS[name].architecture, "digits")


def saved(home: Path) -> Document:
    document = DocumentStore(home / "documents").load(DOC)
    assert document is not None
    return document


def page_html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def labelled(at: AppTest, kind: str, label: str) -> object:
    return next(element for element in getattr(at, kind) if element.label == label)


def test_a_newcomer_sees_the_first_lesson(open_app: Open) -> None:
    at = open_app()
    assert "515,146" in page_html(at)
    assert at.query_params["doc"]


def test_an_edit_changes_the_totals_and_is_saved(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "number_input", "Filters").set_value(8).run()
    assert "501,082" in page_html(at)
    assert saved(own_home).architecture.layers[0].filters == 8
    at.button(key="undo").click().run()
    assert saved(own_home).architecture == PRESETS["L1"].architecture
    assert labelled(at, "number_input", "Filters").value == 32


def test_one_number_of_a_pair_leaves_the_other(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "number_input", "Kernel height").set_value(5).run()
    assert saved(own_home).architecture.layers[0].kernel_size == (5, 3)


def test_an_optional_pair_fills_and_empties_as_one(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select("l1"))
    labelled(at, "number_input", "Strides height").set_value(1).run()
    assert saved(own_home).architecture.layers[1].strides == (1, 1)
    labelled(at, "number_input", "Strides width").set_value(None).run()
    assert saved(own_home).architecture.layers[1].strides is None


def test_a_wrong_setting_is_told_and_the_old_value_stays(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "number_input", "Filters").set_value(-1).run()
    assert any("Expected a whole number" in text.value for text in at.markdown)
    assert labelled(at, "number_input", "Filters").value == 32
    assert not at.exception
    labelled(at, "number_input", "Filters").set_value(4).run()
    assert not any("Expected" in text.value for text in at.markdown)


def test_a_layer_that_does_not_fit_is_repaired_in_one_click(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L3"))
    assert any("Layer 6" in text.value and "Dense needs a vector" in text.value for text in at.markdown)
    at.button(key="repair-0").click().run()
    assert "93,322" in page_html(at)
    assert saved(own_home).layer == LAYER_TYPES["Flatten"].example()


def test_another_data_set_sets_the_input(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "selectbox", "Data set").set_value("cifar10").run()
    document = saved(own_home)
    assert (document.architecture.input_shape, document.dataset) == ((32, 32, 3), "cifar10")


def test_outputs_unlike_the_classes_are_mended_in_one_click(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select("l5").change(units=7))
    at.button(key="fix-units-0").click().run()
    assert saved(own_home).architecture == PRESETS["L1"].architecture


def test_a_preset_opens_and_can_be_undone(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "selectbox", "Start from").set_value("LeNet-5").run()
    assert "61,706" in page_html(at)
    at.button(key="undo").click().run()
    assert saved(own_home).architecture == PRESETS["L1"].architecture


@pytest.mark.parametrize("name", list(LAYER_TYPES))
def test_every_layer_type_can_be_added_and_shows_its_settings(open_app: Open, own_home: Path, name: str) -> None:
    at = open_app(lesson("L1").select_gap(1))
    at.button(key=f"add-{name}").click().run()
    assert not at.exception
    assert not at.error
    layer = saved(own_home).layer
    assert layer is not None
    assert layer.type == name
    assert f"## Layer 2 · {name}" in [text.value for text in at.markdown]


def test_the_buttons_of_a_layer(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select("l1"))
    at.button(key="duplicate").click().run()
    at.button(key="later").click().run()
    assert saved(own_home).ids == ("l0", "l1", "l2", "l6", "l3", "l4", "l5")
    at.button(key="delete").click().run()
    assert saved(own_home).selected == "l3"
    at.button(key="add-after").click().run()
    assert saved(own_home).gap == 4


def test_an_unreadable_document_is_told_and_kept(open_app: Open, own_home: Path) -> None:
    file = own_home / "documents" / f"{DOC}.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    at = AppTest.from_file(APP, default_timeout=30)
    at.query_params["doc"] = DOC
    at.run()
    assert "cannot be read" in at.error[0].value
    assert at.query_params["doc"] != [DOC]
    assert file.read_text() == "{"


def test_a_name_with_markup_is_shown_as_text(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "text_input", "Name").set_value("<script>alert(1)</script> **x**").run()
    assert saved(own_home).architecture.name == "<script>alert(1)</script> **x**"
    assert "<script>" not in page_html(at)
