"""A data set of one's own: what it holds, what is odd about it, and what can be done with it."""

import time

import numpy as np
import streamlit as st

from cnn_builder.data import DatasetError, describe
from cnn_builder.data.sets.on_disk import taken_evenly
from cnn_builder.data.sets.own import edits
from cnn_builder.data.sets.own.library import STREAMED
from cnn_builder.data.sets.own.version import Images, Version
from cnn_builder.documents.dataset_fit import fitted_to
from cnn_builder.figures.data_set import classes_html, pairs_html
from cnn_builder.figures.locale_text import number_text
from cnn_builder.ui import server, state
from cnn_builder.ui.data.choice import perform
from cnn_builder.ui.data.edit import edit_classes, save
from cnn_builder.ui.data.gather import DRAWINGS, gather
from cnn_builder.ui.data.picture_ways import CAMERA, PICTURES
from cnn_builder.ui.data.versions import delete_button, versions
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import ago, plain

PAIRS_SHOWN = 12
UNEVEN = 3.0
LOOKED_AT = 2000
"""Images whose pixels are summed up."""


def overview(name: str) -> None:
    own = server.own_datasets()
    try:
        version = own.version(name)
        images = _images(name, version.fingerprint)
    except DatasetError as error:
        st.error(plain(str(error)))
        delete_button(name)
        return
    _head(name, version)
    st.html(classes_html(version, images))
    _notes(version, images)
    _duplicates(name, version, images)
    _skipped(version)
    edit_classes(name, version)
    _add(name, version)
    versions(name)


@st.cache_resource(show_spinner="Reading the images …", max_entries=2)
def _read(folder: str, name: str, fingerprint: str) -> Images:
    # A page looks at a few of them: the server's memory does not hold the rest.
    return server.own_datasets().images(f"{name}@{fingerprint}", left_on_disk=True)


def _images(name: str, fingerprint: str) -> Images:
    return _read(str(server.settings().own_home), name, fingerprint)


def _head(name: str, version: Version) -> None:
    number = server.own_datasets().get(name).number(version.fingerprint)
    size = "×".join(map(str, version.input_shape))
    st.markdown(
        f"**{number_text(version.train_size)} training and {number_text(version.test_size)} test images** of {size} in "
        f"{len(version.classes)} classes  \n"
        f"Version {number} · {plain(version.change)} · {ago(version.created, time.time())} · fingerprint "
        f"`{version.fingerprint}`"
    )
    with st.container(horizontal=True, gap="small", key="data-actions"):
        if st.button("Use on Build", type="primary", key="data-use", on_click=callback(use), args=(name,)):
            st.switch_page("pages/build.py")
        file = server.own_datasets().file(name)
        st.download_button(
            "Download .npz", file.read_bytes, f"{name}.npz", "application/octet-stream", key="data-download",
            on_click="ignore", help="The images with Keras' keys: x_train, y_train, x_test, y_test.",
        )  # fmt: skip
        delete_button(name)


def use(name: str) -> None:
    """Build goes on with this data set: the network's input and its number of outputs follow."""
    document = state.document()
    state.set_document(document.with_architecture(fitted_to(document.architecture, describe(name)), name))


def _notes(version: Version, images: Images) -> None:
    """What was done to the images, their pixels in numbers, and whether the classes are of about the same size."""
    some = taken_evenly(images.x_train, LOOKED_AT).astype(np.float32) / 255
    pixels = f"Pixels: mean {some.mean():.2f}, standard deviation {some.std():.2f} (0 black, 1 white)."
    lines = [*version.notes, pixels]
    if server.own_datasets().is_streamed(version):
        lines.append(STREAMED)
    few, many = min(version.train_counts), max(version.train_counts)
    if few * UNEVEN < many:
        rare = version.classes[version.train_counts.index(few)]
        lines.append(
            f"The classes are not balanced: “{rare}” has {number_text(few)} training images, the largest "
            f"{number_text(many)}. "
            "Class weights on the Train page can make up for it."
        )
    st.caption("  \n".join(plain(line) for line in lines))


def _duplicates(name: str, version: Version, images: Images) -> None:
    counts = dict(version.duplicate_counts)
    alike = counts.get("exact", 0) + counts.get("near", 0)
    if not alike:
        return
    exact, near = number_text(counts["exact"]), number_text(counts["near"])
    words = f"**{number_text(alike)} duplicates** ({exact} exact, {near} near)."
    if counts["across"]:
        words += (
            f" {number_text(counts['across'])} test images are in training, too: the test accuracy will look too high."
        )
    if counts["labels"]:
        words += f" {number_text(counts['labels'])} have two different labels."
    with st.container(border=True, key="data-duplicates"):
        st.markdown(words)
        st.html(pairs_html(version.duplicates[:PAIRS_SHOWN], version, images))
        st.button(
            "Remove them from training", key="data-deduplicate", on_click=perform, args=(_deduplicate, name),
            help="Keeps one of each, and all test images.",
        )  # fmt: skip


def _deduplicate(name: str) -> str:
    own = server.own_datasets()
    return save(name, edits.remove_duplicates(own.version(name), own.images(name)))


def _skipped(version: Version) -> None:
    if not version.skipped_count:
        return
    one = (
        "1 file was skipped"
        if version.skipped_count == 1
        else f"{number_text(version.skipped_count)} files were skipped"
    )
    with st.expander(one, key="data-skipped"):
        st.markdown("  \n".join(f"{plain(item.file)} – {plain(item.reason)}" for item in version.skipped))
        if version.skipped_count > len(version.skipped):
            st.caption(f"The first {number_text(len(version.skipped))} are listed.")


def _add(name: str, version: Version) -> None:
    with st.expander("Add images", key="data-add", on_change="rerun") as opened:
        if opened.open:
            first = DRAWINGS if version.preparation == "mnist" else CAMERA
            way = st.segmented_control(
                "Images from", [DRAWINGS, CAMERA, PICTURES], default=first, key="data-add-way", required=True
            )
            gather(name, str(way or first), version.classes)
