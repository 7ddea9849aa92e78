"""Pictures for a class: from the camera, from files, or pasted."""

from functools import partial

import streamlit as st

from cnn_builder.data import DatasetError, ImageError
from cnn_builder.data.drawings.uploads import read_upload
from cnn_builder.data.sets.own.gathering import Gathered, Gathering
from cnn_builder.figures.locale_text import number_text
from cnn_builder.ui import state
from cnn_builder.ui.components.paste import paste_area, pasted_picture
from cnn_builder.ui.data.choice import perform
from cnn_builder.ui.data.taken import taken_so_far
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.shared.user_pictures import PICTURES as PICTURE_FILES

CAMERA, PICTURES = "Camera", "Pictures"
_CHOSEN = "data-into"


def take_pictures(gathering: Gathering, way: str, classes: tuple[str, ...], found: Gathered) -> None:
    """A class, and the camera or picture files for it."""
    counts = found.counts
    into = st.pills(
        "Class", classes, default=classes[0], key=_CHOSEN, required=True,
        format_func=lambda name: f"{name} · {counts.get(name, 0)}",
    ) or classes[0]  # fmt: skip
    key = f"data-{way.lower()}-{taken_so_far().turn}"
    if way == CAMERA:
        st.camera_input(
            f"A picture of {plain(into)}",
            key=key,
            on_change=perform,
            args=(_add_files, gathering, into, key),
            width=420,
        )
    else:
        st.file_uploader(
            f"Pictures of {plain(into)}", type=PICTURE_FILES, accept_multiple_files=True, key=key, on_change=perform,
            args=(_add_files, gathering, into, key),
        )  # fmt: skip
        words, taken = f"Copied pictures can be pasted with Ctrl+V: they are added to {into}.", taken_so_far()
        add = partial(perform, _add_pasted, gathering, into)
        paste_area(words, taken.told, taken.pasted, state.DATA_PASTE, add)


def _add_pasted(gathering: Gathering, into: str) -> None:
    """Add a picture that was pasted. Raises DatasetError, ImageError for a bad one."""
    taken, found = taken_so_far(), pasted_picture(state.DATA_PASTE)
    if found is None or found[0] <= taken.pasted:
        return
    taken.pasted, taken.told = found[0], ""
    gathering.add(read_upload(found[1]), into)
    taken.told = f"Added to {into}: {number_text(gathering.look().counts[into])} so far."


def _add_files(gathering: Gathering, into: str, key: str) -> str | None:
    """Add what the camera or the uploader holds, and make way for the next. Raises DatasetError for bad ones."""
    given = st.session_state.get(key)
    files = given if isinstance(given, list) else [given] if given is not None else []
    added, refused = 0, []
    for file in files:
        try:
            gathering.add(read_upload(file.getvalue()), into)
            added += 1
        except ImageError as error:
            refused.append(f"{file.name}: {str(error).removeprefix('The picture ')}")
    taken_so_far().turn += 1
    if refused:
        told = f"{len(refused)} of {len(files)} pictures were not added. {refused[0]}"
        raise DatasetError(told)
    return f"Added {added} to {into}." if added > 1 else None
