"""Rename, merge and drop classes; each edit is a new version."""

import streamlit as st

from cnn_builder.data.sets.own import edits
from cnn_builder.data.sets.own.version import Version
from cnn_builder.limits import MAX_CLASS_NAME
from cnn_builder.ui import server
from cnn_builder.ui.data.choice import perform

_CHOSEN, _NAME = "data-classes", "data-class-name"


def edit_classes(name: str, version: Version) -> None:
    with st.expander("Edit classes", key="data-edit", on_change="rerun") as opened:
        if not opened.open:
            return
        chosen = st.pills("Classes", version.classes, selection_mode="multi", key=_CHOSEN)
        new = st.text_input("New name", key=_NAME, max_chars=MAX_CLASS_NAME, width=320).strip()
        with st.container(horizontal=True, gap="small"):
            _button("Rename", "data-do-rename", len(chosen) == 1 and bool(new), _rename, name)
            _button("Merge", "data-do-merge", len(chosen) > 1, _merge, name)
            _button("Drop", "data-do-drop", bool(chosen), _drop, name)
        st.caption("Every change makes a new version. Runs stay on the version they were trained on.")


def save(name: str, edited: edits.Edited) -> str:
    """Keep an edit as a version; what is said of it."""
    info = server.own_datasets().save(name, *edited)
    used = [run.dataset for run in server.store().entries(limit=None)]
    server.own_datasets().remove_unused(name, used)
    return f"{edited[0].change}: {info.title}."


def _button(label: str, key: str, ready: bool, action: object, name: str) -> None:
    st.button(label, key=key, disabled=not ready, on_click=perform, args=(action, name))


def _chosen() -> list[str]:
    return list(st.session_state.get(_CHOSEN) or [])


def _rename(name: str) -> str:
    own = server.own_datasets()
    edited = edits.rename_class(own.version(name), own.images(name), _chosen()[0], st.session_state[_NAME])
    return _done(name, edited)


def _merge(name: str) -> str:
    own, chosen = server.own_datasets(), _chosen()
    into = st.session_state[_NAME].strip() or chosen[0]
    return _done(name, edits.merge_classes(own.version(name), own.images(name), chosen, into))


def _drop(name: str) -> str:
    own = server.own_datasets()
    return _done(name, edits.drop_classes(own.version(name), own.images(name), _chosen()))


def _done(name: str, edited: edits.Edited) -> str:
    told = save(name, edited)
    st.session_state[_CHOSEN], st.session_state[_NAME] = [], ""
    return told
