"""How the images of a new data set are made: size, colour, what becomes of pictures that are not square, the split."""

import streamlit as st

from cnn_builder.data.imports.collect import DRAWING_SIDE, Form
from cnn_builder.data.imports.importing import DEFAULT_TEST_SPLIT, ImportOptions
from cnn_builder.limits import MAX_SIDE, MIN_SIDE

_COLOURS = {"As they are": None, "Grey": False, "Colour": True}
_FITS = {"Crop to the middle square": "crop", "Pad to a square": "pad"}


def import_options(has_own_parts: bool, drawn: bool = False) -> ImportOptions:
    """The fields. `has_own_parts`: files may say themselves which images test; `drawn`: these are drawings."""
    with st.expander("Options", key="data-options"):
        if not drawn and has_own_parts:
            drawn = st.toggle(
                "These are drawings", key="data-drawn",
                help=f"Each is cropped to its strokes and centred in {DRAWING_SIDE}×{DRAWING_SIDE}, as on Draw.",
            )  # fmt: skip
        size, colour, fit = None, None, "crop"
        if not drawn:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                size = st.number_input(
                    "Size in pixels", MIN_SIDE, MAX_SIDE, value=None, step=1, key="data-size", width=230,
                    placeholder="As in the file, or 28",
                )  # fmt: skip
                colour = _COLOURS[st.selectbox("Colour", list(_COLOURS), key="data-colour", width=150)]
                fit = _FITS[st.selectbox("Pictures that are not square", list(_FITS), key="data-fit", width=240)]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            share = st.number_input(
                "Test images, %", 1, 90, value=None if has_own_parts else round(100 * DEFAULT_TEST_SPLIT), step=1,
                key="data-split", width=230, placeholder="The file's own, or 20",
                help="The share of each class that is kept for the test.",
            )  # fmt: skip
            seed = st.number_input("Seed", 0, 2**31 - 1, value=0, step=1, key="data-seed", width=170)
    form = Form(drawn=True) if drawn else Form(None if size is None else int(size), colour, fit)
    return ImportOptions(form, None if share is None else share / 100, int(seed))
