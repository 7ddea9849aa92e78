"""What the network's augmentations make of an image: eight copies, which follow the settings."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.input_shapes import is_view
from cnn_builder.data import DatasetError, DatasetInfo, find_dataset, is_local
from cnn_builder.data.augmentation.preview import PreviewLayers, augmented, layer_numbers
from cnn_builder.data.sets.first_images import first_images
from cnn_builder.documents.document import Document
from cnn_builder.figures.copies import copies_html
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.shared.user_pictures import current_sketch

IMAGES = 16
TRAINING, YOURS = "Training image", "Your picture"


@dataclass(frozen=True)
class Shown:
    """What is looked at: the number of the training image, and the seed of the copies."""

    image: int = 0
    seed: int = 0


def changes_images(document: Document) -> bool:
    """Whether the selected layer is one whose copies are shown."""
    return document.index in PreviewLayers.of(document.architecture).places


def augmentation_preview(document: Document) -> None:
    """The copies, where the network has augmentations."""
    preview = PreviewLayers.of(document.architecture)
    if not preview.places and not preview.hidden:
        return
    with st.container(key="augmentation", gap="small"):
        if not preview.places:
            st.caption(f"{_late(preview)} Move it to the beginning to see what it does to an image.")
            return
        shown = _shown()
        image = _image(document, shown)
        if image is None:
            return
        copies = augmented(preview, image, shown.seed)
        late = f" {_late(preview)}" if preview.hidden else ""
        words = f"An image, and eight copies as {layer_numbers(preview.places)} may change it in training.{late}"
        st.html(copies_html(image, copies, words))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            again, another = replace(shown, seed=shown.seed + 1), replace(shown, image=shown.image + 1)
            st.button("Other copies", key="augmentation-again", on_click=_show, args=(again,))
            st.button("Another image", key="augmentation-image", on_click=_show, args=(another,))
            _choice(document.architecture)


def _late(preview: PreviewLayers) -> str:
    words = layer_numbers(preview.hidden).capitalize()
    if len(preview.hidden) == 1:
        return f"{words} stands behind other layers and changes feature maps, not the image."
    return f"{words} stand behind other layers and change feature maps, not the image."


def _image(document: Document, shown: Shown) -> np.ndarray | None:
    """The image to change; None, with a message, where there is none."""
    own = _own_picture(document.architecture)
    if own is not None and st.session_state.get(state.AUGMENTED_SOURCE) == YOURS:
        return own
    info = find_dataset(document.dataset)
    if info is None or not is_view(info.input_shape, document.architecture.input_shape):
        why = "The data set's images do not fit this network, so there is none to show its augmentations on."
    elif not is_local(info.name, server.settings()):
        why = (
            f"{info.title} is not on this machine yet, so there is no image to show the augmentations on. Download it "
            "on Train."
        )
    else:
        try:
            images = _first_images(info.name, str(server.settings()), info)
            return np.asarray(images[shown.image % len(images)])
        except DatasetError as error:
            why = str(error)
    if own is not None:
        return own
    st.caption(plain(why))
    return None


@st.cache_data(show_spinner=False, max_entries=8)
def _first_images(name: str, settings: str, _info: DatasetInfo) -> np.ndarray:
    """Raises DatasetError."""
    images = first_images(name, server.settings(), IMAGES)
    if images is None or not len(images) or images.shape[1:] != _info.input_shape:
        raise DatasetError(f"The images of {_info.title} cannot be read. Import or download it again.")
    return images


def _own_picture(architecture: Architecture) -> np.ndarray | None:
    """What was drawn or chosen last, as a network of this input was given it."""
    reading = current_sketch().reading
    seen = None if reading is None else reading.seen
    return seen if seen is not None and is_view(seen.shape, architecture.input_shape) else None


def _choice(architecture: Architecture) -> None:
    if _own_picture(architecture) is not None:
        st.segmented_control(
            "Image", [TRAINING, YOURS], default=TRAINING, key=state.AUGMENTED_SOURCE, required=True,
            label_visibility="collapsed",
        )  # fmt: skip


def _shown() -> Shown:
    kept = st.session_state.get(state.AUGMENTED)
    return kept if isinstance(kept, Shown) else Shown()


@callback
def _show(shown: Shown) -> None:
    st.session_state[state.AUGMENTED] = shown
