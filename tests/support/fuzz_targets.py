"""Everything that reads a file or a text from outside, as it is asked by the fuzzing tests."""

import base64
import gzip
import io
import json
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.formats import keras_code, link, opening
from cnn_builder.architecture.trace import trace
from cnn_builder.data import describe
from cnn_builder.data.imports.importing import ImportOptions, import_data
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import ImportLimits
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.backup.restoring import restore_backup
from cnn_builder.runs.backup.writing import write_backup
from cnn_builder.runs.model_import.reader import read
from cnn_builder.runs.results.training_code import run_notebook
from cnn_builder.runs.sweeps.plan import SweepPlan
from cnn_builder.runs.sweeps.search import propose
from cnn_builder.runs.sweeps.variables import parse_variable, values_words
from cnn_builder.settings import Settings
from cnn_builder.ui.shared.prediction import read_file
from tests.support import model_files as made
from tests.support.fuzzing import Target
from tests.support.own_data import noise, pictures, png, zipped

Change = Callable[[Any], Any]
Replace = Callable[[bytes], bytes]
DATA_LIMITS = ImportLimits(packed=3_000_000, unpacked=3_000_000)
PAIR = b"--the labels--"
"""Between the two files of a pair."""


# Networks and models -------------------------------------------------------------------------------------


def _traced(found: Any) -> None:
    architecture = getattr(found, "architecture", found)
    trace(architecture)
    architecture.to_json()


def _model(ending: str) -> Callable[[bytes], object]:
    def run(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"model{ending}"
            path.write_bytes(content)
            return read(path, Path(folder))

    return run


def _made(make: Callable[..., Path], ending: str, described: str | None = None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return make(Path(folder) / f"model{ending}", described).read_bytes()


def _json(content: bytes, change: Change) -> bytes:
    return json.dumps(change(json.loads(content))).encode()


def _keras(content: bytes, change: Change) -> bytes:
    """The description inside changed, the weights left as they are."""
    return _members(content, lambda name, inside: _json(inside, change) if name == "config.json" else inside)


def _h5(content: bytes, change: Change) -> bytes:
    return _made(made.h5_file, ".h5", json.dumps(change(json.loads(made.config()))))


def _networks() -> Iterator[Any]:
    return (preset.architecture for preset in PRESETS.values() if trace(preset.architecture).error is None)


def _link(content: bytes, change: Change) -> bytes:
    """The document in a share link changed, its checksum right."""
    _, letters, _ = content.decode().split(".")
    inside = json.loads(zlib.decompress(base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))))
    body = zlib.compress(json.dumps(change(inside)).encode())
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (body, zlib.crc32(body).to_bytes(4, "big")))
    return b"1." + b".".join(parts)


# Data sets and pictures ----------------------------------------------------------------------------------


def _imported(path: Path) -> None:
    """Import it, and look at the data set as the pages and the training do."""
    own = OwnDatasets(path.parent / "datasets")
    info = import_data(path, "fuzz", own, ImportOptions(), DATA_LIMITS)
    own.load(info.name)
    json.dumps(own.version("fuzz").notes)


