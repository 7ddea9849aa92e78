"""The network as an SVG for a paper or a slide: oblique boxes from left to right, each with its settings and shape.

Text stays text, the background is clear, nothing is loaded from anywhere. A title and a description say it in words.
"""

from dataclasses import dataclass
from html import escape

from cnn_builder.architecture import Architecture, Trace
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.colours import CATEGORY_COLOURS, INPUT_COLOUR
from cnn_builder.figures.volumes import Cuboid, boxes

MISFIT = "does not fit"
PER_ROW = 12
"""Boxes in a row; a longer stack goes on below."""
_GAP, _MARGIN = 26.0, 16.0
_FIRST_LINE, _LINE_HEIGHT = 18.0, 13.0
"""From the boxes' feet down to the title, and on to each line below it."""
_CHAR, _SMALL_CHAR = 6.6, 5.9
"""Widths of a character, in pixels, on the generous side: fonts differ."""
_INK, _QUIET, _LINE, _WRONG = "#1f2937", "#4b5563", "#9ca3af", "#b91c1c"
_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;text-anchor:middle}"
)
_SLOPE = 0.62
"""Rise of the slanted edges for each pixel to the right."""


@dataclass(frozen=True)
class _Block:
    """One box with what is written under it."""

    title: str
    settings: tuple[str, ...]
    shape: str
    box: Cuboid
    colour: str
    fits: bool = True

    @property
    def width(self) -> float:
        texts = [len(self.title) * _CHAR, *(len(line) * _SMALL_CHAR for line in (*self.settings, self.shape))]
        return max(self.box.width + self.box.slant, *texts)

    @property
    def above(self) -> float:
        """Height over the foot of the box."""
        return self.box.height + self.box.slant * _SLOPE

    @property
    def below(self) -> float:
        """Height of the lines under it."""
        return _FIRST_LINE + _LINE_HEIGHT * (1 + len(self.settings)) + 4


def diagram(architecture: Architecture, traced: Trace) -> str:
    """The SVG document. It has a viewBox, so that its width can be set where it is used."""
    rows = _rows(_blocks(architecture, traced))
    width = max(_row_width(row) for row in rows) + 2 * _MARGIN
    parts, height = [], _MARGIN / 2
    for number, row in enumerate(rows):
        base = height + max(block.above for block in row)
        parts.append(_row(row, base, number + 1 < len(rows)))
        height = base + max(block.below for block in row) + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="network-title network-desc">\n'
        f'<title id="network-title">{escape(architecture.name)}</title>\n'
        f'<desc id="network-desc">{escape(_description(architecture, traced))}</desc>\n'
        f"<style>{_STYLE}</style>\n{''.join(parts)}</svg>\n"
    )


def _description(architecture: Architecture, traced: Trace) -> str:
    layers = ", ".join(" ".join(filter(None, (layer.type, layer.label()))) for layer in architecture.layers)
    return f"Input {times(traced.input_shape)}, {layers or 'no layers'}. {traced.total_params:,} parameters."


def _blocks(architecture: Architecture, traced: Trace) -> list[_Block]:
    """The input and the layers; one that is not reached has the size of the last that is."""
    shapes = [traced.input_shape, *(row.output_shape for row in traced.rows)]
    shapes += [shapes[-1]] * (len(architecture.layers) + 1 - len(shapes))
    drawn = boxes(shapes)
    blocks = [_Block("Input", (), times(traced.input_shape), drawn[0], INPUT_COLOUR)]
    for index, layer in enumerate(architecture.layers):
        fits = index < len(traced.rows)
        broken = traced.error is not None and traced.error.index == index
        shape = times(shapes[index + 1]) if fits else MISFIT if broken else "–"
        colour = CATEGORY_COLOURS.get(layer.category, INPUT_COLOUR)
        settings = tuple(part for part in layer.label().split(" · ") if part)
        blocks.append(_Block(layer.type, settings, shape, drawn[index + 1], colour, fits))
    return blocks


def _rows(blocks: list[_Block]) -> list[list[_Block]]:
    """As few rows as hold the blocks, about equally long."""
    count = -(-len(blocks) // (PER_ROW + 1))
    size = -(-len(blocks) // count)
    return [blocks[start : start + size] for start in range(0, len(blocks), size)]


def _row_width(row: list[_Block]) -> float:
    return sum(block.width for block in row) + _GAP * len(row)


def _row(row: list[_Block], base: float, goes_on: bool) -> str:
    parts, left = [], _MARGIN
    for number, block in enumerate(row):
        parts.append(_block(block, left + block.width / 2, base))
        left += block.width
        if number + 1 < len(row) or goes_on:
            parts.append(_arrow(left + 4, left + _GAP - 4, base - 14))
        left += _GAP
    return "".join(parts)


def _arrow(start: float, end: float, y: float) -> str:
    return (
        f'<path d="M{start:.1f} {y:.1f}H{end:.1f}m-5 -3.5l5 3.5l-5 3.5" fill="none" stroke="{_LINE}" '
        'stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"/>\n'
    )


def _block(block: _Block, middle: float, base: float) -> str:
    box = block.box
    left = middle - (box.width + box.slant) / 2
    top, rise = base - box.height, box.slant * _SLOPE
    back, right = left + box.slant, left + box.width
    faces = (
        (0.85, f"M{left:.1f} {top:.1f}h{box.width:.1f}v{box.height:.1f}h{-box.width:.1f}z"),
        (0.45, f"M{left:.1f} {top:.1f}L{back:.1f} {top - rise:.1f}h{box.width:.1f}L{right:.1f} {top:.1f}z"),
        (0.65, f"M{right:.1f} {top:.1f}l{box.slant:.1f} {-rise:.1f}v{box.height:.1f}L{right:.1f} {base:.1f}z"),
    )
    dashes = "" if block.fits else ' stroke-dasharray="3 2"'
    drawn = "".join(
        f'<path d="{path}" fill="{block.colour}" fill-opacity="{opacity if block.fits else 0.12:g}" '
        f'stroke="{block.colour}" stroke-width="1" stroke-linejoin="round"{dashes}/>'
        for opacity, path in faces
    )
    foot = base + _FIRST_LINE
    lines = [_text(block.title, middle, foot, 11.5, _INK, ' font-weight="600"')]
    for number, line in enumerate(block.settings, 1):
        lines.append(_text(line, middle, foot + _LINE_HEIGHT * number, 10, _QUIET))
    colour = _WRONG if block.shape == MISFIT else _INK
    lines.append(_text(block.shape, middle, foot + _LINE_HEIGHT * (1 + len(block.settings)), 10, colour))
    return f"<g>{drawn}{''.join(lines)}</g>\n"


def _text(text: str, x: float, y: float, size: float, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{more}>{escape(text)}</text>'
