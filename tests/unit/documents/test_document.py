from pathlib import Path

import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, repairs
from cnn_builder.architecture.errors import LayerSettingError
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import INPUT, UNDO_STEPS, Document, DocumentError
from cnn_builder.documents.operations import apply, take

FLATTEN = LAYER_TYPES["Flatten"].example()


@pytest.fixture
def document() -> Document:
    return Document.of(PRESETS["L1"].architecture, "digits")


def types(document: Document) -> list[str]:
    return [layer.type for layer in document.architecture.layers]


def test_ids_stay_with_their_layers(document: Document) -> None:
    moved = document.move(2)
    assert moved.ids == ("l1", "l2", "l0", "l3", "l4", "l5")
    assert moved.selected == "l0"
    assert types(moved)[:3] == ["MaxPooling2D", "Conv2D", "Conv2D"]
    assert moved.architecture.layers[2] == document.architecture.layers[0]


def test_an_id_is_never_given_twice(document: Document) -> None:
    again = document.select("l5").remove().insert(0, FLATTEN).duplicate()
    assert again.ids == ("l6", "l7", "l0", "l1", "l2", "l3", "l4")
    assert again.selected == "l7"


def test_remove_selects_the_next_and_at_the_end_the_last(document: Document) -> None:
    assert document.remove().selected == "l1"
    assert document.select("l5").remove().selected == "l4"


def test_an_emptied_stack_waits_for_a_layer(document: Document) -> None:
    for _ in range(6):
        document = document.remove()
    assert (document.ids, document.selected, document.gap) == ((), None, 0)
    assert document.remove() == document
    assert document.step(1) == document
    assert document.insert(0, FLATTEN).selected == "l6"


def test_moving_stops_at_the_ends(document: Document) -> None:
    assert document.move(-1) is document
    assert document.move(99).ids[-1] == "l0"


def test_step_starts_from_a_gap(document: Document) -> None:
    gap = document.select_gap(3)
    assert gap.layer is None
    assert gap.step(1).selected == "l3"
    assert gap.step(-1).selected == "l2"


def test_undo_and_redo_bring_back_layers_ids_and_data_set(document: Document) -> None:
    edited = document.change(filters=8).opened(PRESETS["L2"].architecture, "fashion_mnist").remove()
    assert edited.undo().undo().undo() == edited.undo().undo().undo().undo()
    back = edited.undo().undo().undo()
    assert (back.architecture, back.ids, back.dataset) == (document.architecture, document.ids, "digits")
    forth = back.redo().redo().redo()
    assert (forth.architecture, forth.ids, forth.dataset) == (edited.architecture, edited.ids, "fashion_mnist")
    assert forth.redo() is forth


def test_undo_has_a_limit(document: Document) -> None:
    for filters in range(1, UNDO_STEPS + 50):
        document = document.change(filters=filters)
    assert len(document.past) == UNDO_STEPS


def test_a_wrong_setting_changes_nothing(document: Document) -> None:
    with pytest.raises(LayerSettingError, match="filters"):
        document.change(filters=0)
    assert document.change(filters=32) is document


def test_a_repair_keeps_the_ids_of_the_layers_it_does_not_touch() -> None:
    broken = Document.of(PRESETS["L3"].architecture, "digits")
    mended = broken.with_architecture(repairs(broken.architecture)[0].architecture)
    assert mended.ids == ("l0", "l1", "l2", "l3", "l4", "l7", "l5", "l6")
    assert mended.selected == "l7"
    assert mended.undo().ids == broken.ids


def test_a_changed_setting_keeps_its_id(document: Document) -> None:
    last = document.architecture.layers[5].changed(units=7)
    changed = document.with_architecture(document.architecture.replace(5, last))
    assert changed.ids == document.ids


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_any_architecture_can_follow_any(document: Document, count: int) -> None:
    layers = (FLATTEN,) * count
    other = Document.of(PRESETS["L1"].architecture, "digits").architecture
    for architecture in (other, PRESETS["LeNet-5"].architecture, other.remove(0)):
        for _ in layers:
            architecture = architecture.insert(1, FLATTEN)
        changed = document.with_architecture(architecture)
        assert len(set(changed.ids)) == len(architecture.layers)
        assert changed.selected in changed.ids


def test_a_layer_is_placed_by_its_id(document: Document) -> None:
    placed = document.place("l4", 1)
    assert placed.ids == ("l0", "l4", "l1", "l2", "l3", "l5")
    assert placed.selected == "l4"
    assert types(placed)[1] == "Dense"
    assert placed.undo().ids == document.ids
    assert document.place("l4", 99).ids[-1] == "l4"
    assert document.place("nobody", 1) is document
    assert document.place("l4", 4).past == ()


def test_a_block_is_repeated(document: Document) -> None:
    again = document.repeat(0, 1, 3)
    assert types(again)[:7] == ["Conv2D", "MaxPooling2D"] * 3 + ["Conv2D"]
    assert again.ids == ("l0", "l1", "l6", "l7", "l8", "l9", "l2", "l3", "l4", "l5")
    assert (again.selected, again.next_id) == ("l6", 10)
    assert (again.undo().ids, again.undo().selected) == (document.ids, "l0")
    assert document.repeat(2, 2, 1) is document


@pytest.mark.parametrize(
    ("first", "last", "times", "message"),
    [
        (0, 5, 17, "would make 102 layers; a network has at most 100. Repeat this block 1 to 16 times"),
        (0, 0, 10**9, "at most 100"),
        (0, 0, 0, "at most 100"),
        (3, 2, 2, "from 1 to 6, in this order, received 4 and 3"),
        (0, 6, 2, "from 1 to 6"),
        (-1, 0, 2, "from 1 to 6"),
    ],
)
def test_a_block_that_cannot_be_repeated_is_told(
    document: Document, first: int, last: int, times: int, message: str
) -> None:
    with pytest.raises(DocumentError, match=message):
        document.repeat(first, last, times)
    assert len(document.repeat(0, 5, 16).ids) == 96


