"""A link with which others see one run and can change nothing; and whose the run is."""

from functools import partial

import streamlit as st

from cnn_builder.runs import Run
from cnn_builder.ui import server, viewer
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions


def share_link(run: Run) -> None:
    """The popover with the link; nothing where nobody signs in: whoever reaches the server sees everything there."""
    if not server.machine_settings().sign_in:
        return
    popover = st.popover("Share", icon=":material/link:", key=f"share-run-{run.run_id}", on_change="rerun")
    if not popover.open:
        return
    with popover:
        token = server.store().shared_token(run.run_id)
        if token is None:
            st.markdown("Whoever has the link sees this run, read-only, and nothing else. They need not sign in.")
            st.button(
                "Create a link", key="share-create", type="primary", on_click=actions.attempt,
                args=(partial(server.store().share, run.run_id),),
            )  # fmt: skip
            return
        st.code(link_to_run(token, str(st.context.url or "")), language=None, wrap_lines=True)
        st.caption("Whoever has this link sees this run, read-only, and nothing else.")
        st.button(
            "Stop sharing", key="share-stop", on_click=actions.attempt,
            args=(partial(server.store().unshare, run.run_id),),
            help="The link stops working at once. A new one will be another.",
        )  # fmt: skip


def link_to_run(token: str, page: str) -> str:
    """The link of a token; ``page`` is the address of the Train page."""
    root = page.split("?", 1)[0].rstrip("/").removesuffix("/train")
    return f"{root}/?{viewer.SHARE_PARAM}={token}"


def whose(run: Run) -> None:
    """Whose run it is, for an admin who looks at another's."""
    store = server.store()
    if server.machine_settings().sign_in and store.access.whole and run.owner != store.access.owner:
        names = {one.owner: one.words for one in store.owners()}
        owner = "whoever runs this server" if run.owner is None else names.get(run.owner, run.owner)
        st.caption(plain(f"Belongs to {owner}."))
