"""Assignments: the one that is open as its student sees it, all that are here, and the form that makes one."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from cnn_builder.architecture import trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import dataset_title, find_dataset, is_local
from cnn_builder.figures.locale_text import localized_numbers, number_text
from cnn_builder.figures.percentages import percent
from cnn_builder.learn.assignments import AssignmentPack, Submission, submission_reasons
from cnn_builder.learn.assignments.checking import student_name
from cnn_builder.learn.assignments.pack import read_pack, shipped_packs
from cnn_builder.learn.errors import AssignmentError
from cnn_builder.runs import Run
from cnn_builder.ui import server, state
from cnn_builder.ui.learn.assignment_form import assignment_form
from cnn_builder.ui.learn.class_table import class_table
from cnn_builder.ui.shared.assignment_budgets import budgets_html, open_assignment
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.lesson_progress import keep_progress
from cnn_builder.ui.shared.text import plain

MOST_RUNS = 100


def assignments_view() -> None:
    """The open assignment, else all that can be opened."""
    try:
        _take_address()
        pack = open_assignment()
        if pack is None:
            _list()
            return
        st.query_params[state.ASSIGNMENT_PARAM] = pack.pack_id
        _task(pack)
        if sees_class(server.classroom().maker(pack.pack_id)):
            class_table(pack)
    except AssignmentError as error:
        st.error(plain(str(error)))


def sees_class(maker: str) -> bool:
    """Whether the class of an assignment is shown: to who made it, and to an admin.

    Where nobody signs in, to everybody too where it came from elsewhere.
    """
    if server.machine_settings().sign_in:
        return maker == state.known_learner() or server.store().access.whole
    return maker in ("", state.known_learner())


def _take_address() -> None:
    """Open the assignment of a link: an id of this server, or the whole pack."""
    wanted = st.query_params.get(state.ASSIGNMENT_PARAM, "")
    if not wanted or wanted == state.learner_progress().assignment:
        return
    room = server.classroom()
    known = room.get(wanted) if len(wanted) == 16 else None
    try:
        _opened(known or AssignmentPack.from_link(wanted))
    except AssignmentError as error:
        _close()
        st.warning(plain(str(error)))


def _opened(pack: AssignmentPack) -> None:
    server.classroom().add(pack)
    keep_progress(replace(state.learner_progress(), assignment=pack.pack_id))


@callback
def _close() -> None:
    st.query_params.pop(state.ASSIGNMENT_PARAM, None)
    if state.learner_progress().assignment:
        keep_progress(replace(state.learner_progress(), assignment=""))


def _list() -> None:
    own = [read_pack(path) for path in shipped_packs().values()]
    here = {pack.pack_id: pack for pack in [*server.classroom().packs(), *own]}
    for pack in here.values():
        with st.container(border=True, key=f"assignment-card-{pack.pack_id}"):
            st.header(plain(pack.name), anchor=False)
            st.caption(plain(goal_words(pack)))
            st.button(
                "Open", key=f"assignment-open-{pack.pack_id}", type="primary", on_click=callback(_opened), args=(pack,)
            )
    with st.expander("Open an assignment's file"):
        file = st.file_uploader("Assignment (.json)", type=["json"], key="assignment-file")
        if file is not None:
            pack = AssignmentPack.from_json(file.getvalue())
            st.button(f"Open {plain(pack.name)}", key="assignment-open-file", on_click=callback(_opened), args=(pack,))
    with st.expander("Make an assignment"):
        assignment_form()


def goal_words(pack: AssignmentPack) -> str:
    """Goal and budgets in one line."""
    words = [f"{percent(pack.goal)} of the held-out test images of {dataset_title(pack.dataset)}"]
    for name, what in (("max_params", "parameters"), ("max_macs", "MACs"), ("max_epochs", "epochs")):
        if (most := getattr(pack, name)) is not None:
            words.append(f"at most {number_text(most)} {what}")
    if pack.max_seconds is not None:
        words.append(f"at most {number_text(pack.max_seconds)} s of training")
    if pack.locked:
        words.append(f"locked layers: {', '.join(str(place + 1) for place in pack.locked)}")
    if pack.deadline:
        words.append(f"until {pack.deadline}")
    return " · ".join(words)


def _task(pack: AssignmentPack) -> None:
    network = state.document().architecture
    server.classroom().notice(pack, state.learner_id(), network)
    st.header(plain(pack.name), anchor=False)
    if pack.text:
        st.markdown(pack.text)
    st.caption(plain(goal_words(pack)))
    st.html(budgets_html(pack, network, trace(network)))
    with st.container(horizontal=True, key="assignment-ways"):
        if st.button("Open the starting network", key="assignment-start", on_click=callback(_start), args=(pack,)):
            st.switch_page("pages/build.py")
        if st.button(
            "Train with the assignment's settings", key="assignment-train",
            on_click=callback(state.offer_training), args=(pack.run_settings().model_dump(),),
        ):  # fmt: skip
            st.switch_page("pages/train.py")
        st.button("All assignments", key="assignment-close", on_click=_close)
    st.caption(
        f"Your runs are scored on the first {number_text(pack.shown_images)} test images. The last "
        f"{number_text(pack.held_out)} are seen by "
        "the grading alone, which trains your network anew with a seed of its own."
    )
    _hand_in(pack)


def _start(pack: AssignmentPack) -> None:
    before = state.document()
    here = find_dataset(pack.dataset) is not None and is_local(pack.dataset, server.settings())
    state.set_document(before.opened(pack.architecture, pack.dataset if here else before.dataset))


def _hand_in(pack: AssignmentPack) -> None:
    """Choose a run, see what would keep it from passing, hand it in."""
    done = server.classroom().student(pack.pack_id, state.known_learner())
    if done is not None and done.where == "handed in":
        st.success(f"Handed in as {plain(done.student)}. You can hand in again until the deadline.")
    runs = [run for run in _runs() if run.test_accuracy is not None and run.imported is None]
    if not runs:
        st.info("Train a network first: then you can hand it in here.")
        return
    by_id = {run.run_id: run for run in runs}
    chosen = st.selectbox(
        "Run to hand in", list(by_id), format_func=lambda one: _run_words(by_id[one]), key=state.HAND_RUN
    )
    name = st.text_input("Your name", done.student if done else "", key=state.HAND_NAME, max_chars=80)
    made = _submission(pack, name or "-", by_id[chosen])
    reasons = submission_reasons(pack, made, server.settings())
    for reason in reasons:
        st.warning(plain(localized_numbers(reason.told)))
    with st.container(horizontal=True):
        st.button(
            "Hand in", key="hand-in", type="primary", disabled=bool(reasons) or not name.strip(),
            on_click=callback(_keep_submission), args=(pack,),
        )  # fmt: skip
        if name.strip():
            st.download_button(
                "Download the submission", made.to_json(), f"submission-{pack.pack_id}.json", "application/json",
                key="hand-file", on_click="ignore",
            )  # fmt: skip


def _keep_submission(pack: AssignmentPack) -> None:
    """Hand in what the fields say now: they may have changed since they were drawn."""
    run = server.store().get(st.session_state[state.HAND_RUN])
    made = _submission(pack, student_name(st.session_state[state.HAND_NAME]), run)
    server.classroom().hand_in(pack, state.learner_id(), made)


def _submission(pack: AssignmentPack, student: str, run: Run) -> Submission:
    return Submission.of_run(pack, student, run, datetime.now(UTC).isoformat(timespec="seconds"))


def _runs() -> list[Run]:
    try:
        return server.store().list(MOST_RUNS)
    except CnnBuilderError:
        return []


def _run_words(run: Run) -> str:
    score = "" if run.test_accuracy is None else f" · {percent(run.test_accuracy)}"
    return (
        f"{run.name} · {dataset_title(run.dataset)} · {number_text(run.total_params)} parameters{score} · {run.run_id}"
    )
