"""Draw: a drawing or a picture, read by a trained network."""

import streamlit as st

from cnn_builder.ui.drawing import drawing, pictures
from cnn_builder.ui.navigation import inside_frame
from cnn_builder.ui.own_drawings import own
from cnn_builder.ui.trained import choose_run

inside_frame()
st.title("Draw", anchor=False)
run = choose_run()
if run is not None:
    drawing(run)
    pictures(run)
    own(run)
