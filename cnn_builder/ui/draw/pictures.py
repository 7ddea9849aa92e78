"""Pictures to classify: a file, the camera or a test image. Apart from the canvas, so that no stroke draws it again."""

import random
from typing import Any

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DatasetInfo
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.image_kind import image_kind
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.errors import fragment
from cnn_builder.ui.shared.sketch import File, Sample
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.shared.user_pictures import PICTURES, current_sketch, remember

FILE, CAMERA = "File", "Camera"


def photos_first(run: Run) -> bool:
    """Whether the network takes photos, so that pictures stand above the pad; where that is unknown, they do not."""
    try:
        return image_kind(run).takes_photos
    except CnnBuilderError:
        return False  # the canvas says what is wrong


@fragment
def pictures(run: Run) -> None:
    """The ways to a picture: in the open where the network takes photos, else folded."""
    info = image_kind(run)
    if info.takes_photos:
        with st.container(key="draw-pictures"):
            _ways(run, info)
    else:
        with st.expander("Classify a picture"):
            _ways(run, info)


def _ways(run: Run, info: DatasetInfo) -> None:
    one = "one digit" if info.is_digits else "one object"
    light = "" if info.takes_photos else ", dark on light or light on dark"
    way = st.segmented_control("Picture from", [FILE, CAMERA], default=FILE, key=state.DRAW_WAY, required=True)
    if way == CAMERA:
        given = st.camera_input(f"A photo of {one}{light}", key=state.DRAW_CAMERA, width=420)
    else:
        given = st.file_uploader(f"A picture of {one}{light}", type=PICTURES, key=state.DRAW_FILE)
    with st.container(horizontal=True, vertical_alignment="center"):
        sampled = st.button("Use a random test image", key="draw_sample", disabled=run.dataset == NO_DATASET)
        st.caption("You can also paste a copied picture anywhere on this page with Ctrl+V.")
    if sampled:
        _show_sample(info, Questions(server.service(), run.run_id))
    elif given is not None:
        _show(given)


def _show(given: Any) -> None:
    """A file or photo that is not the one shown last."""
    sketch = current_sketch()
    if given.file_id != sketch.file_id:
        remember(sketch.showing(File(given.getvalue()), file_id=given.file_id))
        st.rerun()


def _show_sample(info: DatasetInfo, ask: Questions) -> None:
    try:
        _, _, count = ask.test_image(0)
        image, of_class, _ = ask.test_image(random.randrange(count))
    except CnnBuilderError as error:
        st.error(plain(str(error)))
        return
    remember(current_sketch().showing(Sample(info.name, image, of_class)))
    st.rerun()
