"""The versions of a data set, the way back to an older one, and the end of all."""

import time

import streamlit as st

from cnn_builder.data import find_dataset
from cnn_builder.data.sets.own.names import reference, split_reference
from cnn_builder.figures.locale_text import number_text
from cnn_builder.ui import server
from cnn_builder.ui.data.choice import perform, show
from cnn_builder.ui.shared.text import ago, plain


def versions(name: str) -> None:
    """The newest first; those that were removed because no run used them are left out."""
    own = server.own_datasets()
    found = own.get(name)
    there = [one for one in reversed(found.fingerprints) if find_dataset(reference(name, one)) is not None]
    if len(there) < 2:
        return
    with st.expander(f"Versions ({len(there)})", key="data-versions", on_change="rerun") as opened:
        if not opened.open:
            return
        runs = [split_reference(run.dataset)[1] for run in server.store().entries(limit=None)]
        for fingerprint in there:
            version, used = own.version(reference(name, fingerprint)), runs.count(fingerprint)
            total = version.train_size + version.test_size
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(
                    f"**Version {found.number(fingerprint)}** · {plain(version.change)} · {number_text(total)} "
                    f"images in "
                    f"{len(version.classes)} classes · {ago(version.created, time.time())} · "
                    f"{used} {'run' if used == 1 else 'runs'} · `{fingerprint}`"
                )
                if fingerprint == found.current:
                    st.markdown(":gray-badge[current]", width="content")
                else:
                    st.button(
                        "Use again",
                        key=f"data-use-{fingerprint}",
                        on_click=perform,
                        args=(_use, name, fingerprint),
                    )


def delete_button(name: str) -> None:
    """A button that asks once more."""
    with st.popover("Delete", key="data-delete"):
        st.write("Delete this data set with all its versions? Runs that used it stay, with their results.")
        st.button("Delete the data set", key="data-delete-now", type="primary", on_click=perform, args=(_delete, name))


def _use(name: str, fingerprint: str) -> str:
    server.own_datasets().use_version(name, fingerprint)
    return f"Version {server.own_datasets().get(name).number(fingerprint)} is current again."


def _delete(name: str) -> str:
    server.own_datasets().delete(name)
    show(None)
    return f"{name} was deleted."
