from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, notices
from cnn_builder.architecture.formats import link
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import INPUT, Document
from cnn_builder.documents.library import Networks
from cnn_builder.ui.shared import linked_field
from tests.support.build_app import fields, operate, redo, set_field, shown, undo
from tests.support.paths import APP

DOC = "0123456789abcdef"

Open = Callable[..., AppTest]


@pytest.fixture
def open_app(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the Build page, on a saved document if one is given."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)

    def make(document: Document | None = None) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=60)
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


def test_the_notices_are_computed_once_an_edit(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Architecture] = []

    def counted(architecture: Architecture, *rest: Any) -> Any:
        asked.append(architecture)
        return notices(architecture, *rest)

    monkeypatch.setattr("cnn_builder.ui.build.problems.notices", counted)
    at = open_app(lesson("L2"))
    asked.clear()
    at.run()
    assert len(asked) == 1


def document_named(at: AppTest) -> str:
    """The document that the address names."""
    named = at.query_params["doc"]
    return named if isinstance(named, str) else named[0]


def labelled(at: AppTest, kind: str, label: str) -> object:
    return next(element for element in getattr(at, kind) if element.label == label)


def test_a_newcomer_sees_the_first_lesson(open_app: Open) -> None:
    at = open_app().switch_page("pages/build.py").run()
    assert "515,146" in page_html(at)
    assert at.query_params["doc"]


