"""A new data set: its name, and where its images come from."""

from pathlib import Path

import streamlit as st

from cnn_builder.data import DatasetError
from cnn_builder.data.imports.background import ImportState
from cnn_builder.data.imports.importing import ImportOptions
from cnn_builder.data.sets.own.gathering import gatherings
from cnn_builder.data.sets.own.names import checked_set_name
from cnn_builder.figures.locale_text import number_text
from cnn_builder.limits import MAX_SET_NAME
from cnn_builder.ui import server, state
from cnn_builder.ui.data.choice import perform, show
from cnn_builder.ui.data.gather import DRAWINGS, gather
from cnn_builder.ui.data.options import import_options
from cnn_builder.ui.data.picture_ways import CAMERA, PICTURES
from cnn_builder.ui.shared.errors import callback, fragment
from cnn_builder.ui.shared.text import plain

FILES = "Files"
POLL = 0.5
_UPLOAD, _PATH = "data-upload", "data-path"
INTRO = (
    "Train any network on images of your own. They come in a file, or you draw them, take them with the camera or add "
    "pictures, class by class."
)


def new_dataset() -> None:
    """The name, the ways in, and the one that is chosen."""
    started = str(st.session_state.get(state.DATA_NAME) or "")
    now = server.imports().state(started)
    if now.status not in ("none", "running"):  # it ended before this page could look
        _ended(started, now)
        st.rerun()
    running = server.imports().running()
    if running is not None:
        _progress(running)
        return
    waiting = gatherings(server.settings())
    st.caption(INTRO)
    kept = st.session_state.get(state.DATA_NAME) or next(iter(waiting), None) or _free_name()
    name = st.text_input("Name", kept, max_chars=MAX_SET_NAME, key="data-new-name", width=320)
    st.session_state[state.DATA_NAME] = name
    try:
        name = checked_set_name(name)
        server.own_datasets().check_new(name)
    except DatasetError as error:
        st.error(plain(str(error)))
        return
    way = st.segmented_control(
        "Images from", [FILES, DRAWINGS, CAMERA, PICTURES], default=DRAWINGS if name in waiting else FILES,
        key="data-way", required=True,
    )  # fmt: skip
    if way in (None, FILES):
        _files(name)
    else:
        gather(name, str(way), ())


def _files(name: str) -> None:
    # Any name: MNIST's own files have no ending, and what a file is, its content says.
    limit = server.settings().import_limit_mb
    uploads = st.file_uploader(
        "A zip with a folder of pictures for each class, an .npz, a CSV in MNIST's form, or a pair of IDX files",
        accept_multiple_files=True, key=_UPLOAD, max_upload_size=limit,
    )  # fmt: skip
    place = st.text_input(
        "Or a file or folder on the computer that runs this app", key=_PATH, placeholder="/home/me/pictures"
    )
    options = import_options(has_own_parts=True)
    st.button(
        "Import", type="primary", key="data-import", disabled=not uploads and not place.strip(), on_click=perform,
        args=(_start, name, options),
    )  # fmt: skip


def _start(name: str, options: ImportOptions) -> None:
    uploads = st.session_state.get(_UPLOAD) or []
    files = [(upload.name, upload.getvalue()) for upload in uploads]
    if files:
        title = files[0][0] if len(files) == 1 else f"{len(files)} files"
        server.imports().start(name, server.imports().keep_uploads(files), options, title)
    else:
        server.imports().start(name, Path(str(st.session_state[_PATH]).strip()).expanduser(), options)


def _progress(name: str) -> None:
    """How far the import is; only this part polls."""
    fragment(_poll, run_every=POLL)(name)


def _poll(name: str) -> None:
    now = server.imports().state(name)
    if now.status != "running":
        _ended(name, now)
        st.rerun()
    share = now.done / now.total if now.total else 0.0
    amount = f" · {number_text(now.done)} of {number_text(now.total)} images" if now.total else ""
    with st.container(border=True, key="import-panel"):
        st.progress(min(share, 1.0), text=f"**Importing {plain(name)}** · {now.words}{amount}")
        st.button("Cancel", key="import-cancel", on_click=callback(server.imports().cancel), args=(name,))


def _ended(name: str, now: ImportState) -> None:
    """Tell what came of an import: the data set is shown, or the reason."""
    server.imports().forget(name)
    if now.status == "finished":
        show(name)
        st.session_state.pop(state.DATA_NAME, None)
        st.session_state[state.DATA_MESSAGE] = f"{name} was imported."
    elif now.status == "failed":
        state.tell(now.reason)
    elif now.status == "cancelled":
        st.session_state[state.DATA_MESSAGE] = "The import was cancelled. Nothing of it was kept."


def _free_name() -> str:
    names = {name.casefold() for name in server.own_datasets().names()}
    free = (f"My images {number}" if number > 1 else "My images" for number in range(1, len(names) + 2))
    return next(name for name in free if name.casefold() not in names)
