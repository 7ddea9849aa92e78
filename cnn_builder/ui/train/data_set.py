"""The choice of the data set and, where it is not on this machine, its download."""

import streamlit as st

from cnn_builder.architecture.memory import bytes_text
from cnn_builder.data import DatasetInfo, describe, find_dataset, is_local
from cnn_builder.data.sets.downloads import DownloadState
from cnn_builder.data.sets.sources import download_size
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.dataset_choice import choice_title, dataset_choices
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.linked_field import linked
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train.form_state import change_limits

OFFERED = ("mnist_sample", "mnist", "fashion_mnist", "cifar10", "digits")
BUILT_IN = ("mnist_sample", "digits")
RUNNING_POLL, IDLE_POLL = 1.0, 3.0
"""Seconds after which the download is looked at again: in every tab, whichever one it was started in."""


def data_set(current: str) -> None:
    """The field; the document is the only truth, and the widget follows it."""
    info = find_dataset(current)
    choices = dataset_choices(current)
    options = [*(name for name in OFFERED if name in choices), *(name for name in choices if name not in OFFERED)]
    st.selectbox(
        "Data set",
        options,
        format_func=choice_title,
        help=info.story if info else None,
        **linked("run-dataset", current, choose, options),
    )


@callback
def choose(name: str) -> None:
    """Another data set, with the limits it had when it was left. For callbacks."""
    document = state.document()
    change_limits(document.dataset, name)
    state.set_document(document.with_architecture(document.architecture, name))


def at_hand(info: DatasetInfo) -> bool:
    """Whether the data set is on this machine, or should be: one that comes with the app is never downloaded."""
    return download_size(info.name) == 0 or is_local(info.name, server.settings())


def download_data_set(info: DatasetInfo) -> None:
    """What is said of a data set that has to be downloaded first, and its buttons. Only this part polls."""
    running = server.downloads().state(info.name).status == "running"
    fragment(_download, run_every=RUNNING_POLL if running else IDLE_POLL)(info.name, running)


def _download(name: str, was_running: bool) -> None:
    info, now = describe(name), server.downloads().state(name)
    if at_hand(info) or (now.status == "running") != was_running:
        st.rerun()  # the whole page: the form can train now, or polls at another pace
    with st.container(border=True, key="download-panel"):
        if now.status == "running":
            st.progress(
                now.done / now.total if now.total else 0.0, text=f"**Downloading {info.title}** · {_amount(now)}"
            )
            st.button(
                "Cancel",
                key="download-cancel",
                on_click=callback(server.downloads().cancel),
                args=(name,),
                width="stretch",
            )
            return
        st.markdown(_words(info, now))
        label = f"Download {info.title}" if now.status == "none" else "Download again"
        st.button(
            label,
            key="download",
            type="primary",
            width="stretch",
            on_click=callback(server.downloads().start),
            args=(name,),
        )
        built_in_instead(info.name)


def built_in_instead(name: str) -> None:
    """The button that chooses a built-in data set in place of this one, which is not here or can't be read."""
    other = next(one for one in BUILT_IN if one != name and is_local(one, server.settings()))
    label = f"Use {describe(other).title} instead"
    st.button(label, key="use-built-in", width="stretch", on_click=choose, args=(other,))


def _amount(now: DownloadState) -> str:
    return f"{now.done / 1e6:.1f} of {now.total / 1e6:.1f} MB"


def _words(info: DatasetInfo, now: DownloadState) -> str:
    """Why there is nothing to train on yet, once."""
    match now.status:
        case "failed":
            return f":material/error: {plain(now.reason)}"
        case "cancelled":
            return f"The download of {info.title} was cancelled. What had arrived was removed."
        case "finished":  # and removed since
            return f"{info.title} is no longer on this machine."
        case _:
            return f"{info.title} is not on this machine yet. It is downloaded once ({bytes_text(now.total)})."
