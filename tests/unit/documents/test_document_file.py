"""A document's file holds its undo steps as differences: what is read must be what was written, step by step."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_builder.architecture import LAYER_TYPES, PRESETS
from cnn_builder.documents import document_file
from cnn_builder.documents.document import INPUT, UNDO_STEPS, Document

LAYERS = [layer_type.example() for layer_type in LAYER_TYPES.values()]
NUMBER = st.integers(0, 12)


def edited(document: Document, kind: str, number: int) -> Document:
    place = min(number, len(document.ids))
    match kind:
        case "insert":
            return document.insert(place, LAYERS[number % len(LAYERS)]) if len(document.ids) < 20 else document
        case "select":
            return document.select(document.ids[place - 1]) if place else document.select(INPUT)
        case "gap":
            return document.select_gap(number)
        case "move":
            return document.move(number - 6)
        case "remove":
            return document.remove()
        case "repeat":
            return document.repeat(0, 0, 2) if 0 < len(document.ids) < 20 else document
        case "open":
            return document.opened(PRESETS["L2"].architecture, "fashion_mnist")
        case "name":
            return document.with_architecture(document.architecture.with_name(f"Name {number}"))
        case "input":
            return document.with_input_shape((number + 1, 28, 1))
    return document.undo() if kind == "undo" else document.redo()


KINDS = st.sampled_from(
    ["insert", "select", "gap", "move", "remove", "repeat", "open", "name", "input", "undo", "undo", "redo"]
)


@given(st.lists(st.tuples(KINDS, NUMBER), max_size=40))
def test_every_step_comes_back(edits: list[tuple[str, int]]) -> None:
    document = Document.of(PRESETS["L1"].architecture, "digits")
    for kind, number in edits:
        document = edited(document, kind, number)
    back = document_file.read_document(document_file.write_document(document))
    assert back == document
    assert (back.past, back.future) == (document.past, document.future)
    assert document_file.read_document(document_file.write_document(back)).past == document.past


def test_a_hundred_steps_of_sixty_layers_are_some_kilobytes() -> None:
    document = Document.of(PRESETS["L2"].architecture, "digits").repeat(0, 0, 54)
    for number in range(UNDO_STEPS + 20):
        document = document.select(document.ids[number % 50]).change(filters=number + 1)
    text = document_file.write_document(document)
    assert (len(document.ids), len(document.past)) == (60, UNDO_STEPS)
    assert len(text) < 40_000
    assert document_file.read_document(text).past == document.past


@pytest.mark.parametrize(
    "change",
    [
        {"past": None}, {"past": [{}]}, {"past": 3}, {"future": [{"same": [0, 0], "ids": [], "layers": [99]}]},
        {"past": [{"same": [0, 0], "ids": ["x"], "layers": [], "selected": None, "gap": 0}]},
        {"past": [{"input_shape": [0, 1, 1], "selected": None, "gap": 0}]},
    ],
)  # fmt: skip
def test_damaged_steps_do_not_take_the_network_with_them(change: dict[str, object]) -> None:
    document = Document.of(PRESETS["L1"].architecture, "digits").change(filters=8)
    kept = json.loads(document_file.write_document(document))
    back = document_file.read_document(json.dumps(kept | change))
    assert back == document
    assert (back.past, back.future) == ((), ())


def test_a_file_of_the_first_kind_is_read() -> None:
    document = Document.of(PRESETS["L1"].architecture, "digits").change(filters=8)
    first = {
        "architecture": document.architecture.to_dict(), "ids": document.ids, "dataset": "digits", "selected": "l0",
        "gap": None, "next_id": 6,
    }  # fmt: skip
    assert document_file.read_document(json.dumps(first)) == document
