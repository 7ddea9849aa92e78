from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, link
from cnn_builder.ui.document import INPUT, Document
from cnn_builder.ui.document_store import DocumentStore
from cnn_builder.ui.networks import Networks

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


def document_named(at: AppTest) -> str:
    """The document that the address names."""
    named = at.query_params["doc"]
    return named if isinstance(named, str) else named[0]


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


def test_what_undo_changed_is_not_changed_back_by_what_the_browser_still_holds(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    first = labelled(at, "number_input", "Filters").key
    labelled(at, "number_input", "Filters").set_value(8).run()
    assert labelled(at, "number_input", "Filters").key == first
    at.button(key="undo").click().run()
    assert labelled(at, "number_input", "Filters").key != first


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


def test_what_was_wrong_with_a_pair_is_told_in_plain_numbers(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "number_input", "Strides height").set_value(0).run()
    assert any("received 0 × 1" in text.value for text in at.markdown)


def test_no_activation_is_one_of_the_choices(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "selectbox", "Activation").set_value("none").run()
    assert saved(own_home).architecture.layers[0].activation is None
    assert labelled(at, "selectbox", "Activation").value == "none"
    labelled(at, "selectbox", "Activation").set_value("tanh").run()
    assert saved(own_home).architecture.layers[0].activation == "tanh"


def test_a_preset_tells_its_story_until_it_is_changed(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    assert PRESETS["L1"].story in page_html(at)
    labelled(at, "number_input", "Filters").set_value(8).run()
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
    first, second = open_app(lesson("L1")), AppTest.from_file(APP, default_timeout=30)
    second.query_params["doc"] = DOC
    second.run()
    labelled(second, "number_input", "Filters").set_value(8).run()
    first.button(key="duplicate").click().run()
    assert [layer.filters for layer in saved(own_home).architecture.layers[:2]] == [8, 8]
    assert labelled(first, "number_input", "Filters").value == 8


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
        assert f"## Layer 2 · {layer.type}" in [text.value for text in at.markdown]
        at.button(key="undo").click().run()
        assert saved(own_home).gap == 1


def test_a_layer_is_found_by_typing(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select_gap(6))
    search = labelled(at, "selectbox", "Find a layer")
    search.set_value("GELU").run()
    assert saved(own_home).layer == LAYER_TYPES["Activation"].examples()["GELU"]
    at.button(key="add-after").click().run()
    assert labelled(at, "selectbox", "Find a layer").value is None


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


def test_the_input_is_changed(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1").select(INPUT))
    assert labelled(at, "number_input", "Height").value == 28
    labelled(at, "number_input", "Height").set_value(32).run()
    assert saved(own_home).architecture.input_shape == (32, 28, 1)
    assert saved(own_home).on_input
    labelled(at, "number_input", "Channels").set_value(0).run()
    assert any("Expected a whole number from 1 to 10,000, received 0" in text.value for text in at.markdown)
    assert saved(own_home).architecture.input_shape == (32, 28, 1)
    at.button(key="undo").click().run()
    assert labelled(at, "number_input", "Height").value == 28


def test_a_block_is_repeated(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    at.session_state["repeat"] = True
    at.run()
    labelled(at, "number_input", "To layer").set_value(2).run()
    labelled(at, "number_input", "Times").set_value(99).run()
    assert any("at most 100" in text.value for text in at.markdown)
    labelled(at, "number_input", "Times").set_value(3).run()
    assert any("Conv2D → MaxPooling2D, 3 times in a row: 10 layers" in text.value for text in at.caption)
    at.button(key="repeat-now").click().run()
    assert len(saved(own_home).ids) == 10
    at.button(key="undo").click().run()
    assert saved(own_home).ids == lesson("L1").ids


def test_undo_survives_another_page_and_a_reload(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "number_input", "Filters").set_value(8).run()
    labelled(at, "number_input", "Filters").set_value(9).run()
    at.switch_page("pages/draw.py").run()
    at.switch_page("pages/build.py").run()
    at.button(key="undo").click().run()
    assert saved(own_home).architecture.layers[0].filters == 8
    again = AppTest.from_file(APP, default_timeout=30)
    again.query_params["doc"] = DOC
    again.run()
    again.button(key="undo").click().run()
    assert saved(own_home).architecture == PRESETS["L1"].architecture
    again.button(key="redo").click().run()
    again.button(key="redo").click().run()
    assert saved(own_home).architecture.layers[0].filters == 9


def test_an_empty_stack_to_start_from(open_app: Open, own_home: Path) -> None:
    at = open_app(lesson("L1"))
    labelled(at, "selectbox", "Start from").set_value("Empty").run()
    assert (saved(own_home).ids, saved(own_home).gap) == ((), 0)
    at.button(key="add-Flatten").click().run()
    assert not at.exception
    assert len(saved(own_home).ids) == 1


def test_a_shared_network_opens_as_a_document_of_its_own(own_home: Path) -> None:
    at = AppTest.from_file(APP, default_timeout=30)
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
    labelled(at, "number_input", "Filters").set_value(8).run()
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


def test_only_the_chosen_view_is_drawn(open_app: Open) -> None:
    at = open_app(lesson("L1"))
    assert "Trace of the network" in page_html(at)
    labelled(at, "segmented_control", "View").set_value("Compare").run()
    assert "Trace of the network" not in page_html(at)
    at.switch_page("pages/draw.py").run()
    at.switch_page("pages/build.py").run()
    assert labelled(at, "segmented_control", "View").value == "Compare"
