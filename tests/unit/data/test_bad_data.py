"""Bad files are refused in one line, or what is bad in them is skipped and told; nothing is kept, nothing allocated."""

import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cnn_builder.cli import main
from cnn_builder.data import DatasetError, ImageError, read_image
from cnn_builder.data.imports.importing import ImportOptions, import_data
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import ImportLimits
from tests.support.command_line import run as command
from tests.support.own_data import noise, pictures, png, zipped

LIMITS = ImportLimits(packed=5_000_000, unpacked=5_000_000)
Make = Callable[[Path], Path]


def zip_of(**changes: bytes | None) -> Make:
    """A sound zip with other files besides."""
    return lambda folder: zipped(
        folder / "a.zip", {**pictures(), **{k: v for k, v in changes.items() if v is not None}}
    )


def raw(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def npz(**arrays: object) -> Make:
    def make(folder: Path) -> Path:
        np.savez(folder / "a.npz", **arrays)  # type: ignore[arg-type]
        return folder / "a.npz"

    return make


def csv(*lines: str) -> Make:
    return raw("a.csv", "\n".join(lines).encode())


def idx(images: tuple[int, ...], content: int, labels: int, packed: bool = False) -> Make:
    """A pair of IDX files whose header says `images`, with `content` bytes of pixels."""

    def make(folder: Path) -> Path:
        for name, shape, body in (
            ("train-images-idx3-ubyte", images, bytes(content)),
            ("train-labels-idx1-ubyte", (labels,), bytes(range(labels))),
        ):
            head = bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
            data = gzip.compress(head + body) if packed else head + body
            (folder / (f"{name}.gz" if packed else name)).write_bytes(data)
        return folder / ("train-images-idx3-ubyte.gz" if packed else "train-images-idx3-ubyte")

    return make


def bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"cat/{number}.png", bytes(20_000_000))
    return folder / "a.zip"


def symlink(folder: Path) -> Path:
    path = zipped(folder / "a.zip", pictures())
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("cat/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return path


def twice(folder: Path) -> Path:
    path = zipped(folder / "a.zip", pictures())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("cat/0.png", b"another")
    return path


def many_members(folder: Path) -> Path:
    """Only its end, which says that there are 60,000 files."""
    (folder / "a.zip").write_bytes(
        b"PK\x03\x04" + bytes(60) + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60_000, 60_000, 9, 4, 0)
    )
    return folder / "a.zip"


def encrypted(folder: Path) -> Path:
    path = zipped(folder / "a.zip", pictures())
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1
    path.write_bytes(bytes(content))
    return path


def truncated(folder: Path) -> Path:
    path = zipped(folder / "a.zip", pictures())
    path.write_bytes(path.read_bytes()[:-200])
    return path


def huge_header(folder: Path) -> Path:
    path = npz(x=np.zeros((6, 28, 28), np.uint8), y=np.arange(6))(folder)
    path.write_bytes(path.read_bytes().replace(b"(6, 28, 28)", b"(9999999,8)"))
    return path


