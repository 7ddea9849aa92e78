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

LARGEST = 1_000_000_000

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
    kind: Literal["int", "pair", "float", "choice", "bool"]
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    help: str = ""
    optional: bool = False


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

    def check(self, value: Any) -> Any:
        if value is None and self.optional:
            return None
        try:
            return self.accept(value)
        except (ValueError, TypeError, OverflowError):
            raise ValueError(self.expected + (" or null" if self.optional else "")) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        check: Callable[[Any], Any] = self.check
        return core_schema.no_info_plain_validator_function(check)


INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "random_uniform",
    "random_normal", "truncated_normal", "variance_scaling", "zeros", "ones",
)  # fmt: skip


def whole(value: Any, minimum: int, maximum: int) -> int:
    """A whole number in ``minimum … maximum``; booleans, text and fractions are refused with ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise ValueError
    return value


@dataclass(frozen=True)
class Whole(Setting):
    """A whole number of at least ``minimum``."""

    minimum: int = 1
    maximum: int = LARGEST

    @property
    def expected(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum:,}"

    def accept(self, value: Any) -> int:
        return whole(value, self.minimum, self.maximum)

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
        return whole(height, self.minimum, self.maximum), whole(width, self.minimum, self.maximum)

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
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError
        if not self.minimum <= value <= self.maximum:
            raise ValueError
        return float(value)

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


@dataclass(frozen=True)
class L2(Real):
    """The factor of an L2 penalty on the weights, in Keras' own form in files; 'l2' alone is Keras' 0.01."""

    optional: bool = True
    maximum: float = 10.0
    step: float = 0.0001

    @property
    def expected(self) -> str:
        return 'an L2 penalty such as {"class_name": "L2", "config": {"l2": 0.01}}'

    def accept(self, value: Any) -> float:
        if value in ("l2", "L2"):
            return 0.01
        if isinstance(value, dict):
            config = value.get("config")
            if value.get("class_name") != "L2" or not isinstance(config, dict) or set(config) - {"l2"}:
                raise ValueError
            value = config.get("l2", 0.01)
        return super().accept(value)

    def to_data(self, value: float | None) -> Any:
        return None if value is None else {"class_name": "L2", "config": {"l2": value}}

    def to_code(self, value: float | None) -> str:
        return "None" if value is None else f"keras.regularizers.L2({value!r})"
