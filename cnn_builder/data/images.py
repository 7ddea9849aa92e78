"""Picture files -> arrays, within limits: a file is checked by its header before its pixels are unpacked."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnn_builder.data.errors import ImageError

MAX_PIXELS = 50_000_000
MAX_BYTES = 50_000_000
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")


def read_image(source: Path | str | bytes) -> np.ndarray:
    """A picture as (height, width) grey or (height, width, 3) colour, uint8.

    Turned as its EXIF says; transparency laid on white; 16 bit brought to 8; palettes and CMYK to colour.
    Raises ImageError: not a picture, cut short, animated, or larger than MAX_PIXELS.
    """
    name = "The picture" if isinstance(source, bytes) else Path(source).name
    content = source if isinstance(source, bytes) else _content(Path(source), name)
    if len(content) > MAX_BYTES:
        raise ImageError(f"{name} is {len(content):,} bytes; at most {MAX_BYTES:,} are read. Save it smaller.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures from its own limit on; ours is lower, and is an error.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check(image, name)
                return _as_array(_upright(image))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ImageError(_refusal(name, error)) from error
    except ImageError:
        raise
    except Exception as error:  # a decoder may raise anything over a damaged file
        raise ImageError(f"{name} is damaged or cut short ({error}). Save it again as PNG or JPEG.") from error


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"{name} can't be opened: {reason}.") from error


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; as it is where that cannot be read, since the pixels may be sound."""
    try:
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception:
        image.load()
        return image


def _check(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(f"{name} has {width:,}×{height:,} pixels; at most {MAX_PIXELS:,} in all. Make it smaller.")
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise ImageError(f"{name} holds {frames} pictures (animated or with pages); expected one. Save a single one.")


def _refusal(name: str, error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"{name} has too many pixels; at most {MAX_PIXELS:,} in all. Make it smaller."
    return f"{name} is not a picture that can be read; expected one of {', '.join(FORMATS)}."


def _as_array(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        return _to_8_bit(np.asarray(image))
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    elif image.mode in ("1", "L"):
        image = image.convert("L")
    else:
        image = image.convert("RGB")
    return np.asarray(image)


def _to_8_bit(values: np.ndarray) -> np.ndarray:
    """16-bit grey by its full range, 0 to 65,535; floats by their own range, as they have no other."""
    if values.dtype.kind == "f":
        finite = np.nan_to_num(values)
        low, high = float(finite.min()), float(finite.max())
        return np.rint((finite - low) * (255 / (high - low or 1))).astype(np.uint8)
    # Pillow may hold 16-bit pixels in 32 bits, where small values may really be 8 bit.
    scale = 257 if values.max(initial=0) > 255 else 1
    return np.clip(values // scale, 0, 255).astype(np.uint8)
