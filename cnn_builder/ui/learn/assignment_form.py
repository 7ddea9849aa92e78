"""The form that makes an assignment from the network on the Build page."""

import json
from datetime import datetime

import streamlit as st

from cnn_builder.data import describe
from cnn_builder.learn.assignments import AssignmentPack
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.text import plain


def assignment_form() -> None:
    """The fields, and what was made: its file and its link."""
    document = state.document()
    info = describe(document.dataset)
    layers = [f"{place}: {layer.type}" for place, layer in enumerate(document.architecture.layers, 1)]
    st.caption(plain(f"Students start from {document.architecture.name} on {info.title}, as it is on the Build page."))
    with st.form("assignment-form"):
        name = st.text_input("Name", key="pack-name", max_chars=200)
        text = st.text_area("Text", key="pack-text", placeholder="What is to be done, in Markdown.")
        goal = st.number_input("Goal: test accuracy, %", 1.0, 100.0, 90.0, 0.1, key="pack-goal")
        left, right = st.columns(2)
        params = left.number_input("Parameters, at most (0: no budget)", 0, value=0, key="pack-params")
        macs = right.number_input("MACs an image, at most (0: no budget)", 0, value=0, key="pack-macs")
        epochs = left.number_input("Epochs, at most (0: no budget)", 0, value=0, key="pack-epochs")
        seconds = right.number_input("Seconds of training, at most (0: no budget)", 0, value=0, key="pack-seconds")
        held = left.number_input(
            "Test images held out for the grading", 1, info.test_size - 1, info.test_size // 2, key="pack-held"
        )
        locked = right.multiselect("Locked layers", layers, key="pack-locked")
        day = left.date_input("Deadline (optional)", None, key="pack-day")
        hour = right.time_input("Time of the deadline", None, key="pack-hour")
        made = st.form_submit_button("Make the assignment", type="primary", key="pack-make")
    if not made:
        return
    deadline = datetime.combine(day, hour or datetime.max.time()).astimezone() if day else None
    pack = AssignmentPack.from_json(
        json.dumps(
            {
                "version": 1, "name": name, "text": text, "dataset": document.dataset, "goal": round(goal / 100, 6),
                "held_out": held, "locked": [int(one.partition(":")[0]) - 1 for one in locked],
                "max_params": params or None, "max_macs": macs or None, "max_epochs": epochs or None,
                "max_seconds": seconds or None, "architecture": document.architecture.to_dict(),
                "deadline": deadline.isoformat(timespec="seconds") if deadline else None,
            }
        )
    )  # fmt: skip
    server.classroom().add(pack, state.learner_id())
    st.success(f"{plain(pack.name)} was made. Send its link, or its file; the list above has it at the next reload.")
    st.code(f"/learn?{state.ASSIGNMENT_PARAM}={pack.to_link()}", language=None, wrap_lines=True)
    st.download_button(
        "Download the file", pack.to_json(), f"assignment-{pack.pack_id}.json", "application/json", key="pack-file",
        on_click="ignore",
    )  # fmt: skip
