"""An uploaded model file kept as a run: the data set it is tested on, the button, and what came of it."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import dataset_names, dataset_title
from cnn_builder.runs import NO_DATASET, Run
from cnn_builder.runs.model_import.adding import import_model
from cnn_builder.ui import server
from cnn_builder.ui.shared.text import plain

MODEL_KINDS = (".keras", ".h5", ".hdf5")


@dataclass(frozen=True)
class Upload:
    """A file from the browser; `file_id` is Streamlit's, another one for each upload."""

    name: str
    content: bytes
    file_id: str


def import_fields(upload: Upload, place: str, dataset: str = NO_DATASET) -> Run | None:
    """The choice of a data set and the button; the run, once, when it was made.

    Args:
        place: which page this is on, for the fields' keys.
        dataset: the one that is chosen at first.
    """
    options = [NO_DATASET, *dataset_names(server.settings())]
    chosen = st.selectbox(
        "Test it on", options, index=options.index(dataset) if dataset in options else 0, key=f"import-data-{place}",
        format_func=lambda name: dataset_title(name).capitalize() if name == NO_DATASET else dataset_title(name),
        help="Its test images give the model a test accuracy, and its classes their names. Images reach the model with "
        "pixels from 0 to 1.",
    )  # fmt: skip
    if not st.button("Keep as a run", key=f"import-go-{place}", type="primary"):
        return None
    try:
        with st.spinner("Reading and testing the model …"):
            return keep(upload, chosen)
    except (CnnBuilderError, OSError) as error:
        st.error(plain(str(error)))
        return None


def keep(upload: Upload, dataset: str) -> Run:
    """The file as a run. Raises CnnBuilderError, OSError."""
    ending = Path(upload.name).suffix.lower()
    with TemporaryDirectory(prefix="cnn-builder-") as folder:
        path = Path(folder) / f"model{ending}"
        path.write_bytes(upload.content)
        return import_model(
            path, server.store(), server.settings(), dataset or None, filename=upload.name,
            key=f"import {upload.file_id} {dataset}"[:200],
        )  # fmt: skip
