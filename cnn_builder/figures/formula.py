"""The rules of a layer as HTML: in letters, and under that the same with this network's numbers."""

from collections.abc import Sequence
from html import escape

from cnn_builder.architecture.layers.base import Explanation, Shape, times
from cnn_builder.figures.locale_text import localized_numbers


def formula_html(
    numbers: Explanation, input_shape: Shape, output_shape: Shape, letters: Explanation | None = None
) -> str:
    """The rules for shape, parameters and multiply-adds.

    Args:
        numbers: the rules with the layer's numbers in.
        input_shape, output_shape: of the layer, without the batch.
        letters: the same in general; a part without lines is left out.
    """
    letters = letters or Explanation()
    parts = (
        ("Shape", letters.shape, numbers.shape),
        ("Parameters", letters.params, numbers.params),
        ("MACs", letters.macs, numbers.macs),
    )
    rows = "".join(
        f"<dt>{title}</dt><dd>{_lines(general, 'letters')}{_lines(concrete, 'numbers')}</dd>"
        for title, general, concrete in parts
    )
    key = f'<p class="key">{_KEY}</p>' if any(" / s" in line for line in letters.shape) else ""
    flow = f'<p class="cnn-flow">{times(input_shape)} <span>→</span> <b>{times(output_shape)}</b></p>'
    return f'<div class="cnn-formula">{flow}<dl>{rows}</dl>{key}</div>'


def letters_html(letters: Explanation) -> str:
    """The rules in letters alone, without what they come to; empty where there are none."""
    parts = (("Shape", letters.shape), ("Parameters", letters.params), ("MACs", letters.macs))
    rows = "".join(f"<dt>{title}</dt><dd>{_lines(lines, 'letters')}</dd>" for title, lines in parts if lines)
    key = f'<p class="key">{_KEY}</p>' if any(" / s" in line for line in letters.shape) else ""
    return f'<div class="cnn-formula"><dl>{rows}</dl>{key}</div>' if rows else ""


_KEY = (
    "n input size · k (kh, kw) kernel size · s stride · d dilation · p zeros on each side, 2p in all · ⌊ ⌋ round down, "
    "⌈ ⌉ round up. 1 MAC is one multiply-accumulate operation; biases and activations are not counted."
)


def _lines(lines: Sequence[str], style: str) -> str:
    return "".join(f'<div class="{style}">{_result_bold(line, style)}</div>' for line in lines)


def _result_bold(line: str, style: str) -> str:
    """What comes after the last "=" is what people look for."""
    if style == "letters":
        return escape(line)
    line = localized_numbers(line, decimals=True)
    before, equals, result = line.rpartition(" = ")
    if not equals:
        return escape(line)
    value, colon, rest = result.partition(":")
    return f"{escape(before)} = <b>{escape(value)}</b>{escape(colon + rest)}"
