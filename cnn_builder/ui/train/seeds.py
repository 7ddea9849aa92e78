"""A run's other seeds: training it again with more of them, their scores together, and their curves as a band."""

import uuid
from functools import partial

import streamlit as st

from cnn_builder.figures.many_curves import ComparedRun
from cnn_builder.figures.seed_bands import SeedBand, seed_bands
from cnn_builder.runs import Run
from cnn_builder.runs.results.seeds import seed_scores, seed_words
from cnn_builder.runs.workers.again import MOST_SEEDS, train_again, why_not_again
from cnn_builder.ui import server
from cnn_builder.ui.shared.reader import localized
from cnn_builder.ui.shared.text import plain
from cnn_builder.ui.train import actions, run_state

FIVE = 5
"""How many seeds a run is offered to have in all."""
_HEIGHT, _POPOVER = 240, 320


def seeds(run: Run) -> None:
    """The scores of the run's request over its seeds, where there are several."""
    if run.imported is not None or run.is_active:
        return
    runs = server.store().seed_runs(run.run_id)
    found = seed_scores(runs)
    waiting = sum(one.is_active for one in runs)
    if found is None and not waiting:
        return
    with st.container(key="seeds"):
        st.markdown(f"**{len(runs)} seeds**")
        if found is None:
            st.caption(f"{waiting} of them {'waits or trains' if waiting == 1 else 'wait or train'}.")
            return
        st.markdown(plain(seed_words(found)))
        done = [one for one in runs if one.settings.seed in found.seeds]
        curves = [ComparedRun(one.name, server.store().metrics(one.run_id, kind="epoch"), None) for one in done]
        validated = any(row.val_accuracy is not None for curve in curves for row in curve.epochs)
        measure = "Validation accuracy" if validated else "Training accuracy"
        figure = seed_bands([SeedBand(run.name, curves)], measure, _HEIGHT)
        if figure.data:
            st.plotly_chart(localized(figure), width="stretch", key="seed-band", config={"displayModeBar": False})
            st.caption(f"{measure}: the mean of these seeds; the band is from the lowest to the highest.")


def more_seeds(run: Run) -> None:
    """The popover that queues the run's request with further seeds."""
    reason = why_not_again(server.store(), run)
    told = None if reason is None else f"It cannot be trained again with other seeds: {reason}."
    with st.popover("More seeds", disabled=reason is not None, help=told), st.container(width=_POPOVER):
        have = len(server.store().seed_runs(run.run_id))
        key = f"more-seeds-{run.run_id}-{have}"
        st.caption(
            "Trains this network again with the same settings and other seeds, to see how much of its score is chance. "
            "Compare shows the seeds as a band, and pairs networks by seed."
        )
        st.number_input("Further seeds", 1, MOST_SEEDS, max(FIVE - have, 1), key=key)
        st.button(
            "Train again", key="train-again", type="primary", width="stretch", on_click=actions.attempt,
            args=(partial(_train_again, run, key, uuid.uuid4().hex), "seeds"),
        )  # fmt: skip
        actions.show_error("seeds")


def _train_again(run: Run, key: str, click: str) -> None:
    made = train_again(server.store(), run, int(st.session_state[key]), click)
    server.supervisor().nudge()
    run_state.set_toast(f"{len(made)} {'run is' if len(made) == 1 else 'runs are'} queued.")
