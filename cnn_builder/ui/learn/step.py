"""One step of a lesson: its text, what stands beside it, the learner's answers, and what came of the check."""

import streamlit as st

from cnn_builder.figures.latex import formula_markdown
from cnn_builder.figures.locale_text import localized_numbers
from cnn_builder.learn.lessons import CHECKS, AnswerField, LessonPlan, LessonStep, check_fields, checked
from cnn_builder.learn.progress import StepDone
from cnn_builder.ui import state
from cnn_builder.ui.learn.answer_fields import answer_field, field_marks
from cnn_builder.ui.learn.shows import show_beside
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.lesson_progress import check_step, evidence, keep_progress, last_result, open_network
from cnn_builder.ui.shared.text import plain


def lesson_step(plan: LessonPlan, step: LessonStep) -> None:
    """Draw the step."""
    done = state.learner_progress().of(plan.lesson_id).get(step.step_id)
    st.header(step.title, anchor=False)
    with st.container(key="step-text"):
        st.markdown(localized_numbers(step.text))
        show_beside(plan, step, done is not None, done.answers if done else ())
        fields = check_fields(plan, step)
        if step.page:
            _elsewhere(plan, step, done)
        elif fields:
            _answers(plan, step, fields, done)
        elif done is None:
            st.button(
                "I have read it", key=_key(plan, step), type="primary", on_click=callback(check_step), args=(plan, step)
            )
        _outcome(plan, step, fields, done)


def _key(plan: LessonPlan, step: LessonStep, more: str = "") -> str:
    return f"step-{plan.lesson_id}-{step.step_id}{more}"


def _elsewhere(plan: LessonPlan, step: LessonStep, done: StepDone | None) -> None:
    """The way to the page on which the step is done; what is there is checked here, too."""
    title = step.page.capitalize()
    st.info(plain(localized_numbers(step.task)))
    with st.container(horizontal=True, key="step-elsewhere"):
        if step.open:
            how = "an empty network" if step.open == "empty" else "the network"
            if st.button(
                f"Open {how} on {title}", key=_key(plan, step, "-open"), type="primary",
                on_click=callback(open_network), args=(plan, step),
            ):  # fmt: skip
                st.switch_page(f"pages/{step.page}.py")
        if st.button(f"Go to {title}", key=_key(plan, step, "-go"), type="secondary" if step.open else "primary"):
            st.switch_page(f"pages/{step.page}.py")
        if done is None:
            words = "Done" if step.check == "read" else "Check"
            st.button(words, key=_key(plan, step, "-check"), on_click=callback(check_step), args=(plan, step))


def _answers(plan: LessonPlan, step: LessonStep, fields: tuple[AnswerField, ...], done: StepDone | None) -> None:
    given = done.answers if done else ()
    keys = [_key(plan, step, f"-{place}") for place in range(len(fields))]
    with st.form(_key(plan, step, "-form")):
        for place, field in enumerate(fields):
            answer_field(field, keys[place], given[place] if place < len(given) else "")
        st.form_submit_button(
            "Check", type="primary", key=_key(plan, step), on_click=_check, args=(plan, step, tuple(keys))
        )


@callback
def _check(plan: LessonPlan, step: LessonStep, keys: tuple[str, ...]) -> None:
    check_step(plan, step, [str(st.session_state.get(key) or "") for key in keys])


def _outcome(plan: LessonPlan, step: LessonStep, fields: tuple[AnswerField, ...], done: StepDone | None) -> None:
    """What came of the last check; of a step that was done before, what was said then."""
    result = last_result(plan, step)
    if result is not None and not result.passed:
        marks = field_marks(fields, result.right)
        st.warning(
            plain(localized_numbers(result.told)) + (f"  \n{plain(marks)}" if marks else ""), icon=":material/close:"
        )
        if CHECKS[step.check].can_reveal and done is None:
            st.button("Show the answer", key=_key(plan, step, "-show"), on_click=_show, args=(plan, step))
    elif done is not None:
        told = "The answer was shown. Work it out once more by yourself." if done.shown else done.told or "Done."
        st.success(plain(localized_numbers(told)), icon=":material/check:")
    if done is not None and CHECKS[step.check].can_reveal:
        lines = checked(plan, step, (), evidence()).lines
        st.markdown(formula_markdown(lines))


@callback
def _show(plan: LessonPlan, step: LessonStep) -> None:
    st.session_state.pop(state.STEP_RESULT, None)
    keep_progress(state.learner_progress().with_done(plan.lesson_id, step.step_id, StepDone(shown=True)))
