"""Status: sessions, queue, processes, memory, disk and versions. Not in the menu: its address is /status."""

import streamlit as st

from cnn_builder.ui.shared.navigation import inside_frame
from cnn_builder.ui.status.access import may_see_status
from cnn_builder.ui.status.overview import status_overview

inside_frame()
st.title("Status", anchor=False)
if may_see_status():
    status_overview()
else:
    st.info("Only an administrator sees this page.")
