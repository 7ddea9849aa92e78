"""Somebody's share of the server, told before it is used up, and why no more can be trained when it is."""

import streamlit as st

from cnn_builder.ui import server
from cnn_builder.ui.shared.text import plain


def quota_line() -> bool:
    """Tell how much is used; whether another run can be queued. Nothing where there are no limits."""
    store = server.store()
    used, quota = store.usage(), store.access.quota
    if used is None or quota is None:
        return True
    refusal = used.refusal(quota)
    if refusal is not None:
        st.error(plain(refusal))
    elif used.is_nearly_all(quota):
        st.warning(plain(f"Nearly used up. {used.words(quota)}"))
    elif words := used.words(quota):
        st.caption(plain(words))
    return refusal is None
