"""The text of a lesson, and the button that opens it beside the lesson's network."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st

from cnn_builder.runs.settings.lessons import lesson_of

_PACKAGE = Path(__file__).resolve().parents[2]
_SECTION = re.compile(r"^## (?P<title>(?P<name>\w+): .*?)$(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FOLDED = re.compile(r"<details><summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
_PICTURE = re.compile(r"^!\[.*$", re.MULTILINE)


@dataclass(frozen=True)
class LessonText:
    """A lesson's title, and its text in Markdown, part by part: ("", shown at once) or (summary, folded away)."""

    title: str
    parts: tuple[tuple[str, str], ...]


def text_file(package: Path = _PACKAGE) -> Path:
    """Where the lessons' text is: in the package where that was installed, beside the package in a checkout."""
    installed = package / "web" / "docs" / "lessons.md"
    return installed if installed.is_file() else package.parent / "docs" / "lessons.md"


def lesson_text(name: str, file: Path) -> LessonText | None:
    """The text of the lesson of this name, such as "L1"; None where there is none to be read.

    Its pictures are left out: they are files beside the text, which the app does not serve.
    """
    try:
        content = file.read_text(encoding="utf-8")
    except OSError:
        return None
    found = next((match for match in _SECTION.finditer(content) if match["name"] == name), None)
    if found is None:
        return None
    shown = _FOLDED.split(_PICTURE.sub("", found["text"]))
    parts = [("", shown[0])]
    for summary, folded, after in zip(shown[1::3], shown[2::3], shown[3::3], strict=True):
        parts += [(summary, folded), ("", after)]
    return LessonText(found["title"], tuple((summary, text.strip()) for summary, text in parts if text.strip()))


def lesson_button(network: str, key: str, label: str = "", width: Literal["stretch", "content"] = "content") -> None:
    """The button that opens the text of the lesson this network, by its name, belongs to; nothing for others.

    Args:
        label: of the button; the lesson's name where it is empty.
        width: as Streamlit's buttons have it.
    """
    lesson = lesson_of(network)
    text = None if lesson is None else _text(lesson.name)
    if lesson is None or text is None:
        return
    if st.button(
        label or f"Lesson {lesson.name}", key=key, icon=":material/school:", width=width,
        help=f"Opens the text of {text.title}.",
    ):  # fmt: skip
        st.dialog(text.title, width="large")(_show)(text)


@cache
def _text(name: str) -> LessonText | None:
    return lesson_text(name, text_file())


def _show(text: LessonText) -> None:
    for summary, part in text.parts:
        if summary:
            with st.expander(summary):
                st.markdown(part)
        else:
            st.markdown(part)
