"""The network beside another one: a preset, a saved network, or the network of a run."""

from dataclasses import dataclass

import streamlit as st

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.diff import diff
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.documents.document import Document
from cnn_builder.figures.diff_table import diff_table, summary, totals_table
from cnn_builder.figures.percentages import percent
from cnn_builder.ui import server
from cnn_builder.ui.shared.styles import DIFF_TABLE
from cnn_builder.ui.shared.text import plain

MOST_RUNS = 30
_OTHER = "compare-with"


@dataclass(frozen=True)
class Other:
    """A network to compare with, under a name that says where it is from."""

    title: str
    architecture: Architecture


def comparison(document: Document) -> None:
    """The choice of the other network, then what changes from that one to this one."""
    found = others()
    names = list(found)
    start = names.index(first_choice(document.architecture, found))
    chosen = st.selectbox(
        "Compare with", names, index=start, key=_OTHER, format_func=lambda name: found[name].title, width=460
    )
    other = found[chosen]
    change = diff(other.architecture, document.architecture)
    st.html(DIFF_TABLE)
    st.markdown(f"From **{plain(other.title)}** to this network: {plain(summary(change))}")
    for traced, who in ((change.before, "The other network"), (change.after, "This network")):
        if traced.error is not None:
            st.caption(plain(f"{who} does not fit at layer {traced.error.index + 1}: its totals go up to there."))
    st.html(totals_table(change))
    st.html(diff_table(change))


def others() -> dict[str, Other]:
    """What there is to compare with: runs newest first (each network once), saved networks, presets."""
    found: dict[str, Other] = {}
    try:
        seen: set[Architecture] = set()
        for run in server.store().list(MOST_RUNS):
            if run.architecture not in seen:
                seen.add(run.architecture)
                score = f" · {percent(run.test_accuracy, 2)}" if run.test_accuracy is not None else f" · {run.status}"
                found[f"run:{run.run_id}"] = Other(f"Run {run.name}{score}", run.architecture)
        for network in server.networks().list()[0]:
            found[f"network:{network.network_id}"] = Other(f"Saved {network.name}", network.architecture)
    except CnnBuilderError as error:
        st.caption(plain(f"Runs and saved networks cannot be listed: {error}"))
    return found | {f"preset:{name}": Other(f"Preset {name}", preset.architecture) for name, preset in PRESETS.items()}


def first_choice(architecture: Architecture, found: dict[str, Other]) -> str:
    """The network of the same name that differs (what it was before), else the newest that differs, else the first."""
    content = (architecture.input_shape, architecture.layers)
    differing = [
        name for name, other in found.items() if (other.architecture.input_shape, other.architecture.layers) != content
    ]
    named = [name for name in differing if found[name].architecture.name == architecture.name]
    return next(iter([*named, *differing, *found]))
