"""The kind of setting that is a shape: a few whole numbers, of which one may be left to be worked out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cnn_builder.architecture.layers.settings import Control, Setting, whole_number
from cnn_builder.limits import MAX_TARGET_AXES, MAX_TARGET_NUMBERS

REST = -1
"""Stands for the one size that follows from the others."""


@dataclass(frozen=True)
class TargetShape(Setting):
    """The sizes of one to three axes, without the batch; at most one of them is −1."""

    @property
    def expected(self) -> str:
        return (
            f"one to {MAX_TARGET_AXES} whole numbers from 1 to {MAX_TARGET_NUMBERS:,} such as [28, 28, 1], "
            "of which one may be -1"
        )

    def accept(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_TARGET_AXES:
            raise ValueError
        sizes = tuple(
            REST if type(size) is int and size == REST else whole_number(size, 1, MAX_TARGET_NUMBERS) for size in value
        )
        if sizes.count(REST) > 1:
            raise ValueError
        return sizes

    def control(self, name: str, label: str) -> Control:
        return Control(name, label, "text", help=self.help, optional=self.optional)

    def to_text(self, value: tuple[int, ...]) -> str:
        return ", ".join(str(size) for size in value)

    def from_text(self, text: str) -> Any:
        """``"28, 28, 1"``, also with ×, x or blanks between, and in brackets; −1 with either sign."""
        inner = re.sub(r"[\[\]()]", " ", text).replace("−", "-")
        parts = [part for part in re.split(r"[\s,;×x*]+", inner) if part]
        if not parts or not all(re.fullmatch(r"-?[0-9]{1,9}", part) for part in parts):
            return text
        return [int(part) for part in parts]
