"""What the inspector component is handed for each layer type."""

import json

import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, Layer
from cnn_builder.documents.document import INPUT, Document
from cnn_builder.documents.operations import apply
from cnn_builder.ui.build.inspector import MOST_FIELDS, inspector_data

EXAMPLES = [layer for kind in LAYER_TYPES.values() for layer in kind.examples().values()]


def holding(layer: Layer) -> Document:
    return Document.of(Architecture((28, 28, 1), (layer,)), "digits")


@pytest.mark.parametrize("layer", EXAMPLES, ids=lambda layer: layer.type)
def test_every_setting_has_its_field_and_comes_back_unchanged(layer: Layer) -> None:
    data = inspector_data(holding(layer), {})
    assert data is not None
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert {field["name"] for field in data["fields"]} == set(type(layer).kinds())
    labels = [field["label"] for field in data["fields"]]
    assert len(set(labels)) == len(labels)
    document = holding(layer)
    for field in data["fields"]:
        value = None if field["value"] == "none" and field["optional"] else field["value"]
        side = {"side": field["side"]} if "side" in field else {}
        if side and value is None:
            continue
        document = apply(document, {"op": "set", "id": "l0", "name": field["name"], "value": value, **side})
    assert document.architecture.layers == (layer,)


def test_the_everyday_settings_come_first_and_the_others_under_more() -> None:
    data = inspector_data(holding(LAYER_TYPES["Conv2D"].example()), {})
    assert data is not None
    everyday = {field["name"] for field in data["fields"] if not field["more"]}
    assert len(everyday) == MOST_FIELDS and {"filters", "kernel_size", "padding"} <= everyday
    assert {"use_bias", "groups"} <= {field["name"] for field in data["fields"] if field["more"]}


def test_there_is_nothing_to_show_where_no_layer_is_selected() -> None:
    document = Document.of(PRESETS["L1"].architecture, "digits")
    assert inspector_data(document.select(INPUT), {}) is None
    assert inspector_data(document.select_gap(2), {}) is None
