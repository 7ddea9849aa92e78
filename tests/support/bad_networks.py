"""Files that describe a network and must not be opened, for the page and the command line: what is said of each."""

import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from tests.support import model_files as made
from tests.support.model_files import CONV, DENSE, FLATTEN, INPUT, config


@dataclass(frozen=True)
class BadFile:
    """`line` of `docs/bad-inputs.md`; `said` is part of the message."""

    line: int
    words: str
    name: str
    content: bytes
    said: str


def _layer(kind: str, **settings: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": "it", **settings}}


def _described(*layers: dict[str, Any]) -> bytes:
    return config(INPUT, *layers, FLATTEN, DENSE).encode()


def _model(ending: str, described: str | None = None, **options: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        make = made.keras_file if ending == ".keras" else made.h5_file
        return make(Path(folder) / f"a{ending}", described, **options).read_bytes()


def _soft_link(file: h5py.File) -> None:
    file["there"] = h5py.SoftLink("/model_weights")


def _external_link(file: h5py.File) -> None:
    file["there"] = h5py.ExternalLink("/etc/passwd", "/")


def _branch() -> bytes:
    def node(name: str, before: str) -> dict[str, Any]:
        return {"class_name": "Dense", "name": name, "config": {"name": name, "units": 3},
                "inbound_nodes": [[[before, 0, 0, {}]]]}  # fmt: skip

    first = {**INPUT, "name": "input_layer", "inbound_nodes": []}
    layers = [first, node("a", "input_layer"), node("b", "a"), node("c", "a")]
    ends = {"input_layers": [["input_layer", 0, 0]], "output_layers": [["b", 0, 0]]}
    return json.dumps({"class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}}).encode()


def _network(layers: list[dict[str, Any]], name: str = "a") -> bytes:
    return json.dumps({"version": 1, "name": name, "input_shape": [28, 28, 1], "layers": layers}).encode()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", bytes(5_000_000))
    return out.getvalue()


_LAMBDA = _layer("Lambda", function={"class_name": "__lambda__", "config": {"code": "4wEAAAA="}})
_SYSTEM = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
_NETWORK = config(INPUT, FLATTEN, DENSE)


def bad_networks() -> list[BadFile]:
    """Every file with what is said of it."""
    lambdas = config(INPUT, _LAMBDA, FLATTEN, DENSE)
    dense = {"type": "Dense", "units": 3}
    return [
        BadFile(1, "a Lambda layer in JSON", "a.json", lambdas.encode(), "Lambda"),
        BadFile(1, "a Lambda layer in .keras", "a.keras", _model(".keras", lambdas), "Lambda"),
        BadFile(1, "a Lambda layer in .h5", "a.h5", _model(".h5", lambdas), "Lambda"),
        BadFile(2, "os.system as a layer", "a.json", _described(_layer("system", module="os")), "system"),
        BadFile(2, "os.system as an activation", "a.json", _described(_layer("Dense", units=3, activation=_SYSTEM)),
                "activation"),
        BadFile(2, "enable_unsafe_deserialization", "a.json",
                _described({"module": "keras.config", "class_name": "function",
                            "config": "enable_unsafe_deserialization"}), "enable_unsafe"),
        BadFile(3, "StringLookup with a path", "a.json", _described(_layer("StringLookup", vocabulary="/etc/passwd")),
                "StringLookup"),
        BadFile(3, "TFSMLayer", "a.json", _described(_layer("TFSMLayer", filepath="/tmp/x")), "TFSMLayer"),
        BadFile(3, "TorchModuleWrapper", "a.json", _described(_layer("TorchModuleWrapper", module="x")),
                "TorchModuleWrapper"),
        BadFile(4, "a soft link in .h5", "a.h5", _model(".h5", change=_soft_link), "links to another place"),
        BadFile(4, "an external link in .h5", "a.h5", _model(".h5", change=_external_link), "links to another place"),
        BadFile(5, "1 GB of weights declared", "a.keras",
                _model(".keras", config(INPUT, FLATTEN, _layer("Dense", units=4_000_000))), "1.0 GB"),
        BadFile(6, "config.json over 1 MB", "a.keras", _bomb(), "expected at most 1,000,000 bytes"),
        BadFile(6, "nested 20,000 deep", "a.json", b"[" * 20_000 + b"]" * 20_000, "nested too deeply"),
        BadFile(7, "no config.json", "a.keras", _model(".keras", without="config.json"), "no config.json"),
        BadFile(8, "a branch", "a.json", _branch(), "branch"),
        BadFile(9, "a newer Keras", "a.keras", _model(".keras", version="99.1.0"), "99.1.0"),
        BadFile(9, "a newer architecture file", "a.json", b'{"version": 9}', "version 9"),
        BadFile(10, "a syntax error", "a.py", b"model = Sequential([\n  Dense(3),,\n])", "Line 2, column"),
        BadFile(10, "a call it cannot read", "a.py", b"__import__('os').system('touch x')", "No model found"),
        BadFile(10, "an unknown layer", "a.py", b"m = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.LSTM(3)])",
                "LSTM"),
        BadFile(10, "a branch in code", "a.py",
                b"i = Input((8, 8, 1))\na = Flatten()(i)\nb = Dense(3)(a)\nc = Dense(3)(a)\nm = Model(i, [b, c])",
                "one input and one output"),
        BadFile(11, "10,000 layers", "a.json", _network([dense] * 10_000), "at most 100"),
        BadFile(11, "one name for two layers", "a.json", config(INPUT, CONV, CONV, FLATTEN, DENSE).encode(), "conv2d"),
        BadFile(12, "10 MB of code", "a.py", b"#" * 10_000_000, "expected at most 200,000 characters"),
        BadFile(12, "10 MB of JSON", "a.json", b" " * 10_000_000, "expected at most 1,000,000 bytes"),
        BadFile(14, "no, negative or half filters", "a.json", _network([{"type": "Dense", "units": 0}]), "units"),
        BadFile(14, "text as a number", "a.json", _network([{"type": "Dense", "units": "many"}]), "units"),
        BadFile(14, "NaN", "a.json", _network([{"type": "Dropout", "rate": float("nan")}]), "rate"),
        BadFile(24, "a right-to-left character", "a.json", _network([dense], "a\u202eb"), "control characters"),
        BadFile(24, "NUL", "a.json", _network([dense], "a\0b"), "control characters"),
        BadFile(24, "a name of 900,000 characters", "a.json", _network([dense], "x" * 900_000), "at most 200"),
    ]  # fmt: skip
