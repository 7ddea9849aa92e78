"""Which of a model's formats is worth having, in words, by what their checks found."""

from collections.abc import Mapping

from cnn_builder.architecture.memory import bytes_text
from cnn_builder.runs.exports.formats import CHECKED_FORMATS
from cnn_builder.runs.exports.kept import FormatCheck

SMALLER, FASTER = 1.5, 1.25
"""From which factor on a file is called smaller, and a runtime faster: repeated timings differ by less."""
NOTICED_BYTES, NOTICED_MS = 100_000, 0.1
"""What saves less than this, gains nothing that anyone would notice."""
EXACT = 1e-3
"""Probabilities that differ by less are the same, but for rounding."""


def worth_words(checks: Mapping[str, FormatCheck]) -> dict[str, str]:
    """A sentence or two for each format that was checked, by its key.

    int8 is judged beside LiteRT float32 where there is one, since it is chosen instead of that; every other format
    beside the run's own model in Keras.
    """
    words = {}
    for form, check in checks.items():
        base = checks.get("litert" if form == "litert-int8" and "litert" in checks else "keras")
        if form == "keras":
            words[form] = "The model itself: the others are compared with it."
        else:
            words[form] = f"{_answers(check)} {_gain(check, base)}".strip()
    return words


def _answers(check: FormatCheck) -> str:
    """Whether it reads what the run's model reads."""
    if not check.changed:
        same = "with the same probabilities" if check.difference < EXACT else "with other probabilities"
        return f"The same answer for all {check.images:,} test images, {same}."
    count = len(check.changed)
    answers = f"{count:,} of {check.images:,} answers changed"
    points = 100 * check.accuracy_change
    if check.gained == check.lost:
        return f"{answers}; the accuracy is the same."
    if not check.change_interval.holds_zero:
        more = "more" if points > 0 else "less"
        return f"{answers}: {abs(points):.2f} points {more} accurate, which is not chance."
    return f"{answers}; a difference in accuracy ({points:+.2f} points) cannot be told from chance.".replace("-", "−")


def _gain(check: FormatCheck, base: FormatCheck | None) -> str:
    """What it saves beside another format, and whether that makes it worth having."""
    if base is None:
        return ""
    than = f"than {CHECKED_FORMATS[base.form].title}"
    gains = []
    if base.bytes >= SMALLER * check.bytes and base.bytes - check.bytes >= NOTICED_BYTES:
        gains.append(f"{base.bytes / check.bytes:.1f} times smaller")
    if base.milliseconds >= FASTER * check.milliseconds and base.milliseconds - check.milliseconds >= NOTICED_MS:
        gains.append(f"{base.milliseconds / check.milliseconds:.1f} times faster")
    loses = bool(check.changed) and check.change_interval.high < 0
    if gains and loses:
        return f"It is {' and '.join(gains)} {than}: worth it only where that matters more than accuracy."
    if gains:
        return f"Worth it: {' and '.join(gains)} {than}."
    if check.form == "litert-int8":
        size = f"{bytes_text(check.bytes)} instead of {bytes_text(base.bytes)}"
        times = f"{check.milliseconds:.2f} ms instead of {base.milliseconds:.2f} ms"
        return f"It gains nothing that matters on so small a network: {size}, {times}."
    return f"Neither much smaller nor much faster {than}: worth it only where its runtime is needed."
