"""The open lesson: what its checks look at, and what was done, kept."""

from collections.abc import Sequence

import streamlit as st

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import find_dataset, is_local
from cnn_builder.learn.errors import ProgressError
from cnn_builder.learn.lessons import EMPTY, CheckResult, Evidence, LessonPlan, LessonStep, checked
from cnn_builder.learn.progress import Progress, StepDone
from cnn_builder.runs import Metric, Run
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain

MOST_RUNS = 200


def open_step() -> tuple[LessonPlan, LessonStep] | None:
    """The lesson and step that are open; None where none is, or it is no longer there."""
    progress = state.learner_progress()
    plan = server.lessons().get(progress.lesson) if progress.lesson else None
    place = None if plan is None else plan.place(progress.step)
    return None if plan is None or place is None else (plan, plan.steps[place])


def evidence() -> Evidence:
    """What is on the Build page, and the runs; where the store cannot be read, none."""
    try:
        runs: Sequence[Run] = server.store().list(MOST_RUNS)
    except CnnBuilderError:
        runs = ()
    return Evidence(state.document().architecture, runs, epoch_rows)


def epoch_rows(run_id: str) -> list[Metric]:
    """A run's epochs, in order."""
    return server.store().metrics(run_id, kind="epoch")


@callback
def check_step(plan: LessonPlan, step: LessonStep, answers: Sequence[str] = ()) -> None:
    """Check a step, keep it where it is done, and keep what came of it for the next drawing."""
    try:
        result = checked(plan, step, answers, evidence())
    except CnnBuilderError as error:
        result = CheckResult(False, str(error))
    if result.passed:
        done = StepDone(tuple(answers), result.told)
        keep_progress(state.learner_progress().with_done(plan.lesson_id, step.step_id, done))
    st.session_state[state.STEP_RESULT] = (plan.lesson_id, step.step_id, result)


def keep_progress(new: Progress) -> None:
    """Keep what was done; where it cannot be written, `progress_problem` says why at the next drawing."""
    try:
        state.set_progress(new)
    except ProgressError as error:
        st.session_state[state.LEARN_PROBLEM] = str(error)
    else:
        st.session_state.pop(state.LEARN_PROBLEM, None)


def progress_problem() -> None:
    """Say why what was done last is not kept, if it is not."""
    problem = st.session_state.get(state.LEARN_PROBLEM)
    if problem:
        st.error(plain(problem))


def last_result(plan: LessonPlan, step: LessonStep) -> CheckResult | None:
    """What came of the last check of this step in this session."""
    lesson, step_id, result = st.session_state.get(state.STEP_RESULT, ("", "", None))
    return result if (lesson, step_id) == (plan.lesson_id, step.step_id) else None


@callback
def go_to(plan: LessonPlan, place: int) -> None:
    """Open the step at ``place``, from 0, and remember that it is open."""
    step = plan.steps[min(max(place, 0), len(plan.steps) - 1)]
    keep_progress(state.learner_progress().at(plan.lesson_id, step.step_id))


def open_network(plan: LessonPlan, step: LessonStep) -> None:
    """Put the step's network on the Build page, with the lesson's data set where it is at hand; Undo takes it back."""
    empty = step.open == EMPTY
    network = Architecture(plan.network.input_shape, (), plan.network.name) if empty else plan.networks[step.open]
    before = state.document()
    here = find_dataset(plan.dataset) is not None and is_local(plan.dataset, server.settings())
    state.set_document(before.opened(network, plan.dataset if here else before.dataset))
