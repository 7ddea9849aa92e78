"""The table of runs: its filter, the rows that are chosen, and the CSV."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from cnn_builder.data import dataset_title
from cnn_builder.figures.many_curves import TRAINING_TIME
from cnn_builder.learn.glossary import meaning
from cnn_builder.runs import Run
from cnn_builder.runs.results.run_labels import differences, status_words
from cnn_builder.runs.results.table import Filter, runs_csv, table_row
from cnn_builder.ui import server
from cnn_builder.ui.shared.errors import fragment

MOST_RUNS = 500
POLL = "2s"
FIRST_CHOSEN = 3
MOST_CHOSEN = 10
_SHOWN = (
    "name", "test_accuracy", "interval", "dataset", "parameters", "macs", "time", "epochs_trained", "settings", "tags",
    "status", "created",
)  # fmt: skip
_CONFIG = {
    "name": st.column_config.TextColumn("Run", width="medium", pinned=True),
    "test_accuracy": st.column_config.NumberColumn("Test accuracy", format="%.4f"),
    "interval": st.column_config.TextColumn("95 % confidence interval", help=meaning("Confidence interval")),
    "dataset": st.column_config.TextColumn("Data set"),
    "parameters": st.column_config.NumberColumn("Parameters", format="localized", help=meaning("Parameters")),
    "macs": st.column_config.NumberColumn("MACs", format="localized", help=meaning("MACs")),
    "time": st.column_config.NumberColumn(TRAINING_TIME, format="%.1f"),
    "epochs_trained": st.column_config.NumberColumn("Epochs", help="Complete epochs. Settings: as requested."),
    "settings": st.column_config.TextColumn("Settings"),
    "tags": st.column_config.TextColumn("Tags"),
    "status": st.column_config.TextColumn("Status"),
}


def rerun_on_progress(runs: Sequence[Run]) -> None:
    """Draw the page again when an epoch or a run ends; no timer runs while no run does."""
    active = {run.run_id: (run.status, run.epoch) for run in runs if run.is_active}
    if active:
        fragment(_rerun_if_changed, run_every=POLL)(active)


def _rerun_if_changed(known: Mapping[str, tuple[str, int]]) -> None:
    now = {run.run_id: (run.status, run.epoch) for run in server.store().active() if isinstance(run, Run)}
    if now != known:  # also where another run was started
        st.rerun()


def filtered(runs: Sequence[Run]) -> list[Run]:
    """The runs that the fields above the table let through, in the order given."""
    datasets = list(dict.fromkeys(run.dataset for run in runs))
    statuses = list(dict.fromkeys(run.status for run in runs))
    tags = sorted({tag for run in runs for tag in run.tags})
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-filter"):
        words = st.text_input("Find", key="compare-words", placeholder="Name, tag or note", width=220)
        kept: dict[str, list[str]] = {}
        for title, options in (("Data set", datasets), ("Status", statuses), ("Tags", tags)):
            key = f"compare-{title.split()[0].lower()}"
            kept[key] = (
                st.multiselect(title, options, key=key, format_func=dataset_title, placeholder="All", width=220)
                if len(options) > 1 or (title == "Tags" and options)
                else []
            )
    wanted = Filter(words, tuple(kept["compare-data"]), tuple(kept["compare-status"]), tuple(kept["compare-tags"]))
    return [run for run in runs if wanted.takes(run)]


def runs_table(runs: Sequence[Run]) -> list[Run]:
    """Draw the table; the runs that are chosen in it, oldest first."""
    # Rows are chosen by their place, so another list of runs is another table.
    created = st.column_config.DatetimeColumn("Created", format="localized", timezone=st.context.timezone)
    key = f"runs-table-{hashlib.sha256(' '.join(run.run_id for run in runs).encode()).hexdigest()[:12]}"
    answer = st.dataframe(
        frame(runs), key=key, on_select="rerun", selection_mode="multi-row", hide_index=True,
        column_config={**_CONFIG, "created": created},
        selection_default={"selection": {"rows": first_chosen(runs)}}, height=min(38 + 35 * len(runs), 388),
        placeholder="–", alt="Runs, one per row",
    )  # fmt: skip
    chosen = [runs[place] for place in answer["selection"]["rows"] if place < len(runs)]
    if len(chosen) > MOST_CHOSEN:
        st.caption(f"{len(chosen)} runs are selected; only the newest {MOST_CHOSEN} of them are compared.")
    return sorted(chosen, key=lambda run: run.run_id)[-MOST_CHOSEN:]


def first_chosen(runs: Sequence[Run]) -> list[int]:
    """Places of the runs that are compared before anything is chosen: the newest trained ones of one data set."""
    trained = [place for place, run in enumerate(runs) if run.epoch or run.imported]
    by_dataset: dict[str, list[int]] = {}
    for place in trained:
        by_dataset.setdefault(runs[place].dataset, []).append(place)
    return next((places for places in by_dataset.values() if len(places) > 1), trained)[:FIRST_CHOSEN]


def download_table(runs: Sequence[Run]) -> None:
    """The rows that are shown, with all their columns."""
    events = server.store().events  # captured here: what makes the file runs outside of the session
    st.download_button(
        "Download CSV", lambda: runs_csv(runs, events), "runs.csv", "text/csv", key="compare-csv", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip


def frame(runs: Sequence[Run]) -> pd.DataFrame:
    """The rows as they are shown."""
    rows, apart = [], differences(runs)
    for run in runs:
        row = asdict(table_row(run))
        row["name"] += f" ({apart[run.run_id]})" if apart[run.run_id] else ""
        low, high = row["low"], row["high"]
        row["interval"] = None if low is None else f"{low:.4f} – {high:.4f}"
        row["dataset"] = dataset_title(run.dataset)
        row["time"] = run.seconds
        row["status"] = status_words(run)
        row["settings"] = (
            run.imported.words
            if run.imported
            else (
                f"{row['optimizer']} {row['learning_rate']:g} · batch {row['batch_size']} · {row['epochs']} epochs · "
                f"seed {row['seed']}"
            )
        )
        row["created"] = datetime.fromtimestamp(run.created, UTC)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(_SHOWN))
