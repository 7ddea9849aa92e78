"""What the Build page's components send, and what it does to a document."""

from typing import Any

import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import LayerSettingError
from cnn_builder.documents.document import Document
from cnn_builder.documents.operations import Ack, OperationsResult, apply, take

NOTHING_TAKEN: Ack = {"client": "", "seq": 0}
RESHAPED = {"version": 1, "input_shape": [28, 28], "layers": [{"type": "Reshape", "target_shape": [28, 28, 1]}]}
L1 = Document.of(PRESETS["L1"].architecture, "digits")


def typed(document: Document, *values: Any, name: str = "filters", edit: str = "a", **more: Any) -> OperationsResult:
    """The values one after another into a field of the first layer."""
    items = [
        {"seq": number, "op": "set", "id": "l0", "name": name, "value": value, "edit": edit, **more}
        for number, value in enumerate(values, 1)
    ]
    return take(document, {"client": "c", "items": items}, NOTHING_TAKEN)


def test_the_keystrokes_of_one_number_are_one_undo_step() -> None:
    taken = typed(L1, 1, 12, 128)
    assert taken.document.architecture.layers[0].filters == 128
    assert len(taken.document.past) == 1
    assert taken.document.undo() == L1
    assert taken.document.undo().redo() == taken.document


def test_another_visit_of_the_field_is_another_step() -> None:
    document = typed(typed(L1, 1, 12).document, 7, edit="b").document
    assert [step.architecture.layers[0].filters for step in document.past] == [32, 12]


def test_what_comes_between_ends_the_edit() -> None:
    moved = apply(typed(L1, 1).document, {"op": "duplicate"})
    assert len(typed(moved, 12).document.past) == 3
    undone = typed(L1, 1).document.undo()
    assert typed(undone, 12).document.past[-1].architecture == L1.architecture


def test_a_number_typed_back_leaves_no_step() -> None:
    document = typed(L1, 3, 32).document
    assert document.past == () and document.architecture == L1.architecture
    assert len(typed(document, 33).document.past) == 1


def test_a_refused_setting_is_told_and_holds_nothing_up() -> None:
    taken = typed(L1, -1, 12)
    assert taken.document.architecture.layers[0].filters == 12
    assert taken.settings == {("l0", "filters"): None} and taken.refusal is None
    error = typed(L1, 0).settings["l0", "filters"]
    assert error is not None and "received 0" in str(error)
    assert typed(L1, 0).ack == {"client": "c", "seq": 1}


def test_one_number_of_a_pair_leaves_the_other() -> None:
    document = typed(L1, 5, name="kernel_size", side=0).document
    assert document.architecture.layers[0].kernel_size == (5, 3)
    assert typed(document, 2, name="kernel_size", side=1).document.architecture.layers[0].kernel_size == (5, 2)


def test_while_a_pair_is_none_each_key_of_its_first_number_stands_for_both() -> None:
    pool: dict[str, Any] = {"op": "set", "id": "l1", "name": "strides", "side": 0}
    document = apply(L1, {**pool, "value": 1, "edit": "a"})
    assert document.architecture.layers[1].strides == (1, 1)
    document = apply(document, {**pool, "value": 12, "edit": "a"})
    assert document.architecture.layers[1].strides == (12, 12)
    document = apply(document, {**pool, "side": 1, "value": 3, "edit": "b"})
    assert document.architecture.layers[1].strides == (12, 3)
    assert apply(document, {**pool, "value": None, "edit": "c"}).architecture.layers[1].strides is None


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "set", "id": "gone", "name": "filters", "value": 3},
        {"op": "set", "id": "l0", "name": "type", "value": "Dense"},
        {"op": "set", "id": "l0", "name": "nonsense", "value": 3},
        {"op": "set", "id": "l0", "value": 3},
        {"op": "set", "id": "l0", "name": 7, "value": 3},
    ],
)
def test_what_is_about_no_setting_changes_nothing(operation: dict[str, Any]) -> None:
    assert apply(L1, operation) == L1


def test_a_block_is_repeated_and_too_much_is_refused() -> None:
    repeat = {"seq": 1, "op": "repeat", "first": 0, "last": 1, "times": 3}
    taken = take(L1, {"client": "c", "items": [repeat]}, NOTHING_TAKEN)
    assert len(taken.document.ids) == 10 and taken.document.undo().ids == L1.ids
    refused = take(L1, {"client": "c", "items": [{**repeat, "times": 99}]}, NOTHING_TAKEN)
    assert refused.document == L1 and "at most 100" in str(refused.refusal)


def test_a_shape_is_set_by_its_text() -> None:
    document = Document.of(Architecture.from_dict(RESHAPED), "digits")
    change = {"op": "set", "id": "l0", "name": "target_shape"}
    assert apply(document, {**change, "value": "14 × 56 × −1"}).architecture.layers[0].target_shape == (14, 56, -1)
    with pytest.raises(LayerSettingError, match="target_shape"):
        apply(document, {**change, "value": "28, wide"})
