"""The Ablation view: the prediction and the test accuracy with chosen filters set to zero."""

import streamlit as st

from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import confidence, percent
from cnn_builder.ui.inspect.activations import layer_names
from cnn_builder.ui.inspect.subject import Subject
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.prediction import class_phrase

ALL = "all"


def ablation(subject: Subject) -> None:
    st.caption(
        "Set filters to zero: what the prediction and the accuracy lose shows how much the network relies on them."
    )
    rows = [row for row in subject.traced.rows if subject.architecture.layers[row.index].linear]
    names, prefix = layer_names(subject), f"inspect-ablation-{subject.run.run_id}"
    name = st.selectbox("Layer", [names[row.index] for row in rows], key=f"{prefix}-layer")
    index = names.index(name)
    count = subject.traced.rows[index].output_shape[-1]
    key = f"{prefix}-{index}"
    st.multiselect(
        "Ablated filters",
        [ALL, *range(1, count + 1)],
        key=key,
        placeholder="Choose one or more",
        help="Their outputs are computed with all weights and the bias set to zero.",
        persist_state="session",  # of a layer that is not the chosen one, too
        format_func=str,
    )
    keys = [f"{prefix}-{row.index}" for row in rows]
    ablated = []
    for row in rows:
        chosen = st.session_state.get(f"{prefix}-{row.index}") or []
        if chosen:
            ablated.append((row.index, None if ALL in chosen else [number - 1 for number in chosen]))
    _effect(subject, ablated)
    st.button("Restore all", on_click=_restore, args=(keys,), disabled=not ablated)


@callback
def _restore(keys: list[str]) -> None:
    for key in keys:
        st.session_state[key] = []


def _effect(subject: Subject, ablated: list[tuple[int, list[int] | None]]) -> None:
    found = subject.ask.ablation(subject.image, ablated)
    before, after = int(found.before.argmax()), int(found.after.argmax())
    answer, certainty, accuracy = st.columns(3)
    answer.metric("Prediction", class_phrase(subject.info.classes[after], subject.info))
    certainty.metric(
        f"Probability of {class_phrase(subject.info.classes[before], subject.info)}",
        confidence(float(found.after[before])),
        _points(float(found.after[before] - found.before[before])) if ablated else None,
    )
    tested = subject.test_images
    accuracy.metric(
        accuracy_label(found.images, tested),
        percent(found.ablated_accuracy),
        _points(found.ablated_accuracy - found.accuracy) if ablated else None,
    )
    if found.images < tested and subject.run.test_accuracy is not None:
        st.caption(
            f"Measured on the first {number_text(found.images)} test images, so that the answer comes at once. "
            f"The run's test "
            f"accuracy, {percent(subject.run.test_accuracy, 2)}, is of the best model on all {number_text(tested)}."
        )
    if ablated:
        where = [
            f"layer {index + 1}: {'all' if some is None else ', '.join(str(one + 1) for one in some)}"
            for index, some in ablated
        ]
        st.caption(f"Ablated in {'; '.join(where)}.")


def accuracy_label(images: int, all_images: int) -> str:
    """What the accuracy is of: all test images, or the first so many of them."""
    return "Test accuracy" if images >= all_images else f"Accuracy, first {number_text(images)} test images"


def _points(change: float) -> str:
    return f"{100 * change:+.1f} points"
