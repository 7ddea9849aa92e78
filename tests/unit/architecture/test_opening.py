"""Files from anywhere: what Keras saves is read, what is meant to harm or is damaged is told, and nothing is run."""

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.formats.opening import open_network, open_text

L1 = PRESETS["L1"].architecture
Json = dict[str, Any]


def layer(type_name: str, name: str = "", **config: Any) -> Json:
    named = {"name": name} if name else {}
    return {"module": "keras.layers", "class_name": type_name, "config": {**named, **config}, "registered_name": None}


INPUT = layer("InputLayer", "in", batch_shape=[None, 8, 8, 1])


def sequential(*layers: Json, **more: Any) -> Json:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [INPUT, *layers]}, **more}


def tensor(name: str) -> Json:
    return {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": [name, 0, 0]}}


def functional(edges: dict[str, list[str]], **more: Any) -> Json:
    """Layers that each take the outputs of others: {"dense": ["flatten"]}; first the input, last the output."""
    layers = []
    for name, sources in edges.items():
        made = INPUT if not sources else layer("Flatten" if name == "flatten" else "ReLU")
        nodes = [{"args": [tensor(one) for one in sources], "kwargs": {}}] if sources else []
        layers.append({**made, "name": name, "inbound_nodes": nodes})
    first, last = next(iter(edges)), list(edges)[-1]
    config = {"name": "f", "layers": layers, "input_layers": [[first, 0, 0]], "output_layers": [[last, 0, 0]]}
    return {"module": "keras", "class_name": "Functional", "config": {**config, **more}}


def opened(data: Any) -> Architecture:
    return open_network("model.json", json.dumps(data).encode())


def keras_zip(*members: tuple[str, str | bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


CONFIG = json.dumps(sequential(layer("Flatten"), layer("Dense", units=3)))


def test_a_config_is_read_as_our_layers() -> None:
    read = opened(sequential(layer("Conv2D", filters=4, kernel_size=[3, 3], activation="linear"), layer("Flatten")))
    assert (read.input_shape, read.name) == ((8, 8, 1), "s")
    assert [one.to_dict() for one in read.layers] == [
        {"type": "Conv2D", "filters": 4, "kernel_size": [3, 3]},
        {"type": "Flatten"},
    ]


def test_the_second_generation_of_keras_is_read() -> None:
    old = {"class_name": "Sequential", "keras_version": "2.4.0", "backend": "tensorflow", "config": [
        {"class_name": "Dense", "config": {"units": 3, "batch_input_shape": [None, 8, 8, 1], "kernel_initializer": {
            "class_name": "GlorotUniform", "config": {"seed": None}}, "activation": {
            "class_name": "function", "config": "relu"}}}]}  # fmt: skip
    assert opened(old).layers[0].to_dict() == {"type": "Dense", "units": 3, "activation": "relu"}
    nodes = [("in", []), ("flatten", [[["in", 0, 0, {}]]])]
    layers = [
        {**(INPUT if not node else layer("Flatten")), "name": name, "inbound_nodes": node} for name, node in nodes
    ]
    config = {"name": "f", "layers": layers, "input_layers": [["in", 0, 0]], "output_layers": [["flatten", 0, 0]]}
    assert [one.type for one in opened({"class_name": "Model", "config": config}).layers] == ["Flatten"]


def test_get_config_alone_and_models_inside_models_are_read() -> None:
    inner = {**sequential(layer("ReLU", "r")), "name": "inner"}
    assert [one.type for one in opened(sequential(inner, layer("Flatten"))).layers] == ["ReLU", "Flatten"]
    assert opened(sequential(layer("Flatten"))["config"]).layers == opened(sequential(layer("Flatten"))).layers
    config = functional({"in": [], "flatten": ["in"]})["config"]
    assert [one.type for one in opened(config).layers] == ["Flatten"]


@pytest.mark.parametrize("kind", ["BatchNormalization", "BatchNormalizationV1", "LayerNormalization"])
def test_an_axis_from_the_front_is_read_where_it_is_the_last(kind: str) -> None:
    for axis in (3, [3], -1, [-1]):
        assert opened(sequential(layer(kind, axis=axis))) == opened(sequential(layer(kind)))
    for axis in (1, [1]):
        assert opened(sequential(layer("Flatten"), layer(kind, axis=axis))).layers[1] == opened(
            sequential(layer(kind))).layers[0]  # fmt: skip
    for axis in (1, [1], 2, [1, 3], 0, True, "3"):
        with pytest.raises(ArchitectureFileError, match=r"Layer 2 \(.*counted from 1\): axis: expected -1"):
            opened(sequential(layer("ReLU"), layer(kind, axis=axis)))


def test_a_frozen_layer_is_told() -> None:
    assert opened(sequential(layer("Flatten", trainable=False), layer("Dense", units=3, trainable=True)))
    with pytest.raises(ArchitectureFileError, match="trainable: expected True, because frozen layers cannot be read"):
        opened(sequential(layer("Flatten"), layer("Dense", units=3, trainable=False)))


def nested(depth: int) -> bytes:
    return b'{"class_name": "Sequential", "config": ' + b'{"a": ' * depth + b"1" + b"}" * depth + b"}"


def in_models(depth: int) -> Json:
    model = sequential(layer("Flatten"))
    for number in range(depth):
        model = {**sequential(model), "name": f"m{number}"}
    return model


HARMFUL: dict[str, tuple[Any, str]] = {
    "a lambda": (sequential(layer("Lambda", function="cHJpbnQ=")), "layers with custom code are not allowed"),
    "a function's name": (sequential({"module": "os", "class_name": "system", "config": {"command": "x"}}),
                          "unknown layer type 'os.system'"),
    "an unsafe switch": (
        sequential({"module": "keras.config", "class_name": "enable_unsafe_deserialization", "config": {}}),
        "unknown layer 'enable_unsafe_deserialization'"),
    "a registered class": (sequential({**layer("Dense", units=3), "registered_name": "evil>Dense"}),
                           "unknown layer type 'evil>Dense'"),
    "a foreign module": (sequential({**layer("Dense", units=3), "module": "evil"}), "unknown layer type 'evil.Dense'"),
    "a module that is no text": (sequential({**layer("Dense", units=3), "module": ["os"]}), "unknown layer type"),
    "an initializer from elsewhere": (sequential(layer("Dense", units=3, kernel_initializer={
        "module": "os", "class_name": "GlorotUniform", "config": {}})), "kernel_initializer: expected"),
    "an activation from elsewhere": (sequential(layer("Dense", units=3, activation={
        "module": "os", "class_name": "function", "config": "system"})), "activation: expected"),
    "a vocabulary": (sequential(layer("StringLookup", vocabulary="/etc/passwd")), "read files are not supported"),
    "a saved model": (sequential(layer("TFSMLayer", filepath="/tmp/x")), "custom code are not allowed"),
    "torch": (sequential(layer("TorchModuleWrapper", module="x")), "custom code are not allowed"),
    "a nested load": (sequential({"module": "keras.models", "class_name": "load_model", "config": {"filepath": "x"}}),
                      "unknown layer 'load_model'"),
    "10,000 layers": (sequential(*[layer("Flatten")] * 10_000), "at most 100, received 10,001"),
    "101 layers": (sequential(*[layer("Flatten")] * 101), "at most 100"),
    "101 layers in two models": (sequential(*[{**sequential(*[layer("ReLU")] * 60), "name": n} for n in "ab"]),
                                 "at most 100"),
    "two layers of one name": (sequential(layer("Flatten", "a"), layer("Dense", "a", units=3)),
                               "two layers are named 'a'"),
    "a branch": (functional({"in": [], "a": ["in"], "b": ["in"], "c": ["a", "b"]}), "'c' joins several inputs: a, b"),
    "a loop": (functional({"in": [], "a": ["b"], "b": ["a"]}), "loop at 'b'"),
    "a side branch": (functional({"in": [], "a": ["in"], "b": ["in"]}), "'a' stands on a branch"),
    "a shared layer": (functional({"in": [], "a": ["in", "in"]}), "'a' is used more than once"),
    "a layer from nowhere": (functional({"in": [], "a": ["ghost"]}), "'ghost' is named as an input"),
    "two outputs": (functional({"in": [], "a": ["in"]}, output_layers=[["in", 0, 0], ["a", 0, 0]]), "exactly one"),
    "functional, one name twice": (
        functional({"in": [], "a": ["in"]}, layers=[{**INPUT, "name": "a"}, {**INPUT, "name": "a"}]),
        "Two layers are named 'a'"),
    "a newer Keras": (sequential(layer("Flatten"), keras_version="4.1.0"), "made by Keras 4.1.0.*Keras 3 and older"),
    "no input shape": ({"class_name": "Sequential", "config": {"layers": [layer("Flatten")]}}, "no input shape"),
    "no layers": ({"class_name": "Sequential", "config": {}}, "no list of layers"),
    "a layer that is none": (sequential(3), "expected a layer, received 3"),  # type: ignore[arg-type]
    "a config that is none": (sequential({"class_name": "Dense", "config": 3}), "config: expected an object"),
    "no class": (sequential({"config": {}}), "expected an object with a class_name"),
    "another model": ({"class_name": "Evil", "config": {}}, "Unknown model type 'Evil'"),
    "a wrong setting": (sequential(layer("Flatten"), layer("Dense", units=-1)),
                        "Layer 2 \\(Dense, counted from 1\\): units: expected"),
    "units that are no number": (sequential(layer("Dense", units=float("nan"))), "units: expected"),
    "channels first": (sequential(layer("Conv2D", filters=1, kernel_size=3, data_format="channels_first")),
                       "data_format: expected 'channels_last'"),
    "a deep inbound": (functional({"in": [], "a": ["in"]}, layers=[
        {**INPUT, "name": "a", "inbound_nodes": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}, {**INPUT, "name": "in"}]),
        "nested too deeply"),
    "models in models": (in_models(30), "nested more than 10 deep"),
    "a name with control characters": ({**sequential(layer("Flatten")), "config": {
        "name": "a\x00b", "layers": [INPUT]}}, "control characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMFUL)
def test_a_description_that_cannot_be_used_says_why(name: str) -> None:
    data, says = HARMFUL[name]
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        opened(data)
    assert len(str(caught.value)) < 1_500
    with pytest.raises(ArchitectureFileError, match=says):
        open_network("model.keras", keras_zip(("config.json", json.dumps(data))))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (nested(20_000), "nested too deeply"),
        (b'{"class_name": "' + b"x" * 1_000_000 + b'"}', "too long"),
        (b"[" * 20_000, "nested too deeply"),
        (b"{", "not JSON: line 1, column 2"),
        (b"\xff\xfe\x00", "not readable JSON"),
        (b"3", "JSON object"),
        (b'{"layers": [' + b"1," * 5 + b"1]}", "input_shape: expected"),
        (b'{"version": 2}', "version 2"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not readable JSON"),
    ],
    ids=["nested", "long", "lists", "cut", "bytes", "number", "no layers", "newer", "huge number"],
)
def test_json_that_is_no_network_says_why(content: bytes, says: str) -> None:
    with pytest.raises(ArchitectureFileError, match=says):
        open_network("model.json", content)


def link(target: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("config.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return file.getvalue()


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return keras_zip(("config.json", CONFIG), ("config.json", "{}"))


def damaged() -> bytes:
    content = bytearray(keras_zip(("config.json", CONFIG)))
    content[60] ^= 0xFF
    return bytes(content)


def in_the_data(compression: int) -> bytes:
    """Damaged where the packed config stands, behind what tells how it is packed."""
    content = bytearray(keras_zip(("config.json", CONFIG * 9), compression=compression))
    place = content.index(b"config.json") + 20
    content[place : place + 12] = b"\xff" * 12
    return bytes(content)


def in_the_directory(damage: dict[int, int]) -> bytes:
    """Damaged in the zip's directory, so many bytes behind its start."""
    content = bytearray(keras_zip(("config.json", CONFIG)))
    place = content.index(b"PK\x01\x02")
    for offset, value in damage.items():
        content[place + offset] = value
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(keras_zip(("config.json", CONFIG)))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no config": (lambda: keras_zip(("metadata.json", "{}"), ("model.weights.h5", "x")), "has no config.json: found"),
    "empty": (lambda: keras_zip(), "has no config.json: found nothing"),
    "no zip": (lambda: b"\x89HDF\r\n" + b"x" * 500, "not a whole .keras file"),
    "nothing": (lambda: b"", "not a whole .keras file"),
    "cut short": (lambda: keras_zip(("config.json", CONFIG))[:-30], "not a whole .keras file"),
    "damaged": (damaged, "damaged"),
    "damaged, LZMA": (lambda: in_the_data(zipfile.ZIP_LZMA), "config.json in the .keras file is damaged"),
    "damaged, bzip2": (lambda: in_the_data(zipfile.ZIP_BZIP2), "config.json in the .keras file is damaged"),
    "damaged, deflate": (lambda: in_the_data(zipfile.ZIP_DEFLATED), "config.json in the .keras file is damaged"),
    "a name that is no text": (lambda: in_the_directory({9: 8, 46: 255}), "not a whole .keras file"),
    "a zip of the future": (lambda: in_the_directory({6: 200}), "not a whole .keras file"),
    "an unknown compression": (lambda: in_the_directory({10: 99}), "is damaged"),
    "a place outside": (lambda: in_the_directory({45: 127}), "damaged|not a whole"),
    "encrypted": (encrypted, "encrypted"),
    "a large config": (lambda: keras_zip(("config.json", " " * 1_000_001)), "config.json.* too large"),
    "a bomb": (
        lambda: keras_zip(("config.json", " " * 5_000_000), compression=zipfile.ZIP_DEFLATED), "too large"),
    "a bomb beside it": (
        lambda: keras_zip(("metadata.json", "9" * 2_000_000), ("config.json", CONFIG), compression=zipfile.ZIP_LZMA),
        "metadata.json.* too large"),
    "a parent": (lambda: keras_zip(("config.json", CONFIG), ("../../etc/x", "x")), "leads out of the file"),
    "a parent, with backslashes": (lambda: keras_zip(("config.json", CONFIG), ("a\\..\\x", "x")), "leads out"),
    "an absolute path": (lambda: keras_zip(("config.json", CONFIG), ("/etc/x", "x")), "leads out"),
    "a drive": (lambda: keras_zip(("config.json", CONFIG), ("C:x", "x")), "leads out"),
    "a link": (lambda: link("/etc/passwd"), "is a link"),
    "the same name twice": (twice, "two members named 'config.json'"),
    "many members": (
        lambda: keras_zip(("config.json", CONFIG), *((f"m{n}", "") for n in range(1_001))), "too many members"),
    "a newer Keras": (
        lambda: keras_zip(("metadata.json", '{"keras_version": "5.0.1"}'), ("config.json", CONFIG)), "Keras 5.0.1"),
    "1 GB of weights declared": (
        lambda: keras_zip(
            ("config.json", json.dumps(sequential(layer("Flatten"), layer("Dense", units=4_000_000)))),
            ("model.weights.h5", b"x" * 11_000),
        ),
        "declare 260,000,000 weights \\(1.0 GB\\), but model.weights.h5 holds only 11.0 kB",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ZIPS)
def test_a_keras_file_that_cannot_be_used_says_why(name: str) -> None:
    make, says = ZIPS[name]
    content = make()
    with pytest.raises(ArchitectureFileError, match=says):
        open_network("model.keras", content)


def test_a_keras_file_is_read_without_its_weights() -> None:
    content = keras_zip(("metadata.json", '{"keras_version": "3.1.0"}'), ("config.json", CONFIG))
    assert [one.type for one in open_network("A.KERAS", content).layers] == ["Flatten", "Dense"]


def notebook(*cells: str | list[str]) -> bytes:
    made = [{"cell_type": "markdown", "source": "# hey"}, *({"cell_type": "code", "source": cell} for cell in cells)]
    return json.dumps({"cells": made, "nbformat": 4}).encode()


def test_a_notebook_is_read_and_its_errors_name_the_cell() -> None:
    good = notebook(
        "%%bash\nls -la | wc", ["%matplotlib inline\n", "import keras"], keras_code.write_code(L1), "model?"
    )
    assert open_network("a.ipynb", good) == L1
    with pytest.raises(ArchitectureFileError, match=r"Code cell 2, line 3: Dense: units: expected"):
        open_network("a.ipynb", notebook("x = 1\ny = 2", "m = Sequential([\n  Input((8, 8, 1)),\n  Dense(0)])"))
    with pytest.raises(ArchitectureFileError, match=r"Code cell 1, line 2, column 5: .*never closed"):
        open_network("a.ipynb", notebook("x = 1\ny = [", "z = 2"))
    for content, says in ((b"{}", "not a notebook"), (b"[]", "not a notebook"), (notebook(), "No model found")):
        with pytest.raises(ArchitectureFileError, match=says):
            open_network("a.ipynb", content)


def test_a_notebook_with_very_much_or_very_deep_code_ends_at_once() -> None:
    for cells in (["a;" * 3_000_000], ["x = 1\n"] * 40_000):
        started = process_time()
        with pytest.raises(ArchitectureFileError, match="notebook's code is too long: expected at most 200,000 char"):
            open_network("a.ipynb", notebook(*cells))
        assert process_time() - started < 3
    with pytest.raises(ArchitectureFileError, match=r"Code cell 2: .*not Python code: .* nesting"):
        open_network("a.ipynb", notebook("x = 1", "a" + ".b" * 19_000))


def test_every_ending_goes_to_its_reader() -> None:
    assert open_network("a.json", L1.to_json().encode()) == L1
    assert open_network("a.PY", keras_code.write_code(L1).encode()) == L1
    assert open_text(f"\n {L1.to_json()}").architecture == L1
    assert open_text(keras_code.write_code(L1)).architecture == L1
    for name in ("a.h5", "a.hdf5"):
        assert open_network(name, b"\x89HDF", lambda content: L1) == L1
    for name in ("a.pkl", "a", "", "a.h5"):  # the last one without what reads it
        with pytest.raises(ArchitectureFileError, match=r"expected \.json, \.py, \.ipynb, \.keras"):
            open_network(name, b"")
    with pytest.raises(ArchitectureFileError, match="expected UTF-8 text"):
        open_network("a.py", b"\xff\xfe")
    with pytest.raises(ArchitectureFileError, match="Nothing was pasted"):
        open_text(" \n")
    with pytest.raises(ArchitectureFileError, match="too long"):
        open_text("#" * 10_000_000)
    with pytest.raises(ArchitectureFileError, match="too long"):
        open_text("{" + " " * 10_000_000)


def test_json_of_very_many_values_is_refused_before_it_is_read() -> None:
    """Ten megabytes of empty lists would take 250 MB."""
    content = b'{"cells":[' + b"[]," * 600_000 + b"0]}"
    with pytest.raises(ArchitectureFileError, match="too many values: expected at most 500,000, received 1,200,002"):
        open_network("a.ipynb", content)


@pytest.mark.parametrize("end", [(2_000, 9, b""), (9, 2_000_000, b""), (9, 9, b"PK\x06\x07" + bytes(16))])
def test_a_model_file_with_a_long_list_of_members_is_refused_before_that_is_read(end: tuple[int, int, bytes]) -> None:
    count, size, before = end
    content = bytes(90) + before + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, size, 0, 0)
    with pytest.raises(ArchitectureFileError, match="too many members: expected at most 1,000"):
        open_network("a.keras", content)
