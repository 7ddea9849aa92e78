"""The Mute view: filters switched off, and what becomes of the answer and of the test accuracy."""

import streamlit as st

from cnn_builder.ui.inside.layers import layer_names
from cnn_builder.ui.inside.subject import Subject
from cnn_builder.ui.reading import percent, thing

ALL = "all"


def mute(subject: Subject) -> None:
    rows = [row for row in subject.traced.rows if subject.architecture.layers[row.index].linear]
    names, prefix = layer_names(subject), f"inspect-mute-{subject.run.run_id}"
    name = st.selectbox("Layer", [names[row.index] for row in rows], key=f"{prefix}-layer")
    index = names.index(name)
    count = subject.traced.rows[index].output_shape[-1]
    key = f"{prefix}-{index}"
    st.multiselect(
        "Muted filters",
        [ALL, *range(1, count + 1)],
        key=key,
        placeholder="Choose one or more",
        help="Their weights and bias count as zero.",
        persist_state="session",  # of a layer that is not the chosen one, too
        format_func=str,
    )
    keys = [f"{prefix}-{row.index}" for row in rows]
    muted = []
    for row in rows:
        chosen = st.session_state.get(f"{prefix}-{row.index}") or []
        if chosen:
            muted.append((row.index, None if ALL in chosen else [number - 1 for number in chosen]))
    _effect(subject, muted)
    st.button("Restore all", on_click=_restore, args=(keys,), disabled=not muted)


def _restore(keys: list[str]) -> None:
    for key in keys:
        st.session_state[key] = []


def _effect(subject: Subject, muted: list[tuple[int, list[int] | None]]) -> None:
    found = subject.ask.mute(subject.image, muted)
    before, after = int(found.before.argmax()), int(found.after.argmax())
    answer, certainty, accuracy = st.columns(3)
    answer.metric("Answer", thing(subject.info.classes[after], subject.info))
    certainty.metric(
        f"Probability of {thing(subject.info.classes[before], subject.info)}",
        percent(float(found.after[before])),
        _points(float(found.after[before] - found.before[before])) if muted else None,
    )
    accuracy.metric(
        "Test accuracy",
        percent(found.muted_accuracy),
        _points(found.muted_accuracy - found.accuracy) if muted else None,
        help=f"On the first {found.images:,} test images.",
    )
    if muted:
        where = [
            f"layer {index + 1}: {'all' if some is None else ', '.join(str(one + 1) for one in some)}"
            for index, some in muted
        ]
        st.caption(f"Muted in {'; '.join(where)}.")


def _points(change: float) -> str:
    return f"{100 * change:+.1f} points"
