"""The network as a link."""

import streamlit as st

from cnn_builder.architecture.formats import link
from cnn_builder.documents.document import Document
from cnn_builder.ui import state


def share_button(document: Document) -> None:
    """A button that shows the link; it is made only while it is looked at."""
    popover = st.popover("Share", icon=":material/link:", key="share", on_change="rerun")
    if popover.open:
        with popover:
            st.markdown(
                "Whoever opens this link gets a copy of this network, where this address can be reached; anyone else "
                "can open its file (Code)."
            )
            st.code(link_to(document, str(st.context.url or "")), language=None, wrap_lines=True)


def link_to(document: Document, page: str) -> str:
    """The link to a copy of the network; ``page`` is the address of the Build page, without what follows a "?"."""
    address = page.split("?", 1)[0]
    slash = "/" if address.count("/") == 2 else ""  # a bare host
    return f"{address}{slash}?{state.NET_PARAM}={link.encode(document.architecture, document.dataset)}"
