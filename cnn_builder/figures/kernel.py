"""One output number as a sum: the window times the kernel, in numbers."""

from html import escape

import numpy as np

from cnn_builder.figures.colours import ink_on
from cnn_builder.figures.tiles import DIVERGING, GREY, coloured


def products_html(window: np.ndarray, kernel: np.ndarray | None) -> str:
    """Window, kernel and their products for one input channel, each (height, width); NaN is padding.

    Without a kernel (pooling) only the window is shown.
    """
    parts = [_table("Window", window, GREY)]
    if kernel is not None:
        product = np.where(np.isnan(window), 0, window) * kernel
        parts += [_sign("×"), _table("Kernel", kernel, DIVERGING), _sign("="), _table("Product", product, DIVERGING)]
    return f'<div class="cnn-products">{"".join(parts)}</div>'


def _sign(sign: str) -> str:
    return f'<span class="sign" aria-hidden="true">{sign}</span>'


def _table(title: str, values: np.ndarray, scale: str) -> str:
    known = np.nan_to_num(values)
    high = float(np.abs(known).max()) or 1.0
    low = min(float(known.min()), 0.0) if scale == GREY else -high
    colours = coloured(known, low, high, scale)
    rows = "".join(
        "<tr>" + "".join(_cell(value, colour) for value, colour in zip(row, line, strict=True)) + "</tr>"
        for row, line in zip(values, colours, strict=True)
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{rows}</tbody></table>"


def _cell(value: float, colour: np.ndarray) -> str:
    if np.isnan(value):
        return '<td class="padding" title="zero padding">0</td>'
    red, green, blue = (int(part) for part in colour)
    ink = ink_on(red, green, blue)
    return f'<td style="background:rgb({red},{green},{blue});color:{ink}">{decimal_text(value)}</td>'


def decimal_text(value: float) -> str:
    """Two decimals, more for small numbers; a real minus sign."""
    if abs(value) < 0.0005:
        return "0.00"
    return (f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}").replace("-", "−")
