"""The rules of a layer as HTML: in letters, and under that the same with this network's numbers."""

from collections.abc import Sequence
from html import escape

from cnn_builder.architecture.layers.base import Explanation, Shape, times


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


_KEY = (
    "n input size · k (kh, kw) size of the window · s stride · d dilation · p zeros added · ⌊ ⌋ round down, "
    "⌈ ⌉ round up. 1 MAC is one multiply-add; additions of the bias and activations are not counted."
)


def _lines(lines: Sequence[str], style: str) -> str:
    return "".join(f'<div class="{style}">{_result_bold(line, style)}</div>' for line in lines)


def _result_bold(line: str, style: str) -> str:
    """What comes after the last "=" is what people look for."""
    before, equals, result = line.rpartition(" = ")
    if style == "letters" or not equals:
        return escape(line)
    value, colon, rest = result.partition(":")
    return f"{escape(before)} = <b>{escape(value)}</b>{escape(colon + rest)}"
