"""What stands beside a step's text: the layers at work, the list of layers, and what the learner's run came to."""

from collections.abc import Callable
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import dataset_title, default_dataset, is_local, load_dataset
from cnn_builder.figures.layer_demo import KERNELS, demo_html, demo_stages
from cnn_builder.figures.loss_curve import loss_curve
from cnn_builder.learn.drills.drill import layer_lines
from cnn_builder.learn.lessons import LessonPlan, LessonStep
from cnn_builder.learn.lessons.curve import overfitting_mark
from cnn_builder.learn.lessons.training_checks import found_run
from cnn_builder.runs import Run
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.lesson_progress import epoch_rows, evidence
from cnn_builder.ui.shared.reader import localized
from cnn_builder.ui.shared.sample_images import SAMPLES_STYLE, samples_html
from cnn_builder.ui.shared.text import plain

PICTURES = 8
_NONE = "Train the network first: then its curve, its score and its predictions stand here."


def show_beside(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    """Draw what the step asks for. ``done``: the answer may be seen; ``answers`` are the learner's."""
    if step.show:
        _SHOWS[step.show](plan, step, done, answers)


def layer_list(lines: list[str]) -> None:
    """Layers as Keras code, one a line."""
    st.html(
        f'<pre class="cnn-layers" role="region" tabindex="0" aria-label="Layers">{escape(chr(10).join(lines))}</pre>'
    )


def _code(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    st.code(step.values.get("code", ""), language="python", line_numbers=True)


def _network(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    layer_list(layer_lines(plan.network_of(step)))


def _layers(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    try:
        images, names = first_images(_dataset(plan), repr(server.settings()))
    except CnnBuilderError as error:
        st.warning(plain(str(error)))
        return
    left, middle, right = st.columns(3)
    options = [f"{place + 1}: {name}" for place, name in enumerate(names)]
    key = f"demo-{plan.lesson_id}"
    picked = left.selectbox("Image", options, key=f"{key}-image")
    weights = middle.selectbox("Weights of the filter", list(KERNELS), key=f"{key}-weights")
    padding = right.segmented_control(
        "Padding", ["valid", "same"], default="valid", required=True, key=f"{key}-padding"
    )
    stages = demo_stages(images[options.index(picked)], KERNELS[weights], padding or "valid")
    st.html(demo_html(stages))


def _dataset(plan: LessonPlan) -> str:
    """The lesson's data set where it is at hand, else one that is."""
    try:
        local = is_local(plan.dataset, server.settings())
    except CnnBuilderError:
        local = False
    return plan.dataset if local else default_dataset(server.settings())


@st.cache_data(show_spinner="Reading the images …", max_entries=8)
def first_images(dataset: str, settings: str) -> tuple[np.ndarray, list[str]]:
    """The first test images, uint8 (n, height, width, channels), and the names of their classes.

    ``settings`` are those of the environment, for the cache.
    """
    loaded = load_dataset(dataset, server.settings())
    labels = loaded.y_test[:PICTURES]
    return np.array(loaded.x_test[:PICTURES]), [loaded.info.classes[int(label)] for label in labels]


def _run(plan: LessonPlan, step: LessonStep) -> Run | None:
    run = found_run(plan, step, evidence())
    if run is None:
        st.info(_NONE)
        return None
    st.caption(plain(f"{run.name} on {dataset_title(run.dataset)}, run {run.run_id}"))
    return run


def _curve(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    run = _run(plan, step)
    if run is None:
        return
    rows = epoch_rows(run.run_id)
    mark = overfitting_mark(rows) if done else None
    given = [float(text) for text in answers[:1] if done and text.strip().isdigit() and int(text) > 0]
    marks = [] if mark is None or mark.epoch is None else [(float(mark.epoch), "app")]
    figure = loss_curve(rows, [*marks, *((epoch, "you") for epoch in given)])
    st.plotly_chart(localized(figure), width="stretch", key=f"curve-{run.run_id}", config={"displayModeBar": False})
    if mark is not None:
        app = f"The app's mark: epoch {mark.epoch}" if mark.epoch else "The app sets no mark"
        st.caption(plain(f"{app}. {mark.why}"))
    with st.expander("The curve as a table"):
        table = pd.DataFrame(
            {
                "Epoch": [row.epoch for row in rows],
                "Training loss": [row.loss for row in rows],
                "Validation loss": [row.val_loss for row in rows],
                "Training accuracy": [row.accuracy for row in rows],
                "Validation accuracy": [row.val_accuracy for row in rows],
            }
        )
        st.dataframe(table, hide_index=True, width="stretch")


def _predictions(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    run = _run(plan, step)
    if run is not None and (samples := (run.evaluation or {}).get("samples")):
        st.html(SAMPLES_STYLE + samples_html(samples, told=done))


def _score(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    run = _run(plan, step)
    if run is not None:
        st.page_link(
            "pages/train.py", label="Open this run on the Train page", query_params={state.RUN_PARAM: run.run_id}
        )


def _gap(plan: LessonPlan, step: LessonStep, done: bool, answers: tuple[str, ...]) -> None:
    main = LessonStep("", "", "", "")
    looked = evidence()
    runs = [run for one in (main, step) if (run := found_run(plan, one, looked)) is not None]
    if len(runs) < 2:
        st.info("Train both networks first: then their last accuracies stand here.")
        return
    table = []
    for run in runs:
        last = epoch_rows(run.run_id)[-1]
        table.append(
            {
                "Network": run.name, "Parameters": run.total_params, "Training accuracy": last.accuracy,
                "Validation accuracy": last.val_accuracy, "Test accuracy": run.test_accuracy,
            }
        )  # fmt: skip
    st.dataframe(pd.DataFrame(table), hide_index=True, width="stretch")


_SHOWS: dict[str, Callable[[LessonPlan, LessonStep, bool, tuple[str, ...]], None]] = {
    "code": _code,
    "layers": _layers,
    "network": _network,
    "curve": _curve,
    "predictions": _predictions,
    "score": _score,
    "gap": _gap,
}
