"""Learn: lessons acted out on the other pages, drills from one's own network, a glossary."""

from collections.abc import Callable

import streamlit as st

from cnn_builder.ui import state
from cnn_builder.ui.learn import STYLE
from cnn_builder.ui.learn.assignments import assignments_view
from cnn_builder.ui.learn.drills import drills_view
from cnn_builder.ui.learn.glossary import glossary_view
from cnn_builder.ui.learn.lessons import lessons_view
from cnn_builder.ui.shared.lesson_progress import progress_problem
from cnn_builder.ui.shared.navigation import inside_frame

VIEWS: dict[str, Callable[[], None]] = {
    "Lessons": lessons_view,
    "Drills": drills_view,
    "Assignments": assignments_view,
    "Glossary": glossary_view,
}

inside_frame()
st.html(STYLE)
st.title("Learn", anchor=False)
view = st.segmented_control(
    "View",
    list(VIEWS),
    key=state.LEARN_VIEW,
    default="Assignments" if state.ASSIGNMENT_PARAM in st.query_params else "Lessons",
    required=True,
    label_visibility="collapsed",
)
progress_problem()
named = {state.LESSON_PARAM, state.ASSIGNMENT_PARAM} & set(st.query_params)
if not state.known_learner() and (named or view == "Assignments"):
    state.learner_id()
    st.rerun()  # the frame, which was drawn before, tells the browser who learns in it
VIEWS[view or "Lessons"]()
