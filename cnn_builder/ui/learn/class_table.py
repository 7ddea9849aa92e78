"""The class: who stands where, what was handed in, the grades, their spread, and the table as CSV."""

import pandas as pd
import streamlit as st

from cnn_builder.learn.assignments import AssignmentPack
from cnn_builder.learn.assignments.classroom import StudentState, grades_csv, spread
from cnn_builder.learn.assignments.grading import Grade, checked_grade, graded, grading_run
from cnn_builder.runs import RunNotFound
from cnn_builder.ui import server
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.text import plain

POLL = "3s"


def class_table(pack: AssignmentPack) -> None:
    """The table, drawn again while runs grade."""
    students = server.classroom().students(pack.pack_id)
    if not students:
        return
    st.header("Class", anchor=False)
    waiting = [one for one in students if one.where == "handed in" and not one.grading_run]
    st.button(
        "Grade what was handed in", key="grade-all", disabled=not waiting,
        on_click=callback(_begin_all), args=(pack, waiting),
    )  # fmt: skip
    polling = any(map(_is_grading, students))
    fragment(_table, run_every=POLL if polling else None)(pack, polling)


def _is_grading(student: StudentState) -> bool:
    if not student.grading_run or student.grading_run == NOT_TRAINED:
        return False
    try:
        return server.store().get(student.grading_run).is_active
    except RunNotFound:
        return False


NOT_TRAINED = "-"
"""Stands for the run of a submission that breaks a rule: it is told, not trained."""


def _begin_all(pack: AssignmentPack, students: list[StudentState]) -> None:
    for one in students:
        _begin(pack, one)


def _begin(pack: AssignmentPack, student: StudentState) -> None:
    submission = server.classroom().submission(pack.pack_id, student.learner)
    if submission is None:
        return
    if checked_grade(pack, student.student, submission, server.settings()).reasons:
        run_id = NOT_TRAINED
    else:
        run_id = grading_run(pack, submission, server.store()).run_id
        server.supervisor().nudge()
    server.classroom().set_grading_run(pack.pack_id, student, run_id)


def _table(pack: AssignmentPack, polling: bool) -> None:
    """``polling``: the table was drawn while runs graded; when they have ended it is drawn once more, and rests."""
    students = server.classroom().students(pack.pack_id)
    grades = {one.learner: grade for one in students if (grade := _grade(pack, one)) is not None}
    rows = []
    for one in students:
        grade = grades.get(one.learner)
        told = " ".join(reason.told for reason in grade.reasons) if grade else ""
        status = "passed" if grade and grade.passed else told or one.where
        if _is_grading(one):
            status = "being graded"
        rows.append(
            {
                "Student": one.student or "(no name yet)", "Status": status, "Parameters": one.total_params,
                "Held-out test accuracy": grade.test_accuracy if grade else None,
            }
        )  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="class-table")
    scores = [grade.test_accuracy for grade in grades.values() if grade.test_accuracy is not None]
    passed = sum(grade.passed for grade in grades.values())
    if scores:
        st.caption(plain(f"{passed} of {len(grades)} passed · {spread(scores)}"))
    st.download_button(
        "Download the grades (CSV)", grades_csv(list(grades.values())), f"grades-{pack.pack_id}.csv", "text/csv",
        key="class-csv", on_click="ignore", disabled=not grades,
    )  # fmt: skip
    if polling and not any(map(_is_grading, students)):
        st.rerun()


def _grade(pack: AssignmentPack, student: StudentState) -> Grade | None:
    """The grade of what was handed in; None before it was graded."""
    submission = server.classroom().submission(pack.pack_id, student.learner) if student.grading_run else None
    if submission is None:
        return None
    before = checked_grade(pack, student.student, submission, server.settings())
    if student.grading_run == NOT_TRAINED:
        return before
    try:
        run = server.store().get(student.grading_run)
    except RunNotFound:
        return before
    return None if run.is_active else graded(pack, before, run, server.settings())
