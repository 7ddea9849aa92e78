"""What people are told while the cluster that trains their runs does not answer."""

import streamlit as st

from cnn_builder.ui import server
from cnn_builder.ui.shared.text import plain


def cluster_notice() -> None:
    """A warning where no run can be started now, as the supervisor found it a moment ago; else nothing."""
    if (problem := server.launcher().problem) is not None:
        st.warning(plain(problem), icon=":material/cloud_off:")
