"""Arrays as pictures: one image of all maps of a layer, cut into tiles by the browser."""

import base64
import math
from collections.abc import Sequence
from functools import cache
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image
from plotly.colors import sample_colorscale

SEQUENTIAL, DIVERGING, GREY = "Viridis", "RdBu_r", "Greys_r"


@cache
def _colours(name: str) -> np.ndarray:
    """256 colours of a scale, uint8 (256, 3)."""
    if name == GREY:
        return np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
    rgb = sample_colorscale(name, list(np.linspace(0, 1, 256)), colortype="tuple")
    return np.rint(np.array(rgb) * 255).astype(np.uint8)


def coloured(values: np.ndarray, low: float, high: float, scale: str) -> np.ndarray:
    """Numbers as colours, uint8 (..., 3); ``low`` and ``high`` are the ends of the scale."""
    places = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return _colours(scale)[np.rint(np.clip(np.nan_to_num(places), 0, 1) * 255).astype(int)]


def limits(values: np.ndarray) -> tuple[float, float, str]:
    """Ends and scale for some numbers: from 0 up, or both ways from 0 where some are negative."""
    if not values.size:
        return 0.0, 1.0, SEQUENTIAL
    low, high = float(values.min()), float(values.max())
    if low < 0:
        reach = max(-low, high)
        return -reach, reach, DIVERGING
    return 0.0, high, SEQUENTIAL


def png_url(pixels: np.ndarray) -> str:
    """uint8 (height, width), (…, 1) or (…, 3) as a ``data:`` address."""
    data = BytesIO()
    Image.fromarray(pixels.squeeze(-1) if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels).save(data, "PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


def tiles_html(maps: np.ndarray, names: Sequence[str], label: str, each_own: bool = False) -> str:
    """Maps (n, height, width) as a grid of tiles; pointing at one shows its name.

    ``each_own`` gives each map its own scale, so that faint ones can be seen; otherwise they can be compared.
    """
    count, height, width = maps.shape
    columns = max(1, math.ceil(math.sqrt(count)))
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    low, high, scale = limits(maps)
    for place, values in enumerate(maps):
        if each_own:
            low, high, scale = limits(values)
        row, column = divmod(place, columns)
        target = sheet[row * height : (row + 1) * height, column * width : (column + 1) * width]
        target[:] = coloured(values, low, high, scale)
    parts = []
    for place, name in enumerate(names):
        row, column = divmod(place, columns)
        x = 100 * column / (columns - 1) if columns > 1 else 0
        y = 100 * row / (rows - 1) if rows > 1 else 0
        parts.append(f'<span title="{escape(name)}" style="background-position:{x:.4f}% {y:.4f}%"></span>')
    style = f"--sheet:url({png_url(sheet)});--tile:{_tile_side(count, height)}px;--shape:{width}/{height}"
    size = f"--columns:{columns};--rows:{rows}"
    head = f'<div class="cnn-tiles" role="img" aria-label="{escape(label)}" style="{style};{size}">'
    return f"{head}{''.join(parts)}</div>"


def _tile_side(count: int, height: int) -> int:
    """Large where there are few, so that a layer of any size stays about a screen high."""
    if height == 1:
        return 16
    return 112 if count <= 16 else 84 if count <= 40 else 60 if count <= 128 else 40


def overlay_url(image: np.ndarray, values: np.ndarray, scale: str = "Inferno") -> str:
    """An image uint8 (height, width, 1 or 3) with a map of any size laid over it, from 0 to the map's highest."""
    height, width = image.shape[:2]
    size = (width * 8, height * 8)
    heat = Image.fromarray(np.maximum(values, 0).astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    spread = np.asarray(heat)
    strength = spread / spread.max() if spread.max() > 0 else spread
    grey = Image.fromarray(image.squeeze(-1) if image.shape[2] == 1 else image).convert("RGB")
    below = np.asarray(grey.resize(size, Image.Resampling.NEAREST)).astype(np.float32)
    alpha = (0.75 * strength)[..., np.newaxis]
    mixed = below * 0.6 * (1 - alpha) + coloured(strength, 0, 1, scale) * alpha
    return png_url(np.rint(mixed).astype(np.uint8))
