"""Shares in per cent, written in one way on every page: nearly all is not all, and nearly none is not none."""

from cnn_builder.figures.locale_text import plain_decimals

NO_BREAK = "\u00a0"


def percent(value: float, decimals: int = 1, space: str = NO_BREAK) -> str:
    """A share from 0 to 1 in per cent; what is not all is never rounded to all, nor what is not none to none.

    0.9997 is "> 99.9 %" and 0.0003 is "< 0.1 %", while 1 is "100.0 %" and 0 is "0.0 %". `space` stands between the
    parts. The decimal sign is the reader's.
    """
    number, step = 100 * value, 10.0**-decimals
    if value < 1 and round(number, 9) > 100 - step:
        return f">{space}{plain_decimals(f'{100 - step:.{decimals}f}')}{space}%"
    if value > 0 and round(number, 9) < step:
        return f"<{space}{plain_decimals(f'{step:.{decimals}f}')}{space}%"
    return f"{plain_decimals(f'{number:.{decimals}f}')}{space}%"


def confidence(probability: float, space: str = NO_BREAK) -> str:
    """A network's probability in per cent. A softmax reaches neither 0 nor 1: where it says so, float32 has rounded."""
    return percent(min(max(probability, _LEAST), 1 - _LEAST), space=space)


_LEAST = 1e-9
