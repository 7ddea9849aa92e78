"""Picture files of every awkward kind are read right, or refused in one line."""

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_builder.data import ImageError, read_image


def png(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_grey_and_colour_keep_their_shape(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(Image.new("L", (30, 20), 7)))
    assert read_image(tmp_path / "a.png").shape == (20, 30)
    colours = read_image(png(Image.new("RGB", (30, 20), (1, 2, 3))))
    assert colours.shape == (20, 30, 3) and colours[0, 0].tolist() == [1, 2, 3]
    assert read_image(png(Image.new("1", (1, 1), 1))).tolist() == [[255]]


def test_16_bit_is_brought_to_8() -> None:
    values = np.array([[0, 65535, 32896]], np.uint16)
    assert read_image(png(Image.fromarray(values))).tolist() == [[0, 255, 128]]


def test_transparency_is_laid_on_white() -> None:
    assert read_image(png(Image.new("RGBA", (2, 2), (9, 9, 9, 0))))[0, 0].tolist() == [255, 255, 255]
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette([9, 9, 9, 200, 0, 0])
    assert read_image(png(palette, transparency=0))[0, 0].tolist() == [255, 255, 255]


def test_cmyk_becomes_colour() -> None:
    assert read_image(png(Image.new("CMYK", (8, 8)), "JPEG")).shape == (8, 8, 3)


def test_exif_turn_is_obeyed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_image(png(Image.new("L", (30, 20)), "JPEG", exif=exif)).shape == (30, 20)


def test_a_damaged_turn_leaves_the_picture_as_it_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.new("L", (4, 8), 7).save(file, "JPEG", exif=exif)
    content = file.getvalue()
    place = content.index(b"Exif\0\0") + 6
    for cut in range(4, 40, 3):  # the EXIF block says rubbish from there on
        broken = content[: place + cut] + b"\xff" * 6 + content[place + cut + 6 :]
        with contextlib.suppress(ImageError):
            assert read_image(broken).shape in ((4, 8), (8, 4))


@pytest.mark.parametrize("error", [TypeError("Missing dimensions"), struct.error("unpack"), KeyError(3)])
def test_whatever_a_decoder_raises_is_an_error_in_words(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Image, "open", fails)
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_image(b"anything")


def test_too_many_pixels_are_refused_before_unpacking() -> None:
    for side in (12_000, 30_000):
        header = png(Image.new("1", (1, 1)))
        # The size in a PNG header is at bytes 16 to 24; its checksum, at 29, is made anew.
        body = header[12:16] + side.to_bytes(4, "big") * 2 + header[24:29]
        large = header[:12] + body + zlib.crc32(body).to_bytes(4, "big") + header[33:]
        with pytest.raises(ImageError, match="pixels"):
            read_image(large)


def test_animated_is_refused() -> None:
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 255)]
    with pytest.raises(ImageError, match="2 images"):
        read_image(png(frames[0], "GIF", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html></html>", b"\x89PNG"])
def test_what_is_not_a_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ImageError, match="not a supported picture"):
        read_image(content)


def test_truncated_is_refused_by_name(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    (tmp_path / "cut.png").write_bytes(png(Image.fromarray(noise))[:500])
    with pytest.raises(ImageError, match=r"cut\.png is damaged or cut short"):
        read_image(tmp_path / "cut.png")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"none\.png can't be opened: No such file"):
        read_image(tmp_path / "none.png")
    with pytest.raises(ImageError, match="can't be opened"):
        read_image(tmp_path)
