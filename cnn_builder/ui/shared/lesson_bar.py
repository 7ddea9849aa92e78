"""The bar of an open lesson above the page on which its step is done: what to do, the check, the way back."""

import streamlit as st

from cnn_builder.figures.locale_text import localized_numbers
from cnn_builder.learn.lessons import LessonPlan, LessonStep
from cnn_builder.ui import state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.lesson_progress import (
    check_step,
    go_to,
    keep_progress,
    last_result,
    open_step,
    progress_problem,
)
from cnn_builder.ui.shared.text import plain

LEARN = "pages/learn.py"


def lesson_bar(page: str) -> None:
    """The bar, on the page of that name, while a lesson's step is to be done there; nothing elsewhere."""
    if not state.known_learner():
        return
    found = open_step()
    if found is None or found[1].page != page:
        return
    plan, step = found
    place = plan.steps.index(step)
    with st.container(key="lesson-bar", border=True, gap="small"):
        st.markdown(
            f"**{plain(plan.title)}** · step {place + 1} of {len(plan.steps)}: {plain(localized_numbers(step.task))}"
        )
        progress_problem()
        _told(plan, step)
        with st.container(horizontal=True, key="lesson-bar-buttons"):
            if step.step_id in state.learner_progress().of(plan.lesson_id):
                if st.button("Next step", key="lesson-bar-next", type="primary", icon=":material/arrow_forward:"):
                    go_to(plan, place + 1)
                    st.switch_page(LEARN)
            else:
                st.button(
                    "Check", key="lesson-bar-check", type="primary", on_click=callback(check_step), args=(plan, step)
                )
            if st.button("Back to the lesson", key="lesson-bar-back"):
                st.switch_page(LEARN)
            st.button("Close the lesson", key="lesson-bar-close", on_click=_close)


def lesson_place() -> str:
    """The lesson and step that are open, in one word; "" where none are."""
    progress = state.learner_progress()
    return f"{progress.lesson}/{progress.step}" if progress.lesson else ""


def _told(plan: LessonPlan, step: LessonStep) -> None:
    result = last_result(plan, step)
    if result is not None and result.told:
        (st.success if result.passed else st.warning)(plain(localized_numbers(result.told)))


@callback
def _close() -> None:
    keep_progress(state.learner_progress().at("", ""))
