"""Images gathered class by class: drawn, taken with the camera, or added as picture files."""

import streamlit as st

from cnn_builder.data import DatasetError, ImageError
from cnn_builder.data.imports import gathered as gathered_images
from cnn_builder.data.imports.importing import ImportOptions
from cnn_builder.data.sets.own.gathering import Gathered, Gathering
from cnn_builder.figures.data_set import sheet_url
from cnn_builder.figures.locale_text import number_text
from cnn_builder.limits import ImportLimits
from cnn_builder.ui import server, state
from cnn_builder.ui.components.canvas import CanvasContent, canvas, sent
from cnn_builder.ui.data.choice import perform, show
from cnn_builder.ui.data.options import import_options
from cnn_builder.ui.data.picture_ways import PICTURES, take_pictures
from cnn_builder.ui.data.taken import Taken, taken_so_far
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.prediction import Reading, decode_drawing
from cnn_builder.ui.shared.text import plain

DRAWINGS = "Drawings"
LAST = 12
ENOUGH = 2
_CLASS = "data-class"


@fragment
def gather(name: str, way: str, known: tuple[str, ...]) -> None:
    """The classes, the way to add an image to one, and what was gathered. `known`: classes of the data set itself."""
    gathering = Gathering(server.settings(), name)
    found = gathering.look()
    classes = tuple(dict.fromkeys([*known, *found.classes]))
    _classes(gathering, classes)
    if classes:
        if way == DRAWINGS:
            _draw(gathering, classes)
            found = gathering.look()
        else:
            take_pictures(gathering, way, classes, found)
        _gathered(gathering, found, way, known)
    elif told := st.session_state.pop(state.DATA_MESSAGE, None):
        st.toast(plain(told))


def _classes(gathering: Gathering, classes: tuple[str, ...]) -> None:
    st.text_input(
        "Add a class" if classes else "Name the classes", key=_CLASS, on_change=perform, args=(_add_classes, gathering),
        placeholder="circle, square, triangle", help="Several at once, with commas. Press Enter.", width=420,
    )  # fmt: skip
    told = state.told()
    if told:
        st.error(plain(told))


def _add_classes(gathering: Gathering) -> None:
    for name in str(st.session_state[_CLASS]).split(","):
        if name.strip():
            gathering.add_class(name)
    st.session_state[_CLASS] = ""


def _draw(gathering: Gathering, classes: tuple[str, ...]) -> None:
    """The pad; a click on a class below it adds the drawing and clears the pad."""
    taken, received = taken_so_far(), sent(state.DATA_PAD)
    seq = received.drawing["seq"] if received.drawing is not None else 0
    if received.keep is not None and received.keep[0] > taken.label:
        taken.label = received.keep[0]
        taken.words = _keep(gathering, taken, received.drawing, classes, received.keep[1])
    if received.pasted is not None and received.pasted[0] > taken.pasted:
        taken.pasted, taken.words = received.pasted[0], f"A pasted picture is added under {PICTURES}, not here."
    reading = Reading("empty", "Draw")
    cleared = {"number": taken.cleared, "image": None} if taken.cleared else None
    shown = CanvasContent(
        reading.to_data(seq, taken.label), classes, None, cleared,
        True, taken.words or "Draw one, then choose its class: it is added, and the pad is cleared.", gathers=True,
    )  # fmt: skip
    with st.container(key="data-pad-area"):
        canvas(shown, state.DATA_PAD, lambda: None)


def _keep(gathering: Gathering, taken: Taken, drawing: object, classes: tuple[str, ...], label: int) -> str:
    """Add the drawing on the pad; what is said of it. The same drawing is added once."""
    nothing = "There is nothing to add yet. Draw first."
    if not isinstance(drawing, dict) or drawing["seq"] <= taken.drawing or not 0 <= label < len(classes):
        return nothing
    try:
        image = decode_drawing(drawing.get("image"))
        if not image.any():
            return nothing
        gathering.add(image, classes[label])
    except (DatasetError, ImageError) as error:
        return str(error)
    taken.drawing, taken.cleared = drawing["seq"], taken.cleared + 1
    count = gathering.look().counts[classes[label]]
    return f"Added to {classes[label]}: {number_text(count)} so far."


def _gathered(gathering: Gathering, found: Gathered, way: str, known: tuple[str, ...]) -> None:
    """What was gathered, and the buttons for it."""
    if not found.files:
        return
    counts = " · ".join(f"{plain(name)} {number_text(count)}" for name, count in found.counts.items() if count)
    st.markdown(f"**{number_text(len(found.files))} gathered** · {counts}")
    pictures = gathering.load(found.files[-LAST:])
    st.html("".join(f'<img class="cnn-last" src="{_thumb(picture)}" alt="">' for picture in pictures))
    options = ImportOptions() if known else import_options(has_own_parts=False, drawn=way == DRAWINGS)
    ready = known or sum(count >= ENOUGH for count in found.counts.values()) >= ENOUGH
    with st.container(horizontal=True, gap="small"):
        label = "Add to the data set" if known else "Make the data set"
        made = st.button(label, type="primary", key="data-make", disabled=not ready)
        st.button("Remove the last one", key="data-remove-last", on_click=perform, args=(gathering.remove_last,))
        st.button("Discard all", key="data-discard", on_click=perform, args=(gathering.clear,))
    if not ready:
        st.caption(f"A data set needs at least {ENOUGH} classes with {ENOUGH} images each; 15 or more are better.")
    if made:
        perform(_make, gathering, options, bool(known))
        st.rerun()


def _make(gathering: Gathering, options: ImportOptions, there: bool) -> str:
    own, limits = server.own_datasets(), ImportLimits.of(server.settings())
    if there:
        info = gathered_images.add_to_dataset(gathering, own, limits)
    else:
        info = gathered_images.make_dataset(gathering, own, options, limits)
    st.session_state.pop(state.DATA_NAME, None)
    show(gathering.name)
    return f"{info.title}: {number_text(info.train_size)} training and {number_text(info.test_size)} test images."


def _thumb(picture: object) -> str:
    import numpy as np
    from PIL import Image

    small = Image.fromarray(np.asarray(picture))
    small.thumbnail((96, 96))
    pixels = np.asarray(small)
    return sheet_url((pixels if pixels.ndim == 3 else np.repeat(pixels[..., np.newaxis], 3, axis=2))[np.newaxis])