IMAGES, LABELS = np.zeros((6, 8, 8), np.uint8), np.array([0, 1, 0, 1, 0, 1])
REFUSED: dict[str, tuple[Make, str]] = {
    "zip: bomb": (bomb, r"unpacks to 80\.0 MB; expected at most 5\.0 MB"),
    "zip: ../": (zip_of(**{"../x/1.png": b"a"}), "leads out of it: '../x/1.png'"),
    "zip: absolute": (zip_of(**{"/etc/1.png": b"a"}), "leads out of it"),
    "zip: drive": (zip_of(**{"C:\\x\\1.png": b"a"}), "leads out of it"),
    "zip: UNC": (zip_of(**{"\\\\host\\x\\1.png": b"a"}), "leads out of it"),
    "zip: symlink": (symlink, "has a link to another file: 'cat/link.png'"),
    "zip: a name twice": (twice, "two files named 'cat/0.png'"),
    "zip: too many members": (many_members, "too many files; expected at most 50,000"),
    "zip: encrypted": (encrypted, "encrypted"),
    "zip: truncated": (truncated, "not a zip file, or is cut short"),
    "zip: empty": (lambda folder: zipped(folder / "a.zip", {}), "is empty"),
    "zip: not a zip": (raw("a.zip", b"GARBAGE " * 9), "not a zip file"),
    "zip: only a zip": (lambda folder: zipped(folder / "a.zip", {"a/b.zip": b"PK\x03\x04"}), "1 class; expected"),
    "zip: no class folders": (lambda folder: zipped(folder / "a.zip", {"1.png": b"a"}), "no pictures in class folders"),
    "zip: one class": (lambda folder: zipped(folder / "a.zip", pictures(("cat",))), "of 1 class; expected at least 2"),
    "zip: a class name": (zip_of(**{"a\u202eb/1.png": b"a"}), "control character"),
    "zip: a long class name": (zip_of(**{f"{'a' * 99}/1.png": b"a"}), "at most 60 characters, received 99"),
    "npz: pickled": (npz(x=np.array([object()] * 6), y=LABELS), "can't be read|pickled"),
    "npz: header of terabytes": (huge_header, "bytes"),
    "npz: keys": (npz(images=IMAGES, labels=LABELS), "expected the arrays .* Found: images, labels"),
    "npz: lengths": (npz(x=IMAGES, y=LABELS[:5]), "x has 6 images, but y has 5 labels"),
    "npz: negative label": (npz(x=IMAGES, y=LABELS - 1), "run from -1 to 0"),
    "npz: label of 70,000": (npz(x=IMAGES, y=LABELS * 70_000), "at most 199"),
    "npz: half a label": (npz(x=IMAGES, y=LABELS / 2), "whole numbers"),
    "npz: NaN": (npz(x=np.full((6, 8, 8), np.nan), y=LABELS), "NaN or infinite"),
    "npz: infinite": (npz(x=np.full((6, 8, 8), np.inf), y=LABELS), "NaN or infinite"),
    "npz: one class": (npz(x=IMAGES, y=LABELS * 0), "1 class"),
    "npz: floats outside": (npz(x=np.full((6, 8, 8), -3.5), y=LABELS), "run from -3.5 to -3.5"),
    "npz: above 255": (npz(x=np.full((6, 8, 8), 256), y=LABELS), "expected 0 to 1 or 0 to 255"),
    "npz: shape": (npz(x=np.zeros((6, 7)), y=LABELS), r"shape \(6, 7\)"),
    "npz: words as pixels": (npz(x=np.full((6, 8, 8), "a"), y=LABELS), "should be numbers"),
    "npz: too large": (npz(x=np.zeros((10, 800, 800), np.uint8), y=np.arange(10) % 2), "unpacks to|expected at most"),
    "npz: not one": (raw("a.npz", b"PK\x03\x04 no"), "not a zip file|can't be read"),
    "csv: ragged": (csv("0,1,2,3,4", "1,1,2,3"), "line 2: expected 4 pixels as above, received 3"),
    "csv: a word": (csv("0,1,2,3,4", "1,1,x,3,4"), "line 2: pixel 2 is 'x'"),
    "csv: NaN": (csv("0,1,2,3,nan", "1,1,2,3,4"), "line 1: a pixel is NaN"),
    "csv: a label": (csv("0.5,1,2,3,4", "1,1,2,3,4"), "line 1: the label is '0.5'"),
    "csv: no square": (csv("0,1,2", "1,1,2"), "2 pixels are no square image"),
    "csv: not text": (raw("a.csv", b"\xff\xfe\x00" * 50), "not a CSV file"),
    "csv: endless line": (raw("a.csv", b"0," * 1_000_000), "longer than"),
    "csv: no commas": (raw("a.csv", b"hello\nworld"), "no commas"),
    "idx: cut short": (idx((6, 8, 8), 100, 6), "its header says 384 bytes, the file has 100"),
    "idx: terabytes": (idx((2**31, 1000, 1000), 100, 6), "expected at most 5.0 MB"),
    "idx: gzip bomb": (idx((6, 8, 8), 9_000_000, 6, packed=True), "the file has more"),
    "idx: lengths": (idx((6, 8, 8), 384, 5), "6 images, but .* has 5 labels"),
    "idx: alone": (raw("train-images-idx3-ubyte", b"\x00\x00\x08\x03"), "no file of labels"),
    "a picture": (raw("a.png", png(noise(1))), "single picture"),
    "an empty file": (raw("a.csv", b""), "is empty"),
    "too large an upload": (raw("a.csv", bytes(6_000_000)), r"has 6\.0 MB; expected at most 5\.0 MB"),
    "nothing there": (lambda folder: folder / "none.zip", "cannot be opened"),
}  # fmt: skip


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_in_one_line_and_nothing_is_kept(tmp_path: Path, make: tuple[Make, str]) -> None:
    path = make[0](tmp_path)
    own = OwnDatasets(tmp_path / "datasets")
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match=make[1]) as caught:
            import_data(path, "bad", own, ImportOptions(), LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600
    assert own.names() == [] and not (tmp_path / "datasets").exists()


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_the_command_line_says_the_same(
    tmp_path: Path, make: tuple[Make, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_BUILDER_IMPORT_LIMIT_MB", "5")
    done = command("data", "import", str(make[0](tmp_path)), "--name", "bad")
    assert done.exit_code == 1 and done.stdout == ""
    assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert command("data", "list").stdout == ""


def exif_rotated() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return png(noise(7, 20, 30), "JPEG", exif=exif.tobytes())


def animated() -> bytes:
    frames = [Image.fromarray(noise(seed)) for seed in (1, 2, 3)]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    return content.getvalue()


def of_size(width: int, height: int) -> bytes:
    """A PNG whose header says this size; it has no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def palette() -> bytes:
    image = Image.fromarray(noise(3)).convert("P")
    content = io.BytesIO()
    image.save(content, "PNG", transparency=0)
    return content.getvalue()


def cmyk() -> bytes:
    content = io.BytesIO()
    Image.fromarray(noise(4, 20, 20, 3)).convert("CMYK").save(content, "JPEG")
    return content.getvalue()


PICTURES: dict[str, tuple[bytes, str | None]] = {
    "30,000²": (of_size(30_000, 30_000), "pixels"),
    "12,000²": (of_size(12_000, 12_000), "pixels"),
    "animated": (animated(), "3 images"),
    "CMYK": (cmyk(), None),
    "16 bit": (png(noise(5).astype(np.uint16) * 257), None),
    "palette": (palette(), None),
    "EXIF": (exif_rotated(), None),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a supported picture"),
    "HTML": (b"<html><script>alert(1)</script></html>", "not a supported picture"),
    "truncated": (png(noise(6))[:-150], "damaged or cut short"),
    "1×1": (png(noise(8, 1, 1)), "only 1×1 pixels"),
    "another size": (png(noise(9, 50, 70)), None),
    "nothing": (b"", "an empty file"),
    "a zip": (b"PK\x03\x04", "not a supported picture"),
}


@pytest.mark.parametrize("content", PICTURES.values(), ids=PICTURES.keys())
def test_a_bad_picture_among_good_ones_is_skipped_and_told(tmp_path: Path, content: tuple[bytes, str | None]) -> None:
    path = zipped(tmp_path / "a.zip", {**pictures(), "cat/x.png": content[0]})
    own = OwnDatasets(tmp_path / "datasets")
    import_data(path, "pets", own, ImportOptions(), LIMITS)
    version = own.version("pets")
    taken = 11 if content[1] is None else 10
    assert version.train_size + version.test_size == taken
    assert [content[1] in one.reason for one in version.skipped if content[1]] == [True] * (11 - taken)  # type: ignore[operator]
    assert version.skipped_count == 11 - taken


def test_texts_in_a_picture_are_not_unpacked_without_end() -> None:
    """Eighty of a megabyte each: Pillow's own limit is 64 MB, in the server's memory."""
    texts = PngImagePlugin.PngInfo()
    for number in range(80):
        texts.add_text(f"t{number}", "x" * 1_000_000, zip=True)
    content = png(noise(1), pnginfo=texts)
    tracemalloc.start()
    try:
        with pytest.raises(ImageError, match="damaged"):
            read_image(content)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_different_sizes_are_resized_and_said(tmp_path: Path) -> None:
    files = {**pictures(), "cat/wide.png": png(noise(9, 50, 70)), "dog/colour.png": png(noise(10, 28, 28, 3))}
    own = OwnDatasets(tmp_path / "datasets")
    import_data(zipped(tmp_path / "a.zip", files), "pets", own, ImportOptions(), LIMITS)
    notes = " ".join(own.version("pets").notes)
    assert (
        "11 of 12 images were resized to 28×28 (from 20×20 to 70×50). 10 of them were smaller and are blurred." in notes
    )
    assert "1 of 12 images was cropped to their middle square, which holds 71 % of such an image" in notes
    assert "11 of 12 images were grey" in notes
    assert own.version("pets").input_shape == (28, 28, 3)


def test_a_class_of_one_image_trains_and_an_empty_folder_is_counted(tmp_path: Path) -> None:
    files = {**pictures(), "lion/1.png": png(noise(50)), "none/": b"", "cat/list.txt": b"hello", "top.png": b"a"}
    own = OwnDatasets(tmp_path / "datasets")
    import_data(zipped(tmp_path / "a.zip", files), "pets", own, ImportOptions(), LIMITS)
    version = own.version("pets")
    assert version.classes == ("cat", "dog", "lion")
    assert (version.train_counts, version.test_counts) == ((4, 4, 1), (1, 1, 0))
    assert {one.file: one.reason.partition(";")[0] for one in version.skipped} == {
        "none": "empty folder", "cat/list.txt": "is not a supported picture file", "top.png": "not in a class folder",
    }  # fmt: skip
    assert "Only one image of “lion”: it trains, and none tests." in version.notes


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "at least one character"), ("a" * 41, "at most 40 characters, received 41"), ("a\0b", "control character"),
        ("a\u202eb", "control character"), ("../a", "cannot contain '/'"), ("a@b", "cannot contain '@'"),
        (".hidden", "cannot begin"), ("-x", "cannot begin"), ("con.txt", "device on Windows"),
        ("MNIST", "comes with the app"), ("fashion-mnist", "comes with the app"), ("pets", "already"),
        ("PETS", "already"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_used_is_refused_before_anything_is_read(tmp_path: Path, name: str, message: str) -> None:
    own = OwnDatasets(tmp_path / "datasets")
    import_data(zipped(tmp_path / "a.zip", pictures()), "pets", own, ImportOptions(), LIMITS)
    with pytest.raises(DatasetError, match=message):
        import_data(tmp_path / "not there.zip", name, own, ImportOptions(), LIMITS)
    assert own.names() == ["pets"]


def test_the_disk_and_the_number_of_data_sets_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", pictures())
    small = OwnDatasets(tmp_path / "datasets", most_bytes=12_000)
    import_data(path, "one", small, ImportOptions(), LIMITS)
    with pytest.raises(DatasetError, match="expected at most 12,000 bytes together"):
        import_data(path, "two", small, ImportOptions(), LIMITS)
    monkeypatch.setattr("cnn_builder.data.sets.own.library.MAX_DATASETS", 1)
    with pytest.raises(DatasetError, match="At most 1 data sets are kept"):
        import_data(path, "two", OwnDatasets(tmp_path / "datasets"), ImportOptions(), LIMITS)
    assert small.names() == ["one"]


def test_the_options_are_checked(tmp_path: Path) -> None:
    path = str(zipped(tmp_path / "a.zip", pictures()))
    for given, said in (
        (["--size", "4"], "expected 8 to 256 pixels, received 4"), (["--size", "9999"], "received 9999"),
        (["--test-split", "0"], "above 0 and below 1"), (["--test-split", "1"], "above 0 and below 1"),
        (["--test-split", "nan"], "above 0 and below 1"), (["--drawn", "--size", "32"], "Drawings become 28×28 grey"),
    ):  # fmt: skip
        done = command("data", "import", path, "--name", "pets", *given)
        assert done.exit_code == 1 and said in done.stderr, given
    assert main.commands["data"]
