"""The rules of a layer with this network's numbers in them, as HTML."""

from html import escape

from cnn_builder.architecture.layers.base import Explanation, Shape, times


def formula_html(explanation: Explanation, input_shape: Shape, output_shape: Shape) -> str:
    """The three rules; shapes leave out the batch."""
    parts = (("Shape", explanation.shape), ("Parameters", explanation.params), ("MACs", explanation.macs))
    rows = "".join(
        f"<dt>{title}</dt><dd>{''.join(f'<div>{escape(line)}</div>' for line in lines)}</dd>" for title, lines in parts
    )
    flow = f'<p class="cnn-flow">{times(input_shape)} <span>→</span> <b>{times(output_shape)}</b></p>'
    return f'<div class="cnn-formula">{flow}<dl>{rows}</dl></div>'