def test_the_input_is_selected_and_changed(document: Document) -> None:
    chosen = document.select(INPUT)
    assert (chosen.on_input, chosen.index, chosen.layer) == (True, None, None)
    changed = chosen.with_input_shape((32, 32, 3))
    assert (changed.architecture.input_shape, changed.selected) == ((32, 32, 3), INPUT)
    assert changed.with_input_shape((32, 32, 3)) is changed
    assert changed.undo() == chosen
    assert chosen.step(1).selected == "l0"
    assert chosen.step(-1).selected == "l0"
    assert chosen.remove() is chosen
    assert chosen.move(1) is chosen
    assert chosen.duplicate() is chosen


@pytest.mark.parametrize("place", [INPUT, None, "l3"])
def test_a_new_name_keeps_what_is_selected(document: Document, place: str | None) -> None:
    start = document.select_gap(2) if place is None else document.select(place)
    renamed = start.with_architecture(start.architecture.with_name("Mine"), "mnist")
    assert (renamed.selected, renamed.gap, renamed.ids) == (start.selected, start.gap, start.ids)


def test_a_change_that_comes_late_goes_to_the_layer_it_was_meant_for(document: Document) -> None:
    late = document.select("l2").change("l0", filters=8)
    assert (late.architecture.layers[0].filters, late.selected) == (8, "l2")  # type: ignore[attr-defined]
    assert document.remove().change("l0", filters=8) == document.remove()


def test_a_document_survives_its_file(document: Document, tmp_path: Path) -> None:
    store, name = DocumentStore(tmp_path / "documents"), DocumentStore.new_id()
    assert store.load(name) is None
    edited = document.change(filters=8).select_gap(2)
    store.save(name, edited)
    assert store.load(name) == edited
    assert [path.name for path in store.folder.iterdir()] == [f"{name}.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pool": []}', "null", '{"pool": 1, "ids": 2}', "[" * 50_000])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    name = DocumentStore.new_id()
    (tmp_path / f"{name}.json").write_text(text)
    with pytest.raises(DocumentError, match="cannot be read"):
        DocumentStore(tmp_path).load(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "short", "A" * 16, "a" * 33, "a/b" * 5, None])
def test_an_id_cannot_lead_out_of_the_folder(name: str | None) -> None:
    assert not DocumentStore.is_id(name)


def test_a_folder_that_cannot_be_written_is_told(document: Document, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DocumentError, match="could not be saved"):
        DocumentStore(tmp_path / "file").save(DocumentStore.new_id(), document)


def test_operations_apply_in_order(document: Document) -> None:
    done = document
    for operation in ({"op": "remove"}, {"op": "remove"}, {"op": "move", "by": 1}, {"op": "duplicate"}):
        done = apply(done, operation)
    assert types(done) == ["Flatten", "Conv2D", "Conv2D", "Dense", "Dense"]


def test_the_picture_places_a_layer_and_selects_the_input(document: Document) -> None:
    assert apply(document, {"op": "place", "id": "l5", "index": 0}).ids[0] == "l5"
    assert apply(document, {"op": "input"}).on_input


@pytest.mark.parametrize(
    "operation",
    [{}, {"op": "explode"}, {"op": "select", "id": "nobody"}, {"op": "select", "id": 3}, {"op": "step"},
     {"op": "insert", "index": 0, "type": "Lambda"}, {"op": "move", "by": "far"}, {"op": "place", "id": "l1"},
     {"op": "place", "id": "nobody", "index": 2}, {"op": "place", "id": "l1", "index": "2"}],
)  # fmt: skip
def test_unknown_operations_change_nothing(document: Document, operation: dict[str, object]) -> None:
    assert apply(document, operation) == document


def test_an_operation_sent_twice_is_taken_once(document: Document) -> None:
    sent = {"client": "a", "items": [{"seq": 1, "op": "remove"}, {"seq": 2, "op": "remove"}]}
    once = take(document, sent, {"client": "", "seq": 0})
    assert (len(once.document.ids), once.ack) == (4, {"client": "a", "seq": 2})
    sent["items"] = [*sent["items"], {"seq": 3, "op": "remove"}]
    twice = take(once.document, sent, once.ack)
    assert (len(twice.document.ids), twice.ack) == (3, {"client": "a", "seq": 3})


def test_another_sender_starts_from_its_own_first_number(document: Document) -> None:
    sent = {"client": "b", "items": [{"seq": 1, "op": "remove"}]}
    done = take(document, sent, {"client": "a", "seq": 9})
    assert (len(done.document.ids), done.ack) == (5, {"client": "b", "seq": 1})


@pytest.mark.parametrize("sent", [None, [], {}, {"client": "a"}, {"items": 3}, {"items": [None, {"seq": True}]}])
def test_what_is_no_queue_changes_nothing(document: Document, sent: object) -> None:
    assert take(document, sent, {"client": "", "seq": 0}).document == document


def test_a_full_stack_takes_what_fits_and_acknowledges_all(document: Document) -> None:
    while len(document.ids) < 99:
        document = document.duplicate()
    operations = ("remove", "duplicate", "duplicate", "duplicate", "remove")
    sent = {"client": "a", "items": [{"seq": seq, "op": name} for seq, name in enumerate(operations, 4)]}
    taken = take(document, sent, {"client": "", "seq": 0})
    assert len(taken.document.ids) == 100 and taken.ack == {"client": "a", "seq": 8}
    assert taken.refusal is not None and "at most 100 layers" in taken.refusal
