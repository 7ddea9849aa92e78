"""Output shapes and parameter counts as a person works them out, compared with the trace."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.trace import TraceRow

_LONGEST = 80


@dataclass(frozen=True)
class Judged:
    """Whether an answer is right; None where none was given."""

    shape: bool | None
    params: bool | None


def judged(row: TraceRow, shape: str, params: str) -> Judged:
    """What was written for a layer's output shape (without or with the batch) and its number of parameters."""
    return Judged(
        parse_shape(shape) == row.output_shape if shape.strip() else None,
        parse_count(params) == row.params if params.strip() else None,
    )


def parse_shape(text: str) -> Shape | None:
    """``26×26×32``, ``26 x 26 x 32``, ``(26, 26, 32)`` and Keras' ``(None, 26, 26, 32)`` alike, else None."""
    inner = text.strip()[:_LONGEST].strip("()[] ").rstrip(",")
    parts = [part for part in re.split(r"\s*[×xX*,;]\s*|\s+", inner) if part]
    if parts and parts[0] in ("None", "?", "batch"):
        parts = parts[1:]
    return tuple(map(int, parts)) if parts and all(re.fullmatch(r"[0-9]{1,15}", part) for part in parts) else None


def parse_count(text: str) -> int | None:
    """A whole number, with or without signs between the thousands; None for anything else."""
    found = re.sub(r"(?<=\d)[,.'\u2019_\s](?=\d{3}(?!\d))", "", text.strip()[:_LONGEST])
    return int(found) if re.fullmatch(r"[0-9]{1,18}", found) else None
