"""Editing, the file format, and what its errors say."""

import json

import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, LayerSettingError
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten

DESIGNED = """{"version": 1, "name": "L2 baseline", "input_shape": [28, 28, 1],
 "layers": [{"type": "Conv2D", "filters": 32, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same",
             "activation": "relu"},
            {"type": "MaxPooling2D", "pool_size": [2, 2]},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10, "activation": "softmax"}]}"""


def test_reads_the_documented_file() -> None:
    network = Architecture.from_json(DESIGNED)
    assert network.name == "L2 baseline"
    assert [layer.type for layer in network.layers] == ["Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert network.layers[0].settings()["padding"] == "same"


@pytest.mark.parametrize("name", PRESETS)
def test_file_round_trip(name: str) -> None:
    network = PRESETS[name].architecture
    assert Architecture.from_json(network.to_json()) == network
    assert json.loads(network.to_json()) == network.to_dict()


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_layer_type_has_what_the_app_needs(name: str) -> None:
    cls = LAYER_TYPES[name]
    example = cls.example()
    assert cls.create({k: v for k, v in example.to_dict().items() if k != "type"}) == example
    assert {control.name for control in cls.controls()} == set(cls.model_fields)
    assert cls.summary.endswith(".")
    shape = (9,) if name == "Dense" else (8, 8, 4)
    lines = example.explain(shape)
    assert lines.shape and lines.params and lines.macs


def test_a_scalar_stands_for_both_axes() -> None:
    assert Conv2D.create({"filters": 2, "kernel_size": 3}) == Conv2D.create({"filters": 2, "kernel_size": [3, 3]})


def test_edits_return_new_values() -> None:
    start = Architecture((8, 8, 1), (Flatten(), Dense(units=4)))
    moved = start.move(0, 1)
    assert [layer.type for layer in moved.layers] == ["Dense", "Flatten"]
    assert [layer.type for layer in start.layers] == ["Flatten", "Dense"]
    assert start.duplicate(1).layers[2] == start.layers[1]
    assert start.remove(0).layers == (start.layers[1],)
    assert start.insert(1, Flatten()).layers[1] == Flatten()
    with pytest.raises(AttributeError):
        start.name = "other"  # type: ignore[misc]


BAD_VALUES = [0, -1, 2.5, True, "3", None, float("nan"), float("inf"), [1], 10**400]


@pytest.mark.parametrize("value", BAD_VALUES, ids=lambda value: str(value)[:8])
@pytest.mark.parametrize("field", ["filters", "kernel_size", "strides"])
def test_a_number_wrong_by_itself_names_field_expected_and_received(field: str, value: object) -> None:
    with pytest.raises(LayerSettingError, match=f"Conv2D: {field}: expected a whole number .*, received"):
        Conv2D.create({"filters": 1, "kernel_size": 1, field: value})
    with pytest.raises(LayerSettingError, match="Dense: units: expected"):
        Dense.create({"units": value})


def layer_file(**layer: object) -> str:
    return json.dumps({"version": 1, "input_shape": [8, 8, 1], "layers": [{"type": "Flatten"}, layer]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON: line 1, column 2"),
        ("[]", r"Expected a JSON object with input_shape and layers, received \[\]"),
        ("[" * 20_000, "nested too deeply"),
        ("1" * 5_000, "not readable JSON"),
        (b"\xff\xfe\x00\xff", "This is not"),
        (" " * 10_000_000, "too long: expected at most 1,000,000 bytes, received 10,000,000"),
        ('{"version": 2, "layers": []}', "version 2; this CNN Builder reads version 1"),
        ('{"input_shape": [8, 8, 1, 1], "layers": []}', "expected .height, width, channels., .height, width. or"),
        ('{"input_shape": [], "layers": []}', "input_shape: expected .height, width, channels."),
        ('{"input_shape": [1000001], "layers": []}', "from 1 to 1,000,000, received .1000001."),
        ('{"input_shape": [8, "8"], "layers": []}', "input_shape: expected"),
        ('{"input_shape": [8, 0, 1], "layers": []}', "input_shape: expected"),
        ('{"input_shape": [8, 8, 1]}', "layers: expected a list of layers, received None"),
        ('{"input_shape": [8, 8, 1], "layers": [], "optimiser": 1}', "Unknown field 'optimiser'"),
        (layer_file(type="Lambda"), r"Layer 2 \(counted from 1\): unknown layer type 'Lambda'. Expected one of"),
        (layer_file(type="Dense"), r"Layer 2 \(Dense, counted from 1\): units: .*received nothing"),
        (layer_file(type="Dense", units=-1), "units: expected a whole number from 1 to .*, received -1"),
        (layer_file(type="Dense", units=1, activation="glu"), "activation: expected the name of a Keras activation"),
        (layer_file(type="Dense", units=1, colour="red"), "colour: expected one of its settings"),
        (layer_file(type="Dropout", rate=1.5), "rate: expected a number from 0 to 1, received 1.5"),
        ('{"name": "a\\u0000b", "input_shape": [8, 8, 1], "layers": []}', "name: expected plain text"),
        ('{"name": "a\\u202eb", "input_shape": [8, 8, 1], "layers": []}', "name: expected plain text"),
        (json.dumps({"name": "x" * 5000, "input_shape": [8, 8, 1], "layers": []}), "at most 200 characters"),
        (json.dumps({"input_shape": [8, 8, 1], "layers": [{"type": "Flatten"}] * 101}), "at most 100, received 101"),
    ],
)
def test_a_bad_file_says_what_is_wrong(text: str | bytes, says: str) -> None:
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        Architecture.from_json(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
