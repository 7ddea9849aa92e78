"""What training on the user's own drawings did to their test drawings, in two lines."""

import streamlit as st

from cnn_builder.runs import Run
from cnn_builder.runs.results.drawing_score import drawing_score, drawing_score_detail, drawing_score_words
from cnn_builder.ui.shared.text import plain


def drawing_result(run: Run) -> None:
    """The run's score on the test drawings beside that of an earlier run; nothing where it took no drawings."""
    score = drawing_score(run)
    if score is None or run.is_active:
        return
    with st.container(key="drawing-result", gap="xsmall"):
        st.markdown(f"**Your own test drawings: {plain(drawing_score_words(score))}**")
        st.caption(plain(drawing_score_detail(score)))
