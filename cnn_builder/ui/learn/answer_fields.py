"""Fields for answers, the same for lessons and drills."""

from collections.abc import Sequence

import streamlit as st

from cnn_builder.learn.lessons import AnswerField


def answer_field(field: AnswerField, key: str, value: str) -> str:
    """Draw a field that begins with ``value``; what stands in it, "" where nothing does."""
    if field.choices:
        at = field.choices.index(value) if value in field.choices else None
        return st.radio(field.label, field.choices, index=at, key=key) or ""
    if field.code:
        return st.text_area(field.label, value or field.code, height=330, key=key) or ""
    return st.text_input(field.label, value, key=key, placeholder=field.hint, autocomplete="off") or ""


def field_marks(fields: Sequence[AnswerField], right: Sequence[bool | None]) -> str:
    """Which of several fields are right, in words; "" where there is only one."""
    if len(fields) < 2 or len(right) != len(fields):
        return ""
    words = {True: "✓ right", False: "✗ not right", None: "to fill in"}
    marks = [f"{field.label.partition(':')[0]}: {words[one]}" for field, one in zip(fields, right, strict=True)]
    return " · ".join(marks)