def _data(name: str) -> Callable[[bytes], object]:
    def run(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            _imported(path)

    return run


def _idx(content: bytes) -> None:
    images, _, labels = content.partition(PAIR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train-images-idx3-ubyte"
        path.write_bytes(images)
        (Path(folder) / "train-labels-idx1-ubyte").write_bytes(labels)
        _imported(path)


def _idx_seeds() -> list[bytes]:
    images = b"\0\0\x08\x03" + struct.pack(">III", 6, 8, 8) + noise(1, 6, 8, 8).tobytes()
    labels = b"\0\0\x08\x01" + struct.pack(">I", 6) + bytes([0, 1, 0, 1, 0, 1])
    return [images + PAIR + labels, gzip.compress(images) + PAIR + gzip.compress(labels)]


def _idx_inside(content: bytes, change: Replace) -> bytes:
    """Both files changed and gzipped again."""
    parts = (gzip.decompress(part) if part[:2] == b"\x1f\x8b" else part for part in content.split(PAIR))
    return PAIR.join(gzip.compress(change(part)) for part in parts)


def _picture(content: bytes) -> None:
    """Prepared for one of the kinds of data sets, as on the Draw page; no model is asked."""

    def ask(image: np.ndarray) -> NoReturn:
        raise CnnBuilderError("no model here")

    name = ("mnist", "fashion_mnist", "cifar10", "digits")[zlib.crc32(content) % 4]
    json.dumps(read_file(content, describe(name), ask).to_data(0, with_steps=True))


def _picture_seeds() -> list[bytes]:
    grey, colour = noise(1, 12, 12), noise(2, 12, 12, 3)
    exif = Image.Exif()
    exif[0x0112] = 6
    return [
        png(grey), png(colour), png(noise(3, 12, 12).astype(np.uint16) * 257), png(colour, "JPEG", exif=exif.tobytes()),
        *(png(colour, form) for form in ("GIF", "BMP", "TIFF", "WEBP", "PPM")), png(grey, "TIFF"),
    ]  # fmt: skip


def _chunks(content: bytes, change: Replace) -> bytes:
    """A PNG with its chunks changed and their lengths and checksums right; another picture as a whole."""
    if not content.startswith(b"\x89PNG"):
        return change(content)
    out, at = [content[:8]], 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if kind == b"IDAT":
            body = zlib.compress(change(zlib.decompress(body)))
        elif kind != b"IEND":
            body = change(body)
        out.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
        at += 12 + length
    return b"".join(out)


@st.composite
def _pictures(draw: st.DrawFn) -> bytes:
    """A picture of any mode and form, with few pixels in a row or column."""
    size = (draw(st.integers(1, 40)), draw(st.integers(1, 40)))
    content = io.BytesIO()
    for mode in draw(st.permutations(("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F",
                                      "I;16"))):  # fmt: skip
        with suppress(OSError, ValueError, KeyError):
            image = Image.new(mode, size, draw(st.integers(0, 255)) if len(Image.new(mode, (1, 1)).getbands()) == 1
                              else None)  # fmt: skip
            options = {"transparency": draw(st.integers(0, 255))} if draw(st.booleans()) else {}
            image.save(content, draw(st.sampled_from(("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM"))), **options)
            return content.getvalue()
    return content.getvalue()


def _members(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return out.getvalue()


def _zip_inside(content: bytes, change: Replace) -> bytes:
    return _members(content, lambda name, inside: change(inside))


def _zip_seeds() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        flat = zipped(Path(folder) / "a.zip", pictures(count=2)).read_bytes()
        parts = {f"set/{part}/{name}": one for part in ("train", "test") for name, one in pictures(count=2).items()}
        return [flat, zipped(Path(folder) / "b.zip", parts).read_bytes()]


_NAMES = st.lists(
    st.sampled_from(("cat", "dog", "a", "..", ".", "", "train", "test", "C:", "__MACOSX", "x" * 300, "\u202e", "é",
                     "con", "\x7f", "0", "007", "=1+1")), min_size=1, max_size=4)  # fmt: skip


@st.composite
def _zips(draw: st.DrawFn) -> bytes:
    """A zip of pictures with names that are seldom met."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))) as archive:
        for number in range(draw(st.integers(0, 6))):
            name = "/".join(draw(_NAMES)) + draw(st.sampled_from((f"/{number}.png", f"/{number}.txt", "/", "")))
            archive.writestr(name or "x", png(noise(number)) if draw(st.integers(0, 4)) else b"")
    return out.getvalue()


def _npz_bytes(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def _npz_seeds() -> list[bytes]:
    x, y = noise(1, 8, 8, 8), np.arange(8) % 2
    return [_npz_bytes(x=x, y=y), _npz_bytes(x_train=x, y_train=y, x_test=x + 1, y_test=y)]


@st.composite
def _arrays(draw: st.DrawFn) -> bytes:
    """Arrays of any kind and shape under the keys that are read."""
    kinds = ("u1", "i2", "i8", "u8", "f2", "f4", "f8", "f16", "?", "U3", "S3", "c8", "M8[s]", "m8[s]", "V4", "i1,f4")
    values = (0, 1, -1, 2, 255, 256, 0.5, 1e300, float("nan"), float("inf"), "a", b"b")

    def array(longest: int) -> np.ndarray:
        shape = tuple(draw(st.lists(st.integers(0, 9), min_size=0, max_size=longest)))
        with np.errstate(all="ignore"), suppress(ValueError, TypeError, OverflowError):
            whole = np.zeros(shape, draw(st.sampled_from(kinds)))
            flat = whole.reshape(-1)
            for place in range(min(len(flat), 4)):
                flat[place] = draw(st.sampled_from(values))
            return whole
        return np.zeros(shape, np.uint8)

    keys = draw(st.sampled_from((("x", "y"), ("x_train", "y_train", "x_test", "y_test"))))
    whole = {key: array(5 if key.startswith("x") else 2) for key in keys}
    if draw(st.booleans()):  # one label for each image, or the rest is never looked at
        for key in keys[::2]:
            size = whole[key].shape[:1]
            whole["y" + key[1:]] = np.resize(draw(st.sampled_from((np.arange(3), np.array(["a", "b\x00", ""])))), size)
    return _npz_bytes(**whole)


def _csv_seeds() -> list[bytes]:
    rows = [[number % 2, *noise(number, 16).tolist()] for number in range(6)]
    text = "\n".join(",".join(map(str, row)) for row in rows)
    return [text.encode(), ("label," + ",".join(f"p{place}" for place in range(16)) + "\r\n" + text).encode()]


def _csv(content: bytes, change: Change) -> bytes:
    """Some of its cells, lines or all of it replaced by other values."""
    rows = change([line.split(",") for line in content.decode().splitlines()])
    lines = [",".join(map(str, row)) if isinstance(row, list) else str(row) for row in rows] if isinstance(
        rows, list) else [str(rows)]  # fmt: skip
    return "\n".join(lines).encode("utf-8", "replace")


# Backups and sweeps ---------------------------------------------------------------------------------------


@cache  # ids and times are in it, and hypothesis wants the same ones each time
def _backup_seeds() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        with Store.open(settings) as store:
            run = store.create_run(PRESETS["L1"].architecture, "digits", RunSettings())
            store.finish(run.run_id, "stopped")
            settings.run_folder(run.run_id).mkdir(parents=True)
            (settings.run_folder(run.run_id) / "worker.log").write_text("a line")
            write_backup(store, settings, Path(folder) / "backup")
        return [(Path(folder) / "backup").read_bytes()]


def _restored(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, settings = Path(folder) / "backup", Settings(home=Path(folder) / "home")
        path.write_bytes(content)
        with Store.open(settings) as store:
            restore_backup(store, settings, path)
            store.entries()


def _manifest(content: bytes, change: Change) -> bytes:
    return _members(
        content,
        lambda name, part: json.dumps(change(json.loads(part))).encode() if name == "manifest.json" else part,
    )


def _sweep(content: bytes) -> None:
    architecture, settings = PRESETS["L2"].architecture, RunSettings()
    variables = tuple(parse_variable(text) for text in content.decode("utf-8", "replace").split("\n"))
    plan = SweepPlan(variables, 3, max_params=500_000)
    for candidate in propose(architecture, settings, describe("digits"), plan, 10**9).candidates:
        values_words(candidate.values, architecture)


_SWEEPS = [
    b"layers.0.filters=4,8,64\nlayers.5.units=16,256",
    b"layers.0.kernel_size=3,5x3\nlayers.2-3.repeat=0,1,2\nlearning_rate=0.1,1e-3\noptimizer=Adam,SGD\nl2=0.5,0",
]


TARGETS = {
    "architecture file": Target(
        lambda: [one.to_json().encode() for one in _networks()],
        lambda content: _traced(opening.open_file("a.json", content)), _json),
    "Keras JSON": Target(
        lambda: [made.config().encode()], lambda content: _traced(opening.open_file("a.json", content)), _json),
    "share link": Target(
        lambda: [link.encode(one, "mnist").encode() for one in _networks()],
        lambda content: _traced(link.decode(content.decode("latin-1"))), _link),
    "code": Target(
        lambda: [keras_code.write_code(one).encode() for one in _networks()],
        lambda content: _traced(opening.open_file("a.py", content))),
    "notebook": Target(
        lambda: [run_notebook(one, "mnist", RunSettings()).encode() for one in _networks()],
        lambda content: _traced(opening.open_file("a.ipynb", content)), _json),
    ".keras": Target(
        lambda: [_made(made.keras_file, ".keras")], _model(".keras"), _keras, _zip_inside, own_process=True),
    ".h5": Target(lambda: [_made(made.h5_file, ".h5")], _model(".h5"), _h5, own_process=True),
    "npz": Target(_npz_seeds, _data("a.npz"), inside=_zip_inside, made=_arrays()),
    "csv": Target(_csv_seeds, _data("a.csv"), _csv),
    "idx": Target(_idx_seeds, _idx, inside=_idx_inside),
    "zip": Target(_zip_seeds, _data("a.zip"), inside=_zip_inside, made=_zips()),
    "backup": Target(_backup_seeds, _restored, _manifest),
    "sweep": Target(lambda: _SWEEPS, _sweep),
    "picture": Target(_picture_seeds, _picture, inside=_chunks, made=_pictures()),
}  # fmt: skip
"""By name, as `python -m tests.fuzz` takes it."""
