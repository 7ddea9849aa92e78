"""The kinds of setting a layer can have: each checks a value and describes its control.

A kind stands in a field's annotation, ``filters: Annotated[int, Whole()]``. Pydantic calls ``check`` before its own
validation; the inspector reads ``control`` to draw the widget.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from cnn_builder.limits import MAX_SETTING

_NOISE_DIGITS = 3

ACTIVATIONS = (
    "linear", "relu", "softmax", "sigmoid", "tanh", "elu", "selu", "gelu", "silu", "swish", "leaky_relu", "relu6",
    "softplus", "softsign", "exponential", "mish", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "hard_shrink", "soft_shrink", "tanh_shrink", "threshold", "celu", "log_sigmoid", "log_softmax", "sparse_plus",
    "sparse_sigmoid", "sparsemax", "squareplus",
)  # fmt: skip


@dataclass(frozen=True)
class Control:
    """How a setting is shown and changed: everything a widget needs, and nothing about a widget."""

    name: str
    label: str
    kind: Literal["int", "pair", "float", "choice", "bool", "text"]
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    help: str = ""
    optional: bool = False
    sides: tuple[str, str] = ("height", "width")
    """What the two numbers of a pair are called; they are whole numbers where ``step`` is one."""


@dataclass(frozen=True)
class Setting:
    """Base of the kinds. ``optional`` allows None."""

    help: str = ""
    optional: bool = False

    @property
    def expected(self) -> str:
        raise AttributeError("each kind says what it expects")

    def accept(self, value: Any) -> Any:
        """The value in its normal form. Raises ValueError when it is not one this kind takes."""
        return value

    def control(self, name: str, label: str) -> Control:
        """The description of the widget for the field ``name``."""
        raise AttributeError("each kind describes its control")

    def to_data(self, value: Any) -> Any:
        """The value as it stands in a file and as Keras takes it."""
        return list(value) if isinstance(value, tuple) else value

    def to_code(self, value: Any) -> str:
        """The value as Python source."""
        return repr(value)

    def to_text(self, value: Any) -> str:
        """The value as it stands in a field of kind "text"."""
        return "" if value is None else str(value)

    def from_text(self, text: str) -> Any:
        """What was typed, as data for ``Layer.changed``; text that is no value stays text, and is refused there."""
        return text

    def check(self, value: Any) -> Any:
        if value is None and self.optional:
            return None
        try:
            return self.accept(value)
        except (ValueError, TypeError, KeyError, OverflowError):
            raise ValueError(self.expected + (" or null" if self.optional else "")) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        check: Callable[[Any], Any] = self.check
        return core_schema.no_info_plain_validator_function(check)


INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "random_uniform",
    "random_normal", "truncated_normal", "variance_scaling", "orthogonal", "zeros", "ones",
)  # fmt: skip


def whole_number(value: Any, minimum: int, maximum: int) -> int:
    """A whole number in ``minimum … maximum``; booleans, text and fractions are refused with ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise ValueError
    return value


def real(value: Any, minimum: float, maximum: float) -> float:
    """A finite number in ``minimum … maximum``; booleans and text are refused with ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    if not minimum <= value <= maximum:
        raise ValueError
    return without_noise(float(value)) + 0.0  # no −0.0: it would read as a setting that differs


def without_noise(value: float) -> float:
    """``value`` without what adding decimal fractions leaves behind: 0.1 + 0.2 as 0.3, and 1 / 3 as it is.

    A double holds 15 decimal digits exactly; where the digits behind them are all that makes a number long, they are
    noise. What is left out is a millionth of what float32 can tell apart.
    """
    short = float(f"{value:.15g}")
    return short if len(repr(value)) - len(repr(short)) > _NOISE_DIGITS else value


@dataclass(frozen=True)
class Whole(Setting):
    """A whole number of at least ``minimum``."""

    minimum: int = 1
    maximum: int = MAX_SETTING

    @property
    def expected(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum:,}"

    def accept(self, value: Any) -> int:
        return whole_number(value, self.minimum, self.maximum)

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "int", self.minimum, self.maximum, 1, (), self.help, self.optional)


@dataclass(frozen=True)
class Pair(Setting):
    """Two whole numbers, (height, width); one number stands for both."""

    minimum: int = 1
    maximum: int = 10_000

    @property
    def expected(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum:,}, or two of them (height, width)"

    def accept(self, value: Any) -> tuple[int, int]:
        both = value if isinstance(value, list | tuple) else (value, value)
        height, width = both
        return whole_number(height, self.minimum, self.maximum), whole_number(width, self.minimum, self.maximum)

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "pair", self.minimum, self.maximum, 1, (), self.help, self.optional)


@dataclass(frozen=True)
class Real(Setting):
    """A finite number in ``minimum … maximum``, both included."""

    minimum: float = 0.0
    maximum: float = 1.0
    step: float = 0.05

    @property
    def expected(self) -> str:
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    def accept(self, value: Any) -> float:
        return real(value, self.minimum, self.maximum)

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "float", self.minimum, self.maximum, self.step, (), self.help, self.optional)


@dataclass(frozen=True)
class Choice(Setting):
    """One of a few words."""

    options: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        if self.options == ACTIVATIONS:
            return "the name of a Keras activation such as 'relu' or 'softmax'"
        if len(self.options) > 1 and set(self.options) <= set(INITIALIZERS):
            return "the name of a Keras initializer such as 'he_normal' or 'zeros'"
        return "one of " + ", ".join(f"'{option}'" for option in self.options)

    def accept(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise ValueError
        return value

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "choice", options=self.options, help=self.help, optional=self.optional)


@dataclass(frozen=True)
class Flag(Setting):
    """Yes or no."""

    @property
    def expected(self) -> str:
        return "true or false"

    def accept(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "bool", help=self.help, optional=self.optional)
