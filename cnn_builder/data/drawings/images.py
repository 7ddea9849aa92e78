"""Picture files -> arrays, within limits: a file is checked by its header before its pixels are unpacked."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from cnn_builder.data.errors import ImageError
from cnn_builder.limits import MAX_PICTURE_BYTES, MAX_PIXELS

PngImagePlugin.MAX_TEXT_MEMORY = PngImagePlugin.MAX_TEXT_CHUNK  # of all texts in a PNG, which nobody reads here
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")


def read_image(source: Path | str | bytes) -> np.ndarray:
    """A picture as (height, width) grey or (height, width, 3) colour, uint8.

    Turned as its EXIF says; transparency laid on white; 16 bit brought to 8; palettes and CMYK to colour.
    Raises ImageError: not a picture, cut short, animated, or larger than MAX_PIXELS.
    """
    name = "The picture" if isinstance(source, bytes) else Path(source).name
    content = source if isinstance(source, bytes) else _content(Path(source), name)
    if len(content) > MAX_PICTURE_BYTES:
        raise ImageError(f"{name} is {len(content):,} bytes; expected at most {MAX_PICTURE_BYTES:,}. Save it smaller.")
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
            return file.read(MAX_PICTURE_BYTES + 1)
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
        limit = f"expected at most {MAX_PIXELS:,} in all"
        raise ImageError(f"{name} has {width:,}×{height:,} pixels; {limit}. Make it smaller.")
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        found = f"{frames} images (animated or with several pages)"
        raise ImageError(f"{name} holds {found}; expected one. Save a single image.")


def _refusal(name: str, error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"{name} has too many pixels; expected at most {MAX_PIXELS:,} in all. Make it smaller."
    return f"{name} is not a supported picture file; expected one of {', '.join(FORMATS)}."


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
