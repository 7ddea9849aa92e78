"""The list of saved networks: save this one, open, rename and delete saved ones."""

import time
from collections.abc import Callable

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.documents.document import Document
from cnn_builder.documents.library import SavedNetwork
from cnn_builder.limits import MAX_NAME
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import ago, plain

_POPOVER, _SEARCH, _NEW_NAME = "networks", "networks-search", "networks-new-name"
_MOST_SHOWN, _SEARCH_FROM = 30, 8


def saved_networks(document: Document) -> None:
    """A button that shows the saved networks; their files are read only while it is open."""
    popover = st.popover("Networks", icon=":material/folder_open:", key=_POPOVER, on_change="rerun")
    if popover.open:
        with popover, st.container(key="networks-list", gap="small", width="stretch"):
            found, unreadable = server.networks().list()
            _save(document, found)
            _bring_back()
            _list(found, unreadable)


def _save(document: Document, found: list[SavedNetwork]) -> None:
    name = document.architecture.name
    same = next((network for network in found if network.name == name), None)
    if same is None:
        st.button(f"Save “{plain(name)}”", key="network-save", type="primary", on_click=_guarded, args=(_save_as, None))
    elif (same.architecture, same.dataset) == (document.architecture, document.dataset):
        st.caption(f"“{plain(name)}” is saved as it is here, {ago(same.saved, time.time())}.")
    else:
        st.caption(f"A “{plain(name)}” was saved {ago(same.saved, time.time())}: {same.size}.")
        with st.container(horizontal=True, gap="xsmall"):
            replace = (_save_as, same.network_id)
            st.button("Replace it", key="network-replace", type="primary", on_click=_guarded, args=replace)
            st.button("Save beside it", key="network-save", on_click=_guarded, args=(_save_as, None))


def _bring_back() -> None:
    gone = state.gone_network()
    if gone is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(f"“{plain(gone.name)}” ({gone.size}) was deleted or replaced.", width="content")
            st.button("Bring it back", key="network-back", on_click=_guarded, args=(_put_back, gone))


def _list(found: list[SavedNetwork], unreadable: int) -> None:
    if not found:
        st.caption("Nothing is saved yet. What you build is kept at this page's address: keep it, or save by name.")
    elif len(found) > _SEARCH_FROM:
        wanted = st.text_input("Find", key=_SEARCH, placeholder="Part of a name").strip().casefold()
        found = [network for network in found if wanted in network.name.casefold()]
        if not found:
            st.caption("No saved network has this in its name.")
    for network in found[:_MOST_SHOWN]:
        if st.session_state.get(state.RENAMED_NETWORK) == network.network_id:
            _rename_row(network)
        else:
            _row(network)
    if len(found) > _MOST_SHOWN:
        st.caption(f"{len(found) - _MOST_SHOWN} older ones: find them by name.")
    if unreadable:
        st.caption(f"{unreadable} saved {'file' if unreadable == 1 else 'files'} cannot be read, and stay as they are.")


def _row(network: SavedNetwork) -> None:
    key, name = network.network_id, plain(network.name) or "no name"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False, key=f"network-{key}"):
        with st.container(gap=None):
            st.button(
                name, key=f"open-{key}", type="tertiary", on_click=_guarded, args=(_open, key), width="stretch",
                help="Open it here; Undo brings back what is here now.",
            )  # fmt: skip
            st.caption(f"{network.size} · {ago(network.saved, time.time())}")
        st.button(
            f"Rename {name}", key=f"rename-{key}", icon=":material/edit:", on_click=_start_renaming, args=(network,)
        )
        st.button(
            f"Delete {name}", key=f"delete-{key}", icon=":material/delete:", on_click=_guarded, args=(_delete, key)
        )


def _rename_row(network: SavedNetwork) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", wrap=False):
        st.text_input(
            "New name", key=_NEW_NAME, max_chars=MAX_NAME, on_change=_guarded, args=(_rename, network.network_id)
        )
        st.button("Done", key="network-renamed", on_click=_guarded, args=(_rename, network.network_id))


def _save_as(network_id: str | None) -> None:
    document, store = state.document(), server.networks()
    if network_id is not None:
        state.set_gone_network(store.get(network_id))
    store.save(document.architecture, document.dataset, network_id)


def _open(network_id: str) -> None:
    network = server.networks().get(network_id)
    state.set_document(state.document().opened(network.architecture, network.dataset))
    st.session_state[_POPOVER] = False


@callback
def _start_renaming(network: SavedNetwork) -> None:
    st.session_state[state.RENAMED_NETWORK], st.session_state[_NEW_NAME] = network.network_id, network.name


def _rename(network_id: str) -> None:
    st.session_state.pop(state.RENAMED_NETWORK, None)
    server.networks().rename(network_id, st.session_state[_NEW_NAME])


def _delete(network_id: str) -> None:
    state.set_gone_network(server.networks().delete(network_id))


def _put_back(network: SavedNetwork) -> None:
    server.networks().put(network)
    state.set_gone_network(None)


@callback
def _guarded(action: Callable[..., None], *arguments: object) -> None:
    try:
        action(*arguments)
    except CnnBuilderError as error:
        state.tell(str(error))
