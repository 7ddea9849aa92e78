"""Import a model that was trained elsewhere, beside the list of runs."""

import streamlit as st

from cnn_builder.ui import state
from cnn_builder.ui.shared.model_import import MODEL_KINDS, Upload, import_fields
from cnn_builder.ui.train import run_state


def import_popover() -> None:
    """The button that opens the upload; the run is shown when it was made."""
    kinds = [ending.removeprefix(".") for ending in MODEL_KINDS]
    # Another one after each import, so that it is closed and empty again.
    done = st.session_state.setdefault(state.IMPORTED_MODELS, 0)
    with st.popover("Import a model", icon=":material/upload:", key=f"import-model-{done}"):
        file = st.file_uploader(
            "A Keras model with its weights", type=kinds, key=f"import-file-{done}",
            help="A .keras file of Keras 3 or an .h5 file. It is read as data: nothing in it is run.",
        )  # fmt: skip
        if file is None:
            return
        run = import_fields(Upload(file.name, file.getvalue(), file.file_id), "train")
    if run is not None:
        st.session_state[state.IMPORTED_MODELS] = done + 1
        state.set_current_run_id(run.run_id)
        run_state.set_toast(f"{run.name} was imported.")
        st.rerun()
