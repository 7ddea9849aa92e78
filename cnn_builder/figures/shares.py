"""Shares and intervals in words, as Keras reports them. A minus is a minus sign. In per cent: see `percentages`."""

from cnn_builder.runs.results.confidence_interval import Interval


def share(value: float | None) -> str:
    """Four decimals, as Keras reports them; a dash where there is none."""
    return "–" if value is None else f"{value:.4f}"


def range_text(interval: Interval) -> str:
    """ "0.9869 to 0.9910"."""
    return f"{interval.low:.4f} to {interval.high:.4f}"


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign: "+1.20", "−0.35"."""
    text = f"{100 * value:+.2f}"
    return text.replace("-", "−") if float(text) else "0.00"
