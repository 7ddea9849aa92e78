"""An answer as a person writes it, read and compared with the right one."""

from __future__ import annotations

from cnn_builder.architecture.shape_answers import parse_count, parse_shape
from cnn_builder.learn.drills.drill import Drill, DrillAnswer


def read_answer(drill: Drill, text: str) -> DrillAnswer | None:
    """The answer that was meant; None where it cannot be read as one.

    Shapes and counts are read as in the exercise of the Build page. A receptive field may be one number, its side.
    """
    if isinstance(drill.answer, str):
        return text if text in drill.choices else None
    if isinstance(drill.answer, int):
        return parse_count(text)
    shape = parse_shape(text)
    if shape is not None and len(shape) == 1 and drill.kind == "receptive_field":
        return (shape[0], shape[0])
    return shape


def is_right(drill: Drill, text: str) -> bool:
    """Whether the answer is the right one; what cannot be read is not."""
    return read_answer(drill, text) == drill.answer


def expected_form(drill: Drill) -> str:
    """How to write an answer, for the field's hint."""
    if isinstance(drill.answer, int):
        return "A whole number, such as 320"
    if drill.kind == "receptive_field":
        return "Height × width, such as 5×5"
    return "Such as 26×26×32, or 640 for a vector"


def answer_text(answer: DrillAnswer) -> str:
    """The answer as people write it."""
    if isinstance(answer, tuple):
        return "×".join(map(str, answer))
    return f"{answer:,}" if isinstance(answer, int) else answer
