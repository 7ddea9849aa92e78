"""The kinds of setting that are two numbers of which one may stand for both: ranges of chance, and penalties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cnn_builder.architecture.layers.settings import Control, Setting, real

Range = tuple[float, float]


@dataclass(frozen=True)
class NumberRange(Setting):
    """Two numbers, (low, high), in ``minimum … maximum``; given the wrong way round they are put right, as Keras does.

    ``scalar`` says what one number f means: "around" zero is (−f, f), "above" zero is (0, f), and "none" refuses it.
    """

    minimum: float = -1.0
    maximum: float = 1.0
    step: float = 0.01
    scalar: Literal["around", "above", "none"] = "around"
    excluded: float | None = None
    """A bound that Keras takes as the scalar's but not in a pair."""
    sides: tuple[str, str] = ("from", "to")

    @property
    def expected(self) -> str:
        pair = f"two numbers (low, high) from {self.minimum:g} to {self.maximum:g}"
        return pair if self.scalar == "none" else f"a number from {self.minimum:g} to {self.maximum:g}, or {pair}"

    def accept(self, value: Any) -> Range:
        if not isinstance(value, list | tuple):
            return self._spread(real(value, self.minimum, self.maximum))
        first, second = (real(number, self.minimum, self.maximum) for number in value)
        found = min(first, second), max(first, second)
        if self.excluded in found and found != self._spread(found[1]):
            raise ValueError
        return found

    def _spread(self, factor: float) -> Range:
        if self.scalar == "none":
            raise ValueError
        return (0.0 - abs(factor) if self.scalar == "around" else 0.0), abs(factor)

    def control(self, name: str, label: str) -> Control:
        return Control(
            name, label, "pair", self.minimum, self.maximum, self.step,
            help=self.help, optional=self.optional, sides=self.sides,
        )  # fmt: skip

    def to_data(self, value: Range | None) -> Any:
        """One number where it says the same; but (0, f) stays a pair, which every version of Keras takes alike."""
        if value is None:
            return None
        return value[1] if self.scalar == "around" and value[0] == -value[1] else list(value)

    def to_code(self, value: Range | None) -> str:
        data = self.to_data(value)
        return repr(tuple(data) if isinstance(data, list) else data)


@dataclass(frozen=True)
class Penalty(Setting):
    """The factors (l1, l2) of a penalty on weights, l1·sum|w| + l2·sum w²; (0, 0) is none. Files have Keras' own form.

    One number is an L2 factor; 'l1' and 'l2' alone have Keras' 0.01.
    """

    maximum: float = 10.0

    @property
    def expected(self) -> str:
        return 'null or a penalty such as {"class_name": "L2", "config": {"l2": 0.01}}, or L1 or L1L2'

    def accept(self, value: Any) -> Range:
        if isinstance(value, dict):
            l1, l2 = _factors(value)
        elif isinstance(value, list | tuple):
            l1, l2 = value
        else:
            l1, l2 = _NAMED[value] if value is None or isinstance(value, str) else (0.0, value)
        return real(l1, 0.0, self.maximum), real(l2, 0.0, self.maximum)

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "pair", 0.0, self.maximum, 0.0001, help=self.help, sides=("L1", "L2"))

    def to_data(self, value: Range) -> Any:
        named = _named(value)
        return named and {"class_name": named[0], "config": named[1]}

    def to_code(self, value: Range) -> str:
        named = _named(value)
        if named is None:
            return "None"
        name, config = named
        return f"keras.regularizers.{name}({', '.join(f'{key}={factor!r}' for key, factor in config.items())})"


_NAMED = {None: (0.0, 0.0), "l1": (0.01, 0.0), "L1": (0.01, 0.0), "l2": (0.0, 0.01), "L2": (0.0, 0.01)}
_ARGUMENTS = {"L1": {"l1": 0.01}, "L2": {"l2": 0.01}, "L1L2": {"l1": 0.0, "l2": 0.0}}
"""Keras' classes, their arguments and defaults."""


def _factors(config: dict[str, Any]) -> tuple[Any, Any]:
    """(l1, l2) from ``{"class_name": …, "config": …}``; further keys are Keras' own. Raises ValueError."""
    known = _ARGUMENTS.get(str(config.get("class_name")))
    given = config.get("config", {})
    if known is None or not isinstance(given, dict) or given.keys() - known.keys():
        raise ValueError
    merged = {"l1": 0.0, "l2": 0.0} | known | given
    return merged["l1"], merged["l2"]


def _named(value: Range) -> tuple[str, dict[str, float]] | None:
    """Keras' class name and its arguments; None for no penalty."""
    l1, l2 = value
    if not l1:
        return ("L2", {"l2": l2}) if l2 else None
    return ("L1L2", {"l1": l1, "l2": l2}) if l2 else ("L1", {"l1": l1})
