"""The learning rate over the epochs of a run that has not begun, as a small SVG and in words."""

from base64 import b64encode
from html import escape

import numpy as np

from cnn_builder.figures.colours import ACCENT
from cnn_builder.runs.settings import RunSettings
from cnn_builder.runs.settings.lr_schedule import factors

_WIDTH, _HEIGHT = 360, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 352, 26, 104
_POINTS = 240
_LIGHT, _DARK = ("#4b4b57", "#b9b9c6"), ("#c3c3cf", "#55556a")  # of the text, of the axis
_TICKS = 6


def schedule_html(settings: RunSettings, steps_per_epoch: int, dark: bool) -> str:
    """The picture as an image of a page, as wide as its place."""
    picture = b64encode(schedule_svg(settings, steps_per_epoch, dark).encode()).decode("ascii")
    alt = escape(schedule_words(settings), quote=True)
    return (
        f'<img alt="{alt}" src="data:image/svg+xml;base64,{picture}" style="width:100%;max-width:30rem;display:block">'
    )


def schedule_svg(settings: RunSettings, steps_per_epoch: int, dark: bool) -> str:
    """The learning rate of every step as a line from the first epoch to the last, on a dark or a light background."""
    total = settings.epochs * max(steps_per_epoch, 1)
    steps = np.unique(np.linspace(0, total, min(_POINTS, total) + 1).round())
    shares = factors(settings, steps, max(steps_per_epoch, 1))
    xs = _LEFT + steps / total * (_RIGHT - _LEFT)
    ys = _BOTTOM - shares * (_BOTTOM - _TOP)
    line = _path(xs, ys, stairs=settings.schedule == "step")
    area = f"{line}L{xs[-1]:.1f} {_BOTTOM}L{xs[0]:.1f} {_BOTTOM}Z"
    text, axis = _DARK if dark else _LIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" color="{ACCENT[dark]}" '
        'font-family="system-ui,sans-serif" font-size="12">'
        f'<path d="{area}" fill="currentColor" opacity="0.14"/>'
        f'<path d="M{_LEFT} {_BOTTOM}H{_RIGHT}" stroke="{axis}"/>'
        f'<path d="{line}" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>'
        f'<g fill="{text}"><text x="{_LEFT}" y="14">Learning rate, maximum {settings.learning_rate:g}</text>'
        f"{_ticks(settings.epochs)}</g></svg>"
    )


def schedule_words(settings: RunSettings) -> str:
    """The same in a sentence."""
    rate, epochs = settings.learning_rate, settings.epochs
    every = "each epoch" if settings.decay_epochs == 1 else f"every {settings.decay_epochs:g} epochs"
    after = {
        "constant": f"stays at {rate:g}",
        "cosine": f"decays along a cosine to {rate * settings.final_fraction:g} at the end of epoch {epochs}",
        "step": f"is multiplied by {settings.decay_rate:g} {every}",
        "exponential": f"decays exponentially, by a factor of {settings.decay_rate:g} {every}",
    }[settings.schedule]
    warmup = settings.warmup_epochs
    if not warmup:
        begins = "" if settings.schedule == "constant" else f"starts at {rate:g} and "
        return f"The learning rate {begins}{after}."
    first = "the first epoch" if warmup == 1 else f"the first {warmup:g} epochs"
    return f"The learning rate rises from 0 to {rate:g} over {first}, then {after}."


def _path(xs: np.ndarray, ys: np.ndarray, stairs: bool) -> str:
    parts = [f"M{xs[0]:.1f} {ys[0]:.1f}"]
    for x, y, before in zip(xs[1:], ys[1:], ys[:-1], strict=True):
        # A stair goes down at once; the rise of the warm-up before it is a slope.
        parts.append(f"H{x:.1f}V{y:.1f}" if stairs and y > before else f"L{x:.1f} {y:.1f}")
    return "".join(parts)


def _ticks(epochs: int) -> str:
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if epochs / step <= _TICKS)
    marks = []
    for epoch in range(0, epochs + 1, every):
        x = _LEFT + epoch / epochs * (_RIGHT - _LEFT)
        anchor = "start" if epoch == 0 else "end" if epoch == epochs else "middle"
        word = f"epoch {epoch}" if epoch == 0 else f"{epoch}"
        marks.append(f'<text x="{x:.1f}" y="{_BOTTOM + 18}" text-anchor="{anchor}">{word}</text>')
    return "".join(marks)
