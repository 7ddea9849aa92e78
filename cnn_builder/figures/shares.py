"""Shares and intervals in words. A minus is a minus sign, and nothing that is not certain is rounded to certainty."""

from cnn_builder.runs.interval import Interval


def sure(probability: float) -> str:
    """One decimal of a per cent; 99.97 % is not rounded up to certainty, nor 0.01 % down to none."""
    value = 100 * probability
    if 0 < value < 0.1:
        return "<\u00a00.1\u00a0%"
    return f"{value if value >= 100 else min(value, 99.9):.1f}\u00a0%"


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
