"""Drills: a question about one's own network, the answer graded by the trace, the formula, the next one."""

import random
from dataclasses import dataclass, field, replace

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.figures.latex import formula_markdown
from cnn_builder.figures.locale_text import localized_numbers
from cnn_builder.learn.drills import HARDEST, KINDS, Drill, Streak, is_right, next_drill, read_answer
from cnn_builder.learn.drills.drill import layer_lines
from cnn_builder.learn.drills.marking import answer_text, expected_form
from cnn_builder.learn.lessons import AnswerField
from cnn_builder.ui import state
from cnn_builder.ui.learn.answer_fields import answer_field
from cnn_builder.ui.learn.shows import layer_list
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.lesson_progress import keep_progress
from cnn_builder.ui.shared.text import plain

YOURS = "Your network"


@dataclass(frozen=True)
class DrillState:
    """The question that is asked: its number, of which network, what was answered (None before), what was asked."""

    number: int
    network: Architecture
    drill: Drill
    answer: str | None = None
    asked: frozenset[str] = field(default_factory=frozenset)


def drills_view() -> None:
    """The choice of the network, the standing, and the question."""
    name = st.selectbox("Network", [YOURS, *PRESETS], key=state.DRILL_NETWORK)
    network = state.document().architecture if name == YOURS else PRESETS[name].architecture
    try:
        now = _current(network)
    except CnnBuilderError as error:
        st.info(plain(str(error)))
        return
    st.html(standing_html(state.learner_progress().streak))
    with st.container(key="drill-text"):
        _question(now)


def standing_html(streak: Streak) -> str:
    """Level and streak, as HTML."""
    parts = [f"level <b>{streak.level}</b> of {HARDEST}", f"streak <b>{streak.streak}</b>"]
    if streak.asked:
        parts += [f"longest <b>{streak.longest}</b>", f"<b>{streak.right}</b> of {streak.asked} right"]
    return f'<div class="cnn-totals" role="status">{"".join(f"<span>{part}</span>" for part in parts)}</div>'


def _current(network: Architecture) -> DrillState:
    kept = st.session_state.get(state.DRILL)
    if isinstance(kept, DrillState) and kept.network == network:
        return kept
    return _asked(network, None)


def _asked(network: Architecture, before: DrillState | None) -> DrillState:
    """The next question, kept in the session."""
    asked = before.asked if before else frozenset()
    last = before.drill.kind if before else ""
    drill = next_drill(network, state.learner_progress().streak.level, random.Random(), asked, last)
    now = DrillState(before.number + 1 if before else 1, network, drill, None, asked | {drill.key})
    st.session_state[state.DRILL] = now
    return now


@callback
def _next(network: Architecture, before: DrillState) -> None:
    _asked(network, before)


def _question(now: DrillState) -> None:
    drill = now.drill
    st.caption(f"{KINDS[drill.kind]} · level {drill.level}")
    st.markdown(plain(localized_numbers(drill.question)))
    if drill.lists_network:
        layer_list(layer_lines(drill.architecture))
    key = f"drill-answer-{now.number}"
    if now.answer is None:
        with st.form("drill-form"):
            answer_field(AnswerField("Your answer", expected_form(drill), drill.choices), key, "")
            st.form_submit_button("Check", type="primary", key="drill-check", on_click=_check, args=(key,))
        if st.session_state.pop(f"{key}-unread", False):
            st.warning(f"This cannot be read as an answer. {expected_form(drill)}.")
        return
    if is_right(drill, now.answer):
        st.success("Right.", icon=":material/check:")
    else:
        right = plain(localized_numbers(answer_text(drill.answer)))
        st.error(f"Not right: you answered {plain(now.answer)}. It is **{right}**.", icon=":material/close:")
    st.markdown(formula_markdown(drill.explanation))
    st.button("Next question", key="drill-next", type="primary", on_click=_next, args=(now.network, now))


@callback
def _check(key: str) -> None:
    now, text = st.session_state[state.DRILL], str(st.session_state.get(key) or "")
    if now.answer is not None:
        return  # pressed twice
    if read_answer(now.drill, text) is None:
        st.session_state[f"{key}-unread"] = True
        return
    st.session_state[state.DRILL] = replace(now, answer=text)
    progress = state.learner_progress()
    keep_progress(replace(progress, streak=progress.streak.after(is_right(now.drill, text))))
