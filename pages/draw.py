"""Draw: a drawing or a picture, classified by a trained network."""

import streamlit as st

from cnn_builder.ui.draw.canvas_panel import canvas_panel
from cnn_builder.ui.draw.own_drawings import own_drawings_panel
from cnn_builder.ui.draw.pictures import photos_first, pictures
from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.shared.run_picker import choose_run

inside_frame()
st.title("Draw", anchor=False)
run = choose_run()
if run is not None:
    parts = [pictures, canvas_panel] if photos_first(run) else [canvas_panel, pictures]
    for part in parts:
        part(run)
    own_drawings_panel(run)
