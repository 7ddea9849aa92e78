"""A model file that is wrong: one line that names what was expected, what was found and how to mend it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.limits import MAX_MEMBERS, MAX_TEXT_BYTES, MAX_UPLOAD_BYTES
from cnn_builder.runs.model_import.reader import WEIGHTS, read
from tests.support import model_files as made
from tests.support.model_files import CONV, DENSE, FLATTEN, INPUT, config

KERAS, H5 = "model.keras", "model.h5"
ROOTS = {KERAS: "layers/conv2d/vars", H5: "model_weights/conv2d/conv2d"}
KERNEL = {KERAS: "layers/conv2d/vars/0", H5: "model_weights/conv2d/conv2d/kernel:0"}


def layer(class_name: str, **more: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"name": "odd", **more.pop("config", {})}, **more}


def stack(*inside: dict[str, Any]) -> str:
    return config(INPUT, *inside, FLATTEN, DENSE)


def functional(*nodes: tuple[str, list[str]]) -> str:
    """A functional model of Keras 2 whose layers take the outputs of those named."""
    layers = [{**INPUT, "name": "input_layer", "inbound_nodes": []}]
    for name, before in nodes:
        config = {"name": name, "filters": 1, "kernel_size": 1}
        nodes_of = [[[one, 0, 0, {}] for one in before]]
        layers.append({"class_name": "Conv2D", "name": name, "config": config, "inbound_nodes": nodes_of})
    ends = {"input_layers": [["input_layer", 0, 0]], "output_layers": [[nodes[-1][0], 0, 0]]}
    return json.dumps({"class_name": "Functional", "config": {"name": "graph", "layers": layers, **ends}})


DESCRIBED: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "1 Lambda": (stack(layer("Lambda")), ("Layer 1", "Lambda", "custom code", "not allowed")),
    "2 a function of a module": (
        stack(layer("system", module="os", registered_name="os>system")), ("Layer 1", "unknown layer", "os.system")),
    "2 unsafe deserialization": (
        stack(layer("enable_unsafe_deserialization", module="keras.config")), ("Layer 1", "unknown layer")),
    "2 a foreign activation": (
        stack(layer("ReLU", config={"max_value": {"module": "os", "class_name": "system", "config": "ls"}})),
        ("Layer 1", "max_value", "expected", "received")),
    "3 StringLookup": (stack(layer("StringLookup", config={"vocabulary": "/etc/passwd"})), ("not supported",)),
    "3 TFSMLayer": (stack(layer("TFSMLayer", config={"filepath": "/tmp/x"})), ("TFSMLayer", "not allowed")),
    "3 TorchModuleWrapper": (stack(layer("TorchModuleWrapper")), ("TorchModuleWrapper", "not allowed")),
    "5 1 GB declared": (
        config(INPUT, FLATTEN, layer("Dense", config={"units": 4_000_000})),
        ("260,000,000", "1.0 GB")),
    "6 too large": (" " * (MAX_TEXT_BYTES + 1), ("expected at most 1,000,000 bytes",)),
    "6 nested 20,000 deep": ("[" * 20_000 + "]" * 20_000, ("nested too deeply",)),
    "8 a branch": (functional(("a", ["input_layer"]), ("b", ["a"]), ("c", ["a"])), ("'b'", "branch", "one stack")),
    "8 joined": (functional(("a", ["input_layer"]), ("b", ["input_layer", "a"])), ("'b'", "joins", "one stack")),
    "8 a loop": (functional(("a", ["b"]), ("b", ["a"])), ("loop", "one stack")),
    "11 10,000 layers": (config(INPUT, *[FLATTEN] * 10_000), ("expected at most 100", "10,001")),
    "11 two of one name": (config(INPUT, CONV, CONV), ("two layers are named 'conv2d'",)),
    "12 10 MB": (b'{"class_name": "' + b"x" * 10_000_000 + b'"}', ("too l", "expected at most 1,000,000 bytes")),
    "not JSON": ("class_name", ("not JSON", "line 1")),
    "a list": ("[]", ("not a Keras model",)),
    "no layers": (config(INPUT), ("at least one layer",)),
    "does not fit": (config(INPUT, DENSE), ("Layer 1 (Dense", "Flatten")),
}  # fmt: skip


def linked(link: Any) -> Callable[[str], made.Change]:
    def for_kind(kind: str) -> made.Change:
        def change(file: h5py.File) -> None:
            del file[KERNEL[kind]]
            file[KERNEL[kind]] = link

        return change

    return for_kind


def replaced(shape: tuple[int, ...], dtype: Any = "f4", **options: Any) -> Callable[[str], made.Change]:
    """The kernel with another shape or type, or kept otherwise."""

    def for_kind(kind: str) -> made.Change:
        def change(file: h5py.File) -> None:
            del file[KERNEL[kind]]
            file.create_dataset(KERNEL[kind], shape, dtype, **options)

        return change

    return for_kind


def virtual(kind: str) -> made.Change:
    def change(file: h5py.File) -> None:
        del file[KERNEL[kind]]
        layout = h5py.VirtualLayout((3, 3, 1, 2), "f4")
        layout[...] = h5py.VirtualSource("/etc/other.h5", "kernel", (3, 3, 1, 2))
        file.create_virtual_dataset(KERNEL[kind], layout)

    return change


def with_nan(kind: str) -> made.Change:
    def change(file: h5py.File) -> None:
        file[KERNEL[kind]][0, 0, 0, 0] = np.nan

    return change


WEIGHED: dict[str, tuple[Callable[[str], made.Change], tuple[str, ...]]] = {
    "4 external link": (linked(h5py.ExternalLink("/etc/other.h5", "/x")), ("links to another place", "not followed")),
    "4 soft link": (linked(h5py.SoftLink("/elsewhere")), ("links to another place", "not followed")),
    "4 external storage": (
        replaced((3, 3, 1, 2), external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)]), ("links outside itself",)),
    "4 virtual data set": (virtual, ("links outside itself",)),
    "5 declared, not contained": (
        replaced((3, 3, 1, 2)), ("Layer 1 (Conv2D 'conv2d'", "kernel", "declares 72 B", "contains 0 B")),
    "7 weights missing": (
        lambda kind: lambda file: file.__delitem__(ROOTS[kind].removesuffix("/conv2d")),
        ("Layer 1 (Conv2D 'conv2d'", "expected", "found none", "model.save(")),
    "7 a wrong shape": (
        replaced((3, 3, 1, 4), data=np.ones((3, 3, 1, 4), "f4")),
        ("Layer 1 (Conv2D 'conv2d'", "kernel", "expected the shape 3×3×1×2", "found 3×3×1×4", "model.save(")),
    "quantized": (replaced((3, 3, 1, 2), "i1", data=np.ones((3, 3, 1, 2), "i1")), ("floating-point", "Quantized")),
    "text for numbers": (
        replaced((3, 3, 1, 2), h5py.string_dtype()), ("Layer 1", "floating-point")),
    "not a number": (with_nan, ("Layer 1 (Conv2D 'conv2d'", "kernel", "finite", "found 1 ")),
    "a group for an array": (
        lambda kind: lambda file: (file.__delitem__(KERNEL[kind]), file.create_group(KERNEL[kind])),
        ("Layer 1", "expected an array, found a group")),
    "too many members": (
        lambda kind: lambda file: [file.create_group(f"more/{n}") for n in range(MAX_MEMBERS)], ("at most 1,000",)),
}  # fmt: skip


def refusal(path: Path, folder: Path) -> str:
    with pytest.raises(CnnBuilderError) as caught:
        read(path, folder)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 1200
    assert not (folder / WEIGHTS).exists() or (folder / WEIGHTS).stat().st_size < 10_000
    return message


@pytest.mark.parametrize("kind", [KERAS, H5])
@pytest.mark.parametrize("case", DESCRIBED)
def test_a_bad_description_is_told_in_one_line(case: str, kind: str, tmp_path: Path) -> None:
    described, words = DESCRIBED[case]
    path = (made.keras_file if kind == KERAS else made.h5_file)(tmp_path / kind, described)
    message = refusal(path, tmp_path)
    assert all(word in message for word in words), message


@pytest.mark.parametrize("kind", [KERAS, H5])
@pytest.mark.parametrize("case", WEIGHED)
def test_bad_weights_are_told_in_one_line_that_names_the_layer(case: str, kind: str, tmp_path: Path) -> None:
    change, words = WEIGHED[case]
    path = (made.keras_file if kind == KERAS else made.h5_file)(tmp_path / kind, change=change(kind))
    message = refusal(path, tmp_path)
    assert all(word in message for word in words), message


def zip_of(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / KERAS).write_bytes(content)
    return tmp_path / KERAS


def weights_only(tmp_path: Path) -> Path:
    with h5py.File(tmp_path / H5, "w") as file:
        file["model_weights/dense/kernel:0"] = made.values((3, 3))
    return tmp_path / H5


def half(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def noise(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    return path


FILES: dict[str, tuple[Callable[[Path], Path], tuple[str, ...]]] = {
    "7 no config.json": (lambda at: made.keras_file(at / KERAS, without="config.json"), ("no config.json", "found")),
    "7 no weights": (lambda at: made.keras_file(at / KERAS, without="model.weights.h5"), ("no weights", "model.save(")),
    "7 weights without a description": (weights_only, ("no description", "model_config", "model.save(")),
    "9 a newer .keras": (lambda at: made.keras_file(at / KERAS, version="4.0.0"), ("Keras 4.0.0", "Keras 3")),
    "9 a newer .h5": (lambda at: made.h5_file(at / H5, version="4.0.0"), ("Keras 4.0.0", "Keras 3")),
    "half a .keras": (lambda at: half(made.keras_file(at / KERAS)), ("not a whole .keras file",)),
    "half an .h5": (lambda at: half(made.h5_file(at / H5)), ("damaged",)),
    "noise as .keras": (lambda at: noise(at / KERAS), ("not a whole .keras file",)),
    "noise as .h5": (lambda at: noise(at / H5), ("damaged",)),
    "another kind": (lambda at: noise(at / "model.onnx"), (".keras, .h5", ".onnx")),
    "no file": (lambda at: at / H5, ("cannot be read", "No such file")),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_model_is_told_in_one_line(case: str, tmp_path: Path) -> None:
    make, words = FILES[case]
    message = refusal(make(tmp_path), tmp_path)
    assert all(word in message for word in words), message


def test_the_parameters_are_counted_before_anything_is_unpacked(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("cnn_builder.runs.model_import.weights.MAX_PARAMETERS", 200)
    message = refusal(made.keras_file(tmp_path / KERAS), tmp_path)
    assert "239 parameters" in message and "at most 200" in message and "layer 3 (Dense" in message
    assert not list(tmp_path.glob("*.h5"))


def test_weights_that_unpack_to_too_much_are_refused_while_they_are_unpacked(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("cnn_builder.architecture.formats.keras_file.MAX_EXPANDED_BYTES", 1000)
    assert "expected at most 1.0 kB unpacked" in refusal(made.keras_file(tmp_path / KERAS), tmp_path)


@pytest.mark.parametrize("kind", [KERAS, H5])
def test_the_weights_come_in_keras_order(kind: str, tmp_path: Path) -> None:
    path = (made.keras_file if kind == KERAS else made.h5_file)(tmp_path / kind)
    found = read(path, tmp_path)
    assert [one["type"] for one in found["architecture"]["layers"]] == ["Conv2D", "Flatten", "Dense"]
    with np.load(tmp_path / WEIGHTS, allow_pickle=False) as arrays:
        assert {name: arrays[name].shape for name in arrays.files} == {
            "0.0": (3, 3, 1, 2), "0.1": (2,), "2.0": (72, 3), "2.1": (3,),
        }  # fmt: skip
        assert np.array_equal(arrays["2.0"], made.values((72, 3), len("kernel")))


def test_a_file_of_keras_2_with_its_own_group_is_read(tmp_path: Path) -> None:
    path = made.keras_file(tmp_path / KERAS, change=lambda file: file.move("layers", "_layer_checkpoint_dependencies"))
    read(path, tmp_path)
    with np.load(tmp_path / WEIGHTS) as arrays:
        assert len(arrays.files) == 4


def test_the_upload_limit_is_streamlits_own() -> None:
    config = (Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert f"maxUploadSize = {MAX_UPLOAD_BYTES // 1_000_000}\n" in config