def test_an_edit_changes_the_totals_and_is_saved(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Filters", 8)
    assert "501,082" in page_html(at)
    assert saved(own_home).architecture.layers[0].filters == 8
    undo(at)
    assert saved(own_home).architecture == PRESETS["L1"].architecture
    assert fields(at)["Filters"]["value"] == 32


def test_one_number_of_a_pair_leaves_the_other(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Kernel height", 5)
    assert saved(own_home).architecture.layers[0].kernel_size == (5, 3)


def test_an_optional_pair_fills_and_empties_as_one(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select("l1"))
    set_field(at, "Strides height", 1)
    assert saved(own_home).architecture.layers[1].strides == (1, 1)
    set_field(at, "Strides width", None)
    assert saved(own_home).architecture.layers[1].strides is None


def test_a_wrong_setting_is_told_and_the_old_value_stays(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Filters", -1)
    assert shown(at, "inspector")["errors"]["filters"].startswith("Expected a whole number from 1")
    assert fields(at)["Filters"]["value"] == 32
    assert not at.exception
    set_field(at, "Filters", 4)
    assert shown(at, "inspector")["errors"] == {}


def test_a_refusal_is_forgotten_when_the_network_changes(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Kernel height", 5)
    set_field(at, "Filters", -1)
    assert "filters" in shown(at, "inspector")["errors"]
    undo(at)
    assert shown(at, "inspector")["errors"] == {}


def test_what_was_wrong_with_a_pair_is_told_in_plain_numbers(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Strides height", 0)
    assert "received 0 × 1" in shown(at, "inspector")["errors"]["strides"]


def test_no_activation_is_one_of_the_choices(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Activation", None)
    assert saved(own_home).architecture.layers[0].activation is None
    assert fields(at)["Activation"]["value"] == "none"
    set_field(at, "Activation", "tanh")
    assert saved(own_home).architecture.layers[0].activation == "tanh"


def test_a_preset_tells_its_story_until_it_is_changed(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    assert PRESETS["L1"].story in page_html(at)
    set_field(at, "Filters", 8)
    assert PRESETS["L1"].story not in page_html(at)


def test_nothing_is_counted_where_the_first_layer_does_not_fit(open_app: Open) -> None:
    at = open_app(lesson("L1").change(kernel_size=100))
    assert "The first layer does not fit" in page_html(at)
    assert "up to layer" not in page_html(at)


def test_the_layer_that_does_not_fit_is_shown_on_demand(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L3"))
    at.button(key="show-misfit").click().run()
    assert saved(own_home).index == 5
    assert not [button for button in at.button if button.key == "show-misfit"]


def test_an_edit_goes_on_from_what_another_tab_has_saved(open_app: Open, own_home: Path) -> None:
    first, second = open_app(lesson("L1")), AppTest.from_file(APP, default_timeout=60)
    second.query_params["doc"] = DOC
    second.run()
    set_field(second, "Filters", 8)
    operate(first, {"op": "duplicate"})
    assert [layer.filters for layer in saved(own_home).architecture.layers[:2]] == [8, 8]
    assert fields(first)["Filters"]["value"] == 8


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
    undo(at)
    assert saved(own_home).architecture == PRESETS["L1"].architecture


def test_every_layer_type_can_be_added_and_shows_its_settings(open_app: Open, own_home: Path) -> None:
    entries = {name: layer for kind in LAYER_TYPES.values() for name, layer in kind.examples().items()}
    at = open_app(lesson("L1").select_gap(1))
    assert labelled(at, "selectbox", "Find a layer").options == [
        f"{name} · {entries[name].summary}" for name in entries
    ]
    for name, layer in entries.items():
        at.button(key=f"add-{name}").click().run()
        assert not at.exception
        assert not at.error
        assert saved(own_home).layer == layer
        assert shown(at, "inspector")["title"] == f"Layer 2 · {layer.type}"
        undo(at)
        assert saved(own_home).gap == 1


def test_a_layer_is_found_by_typing(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select_gap(6))
    search = labelled(at, "selectbox", "Find a layer")
    search.set_value("GELU").run()
    assert saved(own_home).layer == LAYER_TYPES["Activation"].examples()["GELU"]
    operate(at, {"op": "gap", "index": saved(own_home).index + 1})
    assert labelled(at, "selectbox", "Find a layer").value is None


def test_an_unreadable_document_is_told_and_kept(open_app: Open, own_home: Path) -> None:
    file = own_home / "documents" / f"{DOC}.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    at = AppTest.from_file(APP, default_timeout=60)
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


def test_the_input_is_changed(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select(INPUT))
    assert fields(at)["Height"]["value"] == 28
    set_field(at, "Height", 32)
    assert saved(own_home).architecture.input_shape == (32, 28, 1)
    assert saved(own_home).on_input
    set_field(at, "Channels", 0)
    assert shown(at, "inspector")["errors"]["channels"] == "Expected a whole number from 1 to 10,000, received 0."
    assert saved(own_home).architecture.input_shape == (32, 28, 1)
    undo(at)
    assert fields(at)["Height"]["value"] == 28


def test_undo_survives_another_page_and_a_reload(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    set_field(at, "Filters", 8)
    set_field(at, "Filters", 9)
    at.switch_page("pages/draw.py").run()
    at.switch_page("pages/build.py").run()
    undo(at)
    assert saved(own_home).architecture.layers[0].filters == 8
    again = AppTest.from_file(APP, default_timeout=60)
    again.query_params["doc"] = DOC
    again.run()
    undo(again)
    assert saved(own_home).architecture == PRESETS["L1"].architecture
    redo(again)
    redo(again)
    assert saved(own_home).architecture.layers[0].filters == 9


def test_an_empty_stack_to_start_from(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "selectbox", "Start from").set_value("Empty").run()
    assert (saved(own_home).ids, saved(own_home).gap) == ((), 0)
    at.button(key="add-Flatten").click().run()
    assert not at.exception
    assert len(saved(own_home).ids) == 1


def test_a_shared_network_opens_as_a_document_of_its_own(own_home: Path) -> None:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["net"] = link.encode(PRESETS["LeNet-5"].architecture, "digits")
    at.run()
    assert not at.error
    assert "61,706" in page_html(at)
    assert set(at.query_params) == {"doc"}
    kept = DocumentStore(own_home / "documents").load(document_named(at))
    assert kept is not None
    assert (kept.architecture, kept.dataset) == (PRESETS["LeNet-5"].architecture, "digits")


@pytest.mark.parametrize("text", ["1.cut", "9.newer.form", "x" * 500_000, ""])
def test_a_damaged_link_is_told_and_the_stack_kept(open_app: Open, own_home: Path, text: str) -> None:
    at = open_app(lesson("L2"))
    at.query_params["net"] = text
    at.run()
    assert "The link" in at.error[0].value
    assert "421,642" in page_html(at)
    assert document_named(at) == DOC
    at.run()
    assert not at.error


def test_the_link_opens_what_it_was_made_from(open_app: Open) -> None:
    at = open_app(lesson("L2"))
    at.session_state["share"] = True
    at.run()
    address = at.code[0].value
    assert link.decode(address.split("?net=")[1]).architecture == PRESETS["L2"].architecture


def test_networks_are_saved_opened_renamed_and_deleted(open_app: Open, own_home: Path) -> None:
    networks = Networks(own_home / "networks")
    at = open_app(lesson("L1"))
    at.session_state["networks"] = True
    at.run()
    at.button(key="network-save").click().run()
    (first,) = networks.list()[0]
    assert any("is saved as it is here" in text.value for text in at.caption)
    set_field(at, "Filters", 8)
    at.button(key="network-replace").click().run()
    assert networks.get(first.network_id).architecture.layers[0].filters == 8
    at.button(key="network-back").click().run()
    assert networks.get(first.network_id) == first
    at.button(key=f"rename-{first.network_id}").click().run()
    labelled(at, "text_input", "New name").set_value("\u202eevil").run()
    assert "control characters" in at.error[0].value
    at.button(key=f"rename-{first.network_id}").click().run()
    labelled(at, "text_input", "New name").set_value("**Mine**").run()
    assert [network.name for network in networks.list()[0]] == ["**Mine**"]
    at.button(key=f"open-{first.network_id}").click().run()
    assert saved(own_home).architecture.name == "**Mine**"
    at.session_state["networks"] = True
    at.run()
    at.button(key=f"delete-{first.network_id}").click().run()
    assert networks.list() == ([], 0)
    at.button(key="network-back").click().run()
    assert len(networks.list()[0]) == 1


@pytest.mark.parametrize(("label", "value"), [("Start from", "L2"), ("Data set", "mnist"), ("Name", "Mine")])
def test_a_late_message_of_the_bar_does_not_edit_again_and_redo_stays(
    open_app: Open, own_home: Path, monkeypatch: pytest.MonkeyPatch, label: str, value: str
) -> None:
    monkeypatch.setattr(linked_field, "clock", lambda: 1_000.0)  # all at once, however slow this machine is
    kinds = {"Start from": "selectbox", "Data set": "selectbox", "Name": "text_input"}
    at = open_app(lesson("LeNet-5"))
    labelled(at, kinds[label], label).set_value(value)
    late = at._tree.get_widget_states()
    at.run()
    edited = saved(own_home)
    assert len(edited.past) == 1
    undo(at)
    at._run(late)
    assert not at.exception
    assert saved(own_home).past == () and saved(own_home).redo().architecture == edited.architecture
    assert saved(own_home).redo().dataset == edited.dataset


def test_only_the_chosen_view_is_drawn(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    assert "Trace of the network" in page_html(at)
    labelled(at, "segmented_control", "View").set_value("Differences").run()
    assert "Trace of the network" not in page_html(at)
    at.switch_page("pages/draw.py").run()
    at.switch_page("pages/build.py").run()
    assert labelled(at, "segmented_control", "View").value == "Differences"
