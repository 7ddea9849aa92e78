"""Data: data sets of one's own, brought in, looked at, edited and used."""

import streamlit as st

from cnn_builder.ui.data.bring_in import new_dataset
from cnn_builder.ui.data.choice import choose_dataset
from cnn_builder.ui.data.overview import overview
from cnn_builder.ui.data.style import style
from cnn_builder.ui.shared.navigation import inside_frame

inside_frame()
style()
st.title("Data", anchor=False)
name = choose_dataset()
if name is None:
    new_dataset()
else:
    overview(name)
