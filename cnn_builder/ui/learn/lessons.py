"""The lessons: all of them with what was done, or one with its steps."""

import streamlit as st

from cnn_builder.figures.locale_text import localized_numbers
from cnn_builder.learn.lessons import LessonPlan
from cnn_builder.learn.progress import Progress
from cnn_builder.ui import server, state
from cnn_builder.ui.learn.step import lesson_step
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.lesson_progress import go_to, keep_progress, open_step
from cnn_builder.ui.shared.text import plain


def lessons_view() -> None:
    """The open lesson, else the list."""
    _take_address()
    found = open_step()
    if found is None:
        _list()
        return
    plan, step = found
    st.query_params[state.LESSON_PARAM] = plan.lesson_id
    st.query_params[state.STEP_PARAM] = step.step_id
    _head(plan, plan.steps.index(step))
    lesson_step(plan, step)
    _ways(plan, plan.steps.index(step))


def _take_address() -> None:
    """Open the lesson that the address names, such as one that a teacher sent."""
    wanted, step_id = st.query_params.get(state.LESSON_PARAM), st.query_params.get(state.STEP_PARAM, "")
    progress = state.learner_progress()
    if not wanted or (wanted, step_id) == (progress.lesson, progress.step):
        return
    plan = server.lessons().get(wanted)
    if plan is None:
        st.warning(f"There is no lesson named {plain(wanted[:40])}. Choose one of these.")
        _leave()
    elif progress.lesson != wanted:
        go_to(plan, plan.place(step_id) or 0)


def _list() -> None:
    plans, problems = server.lessons().list()
    progress = state.learner_progress()
    for problem in problems:
        st.warning(plain(problem))
    for plan in plans:
        done = len([step for step in plan.steps if step.step_id in progress.of(plan.lesson_id)])
        with st.container(border=True, key=f"lesson-card-{plan.lesson_id}"):
            st.header(f"{plan.lesson_id}: {plan.title}", anchor=False)
            st.markdown(plain(localized_numbers(plan.summary)))
            steps = f"{len(plan.steps)} steps · about {plan.minutes} minutes, and the training"
            st.caption(f"{steps} · {done} done" if done else steps)
            with st.container(horizontal=True):
                words = "Start" if not done else "Continue" if done < len(plan.steps) else "Look again"
                st.button(
                    words, key=f"lesson-start-{plan.lesson_id}", type="primary", on_click=callback(go_to),
                    args=(plan, first_open(plan, progress)),
                )  # fmt: skip
                if done:
                    st.button("Start over", key=f"lesson-over-{plan.lesson_id}", on_click=_over, args=(plan,))


def first_open(plan: LessonPlan, progress: Progress) -> int:
    """Place of the first step that was not done; 0 where all were."""
    done = progress.of(plan.lesson_id)
    return next((place for place, step in enumerate(plan.steps) if step.step_id not in done), 0)


def _head(plan: LessonPlan, place: int) -> None:
    done = state.learner_progress().of(plan.lesson_id)
    count = sum(step.step_id in done for step in plan.steps)
    with st.container(horizontal=True, key="lesson-head", vertical_alignment="center"):
        st.markdown(f"**{plan.lesson_id}: {plain(plan.title)}** · step {place + 1} of {len(plan.steps)}")
        with st.popover("All steps"):
            for at, step in enumerate(plan.steps):
                mark = "✓" if step.step_id in done else "·"
                st.button(
                    f"{mark} {at + 1}. {plain(step.title)}", key=f"lesson-to-{step.step_id}", on_click=callback(go_to),
                    args=(plan, at), type="tertiary", disabled=at == place,
                )  # fmt: skip
        st.button("All lessons", key="lesson-leave", on_click=_leave)
    st.progress(count / len(plan.steps), f"{count} of {len(plan.steps)} done")


def _ways(plan: LessonPlan, place: int) -> None:
    done = plan.steps[place].step_id in state.learner_progress().of(plan.lesson_id)
    with st.container(horizontal=True, key="lesson-ways"):
        st.button("Back", key="lesson-back", disabled=place == 0, on_click=callback(go_to), args=(plan, place - 1))
        if place + 1 < len(plan.steps):
            st.button(
                "Next step" if done else "Skip", key="lesson-next", type="primary" if done else "secondary",
                on_click=callback(go_to), args=(plan, place + 1),
            )  # fmt: skip
        elif done:
            st.button("Finish", key="lesson-finish", type="primary", on_click=_leave)


@callback
def _leave() -> None:
    for name in (state.LESSON_PARAM, state.STEP_PARAM):
        st.query_params.pop(name, None)
    if state.learner_progress().lesson:
        keep_progress(state.learner_progress().at("", ""))


@callback
def _over(plan: LessonPlan) -> None:
    st.session_state.pop(state.STEP_RESULT, None)
    keep_progress(state.learner_progress().without(plan.lesson_id))
    go_to(plan, 0)
