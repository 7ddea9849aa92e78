"""The user's drawings and pictures, and the trained networks that can classify them."""

import numpy as np

from cnn_builder.data import DatasetInfo, dataset_title
from cnn_builder.data.sets.user_drawings import OwnDrawings
from cnn_builder.figures.locale_text import day_and_time
from cnn_builder.figures.percentages import percent
from cnn_builder.runs import Run
from cnn_builder.runs.image_kind import image_kind, is_image_kind_known
from cnn_builder.runs.results.run_labels import name_apart
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from cnn_builder.ui import server, state
from cnn_builder.ui.shared.sketch import Sketch

PICTURES = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]
SKETCH = "sketch"


def usable_runs(runs: list[Run], settings: Settings) -> list[Run]:
    """The runs whose best model can be used, in the order given."""
    return [
        run
        for run in runs
        if run.status in ("finished", "stopped")
        and is_image_kind_known(run)
        and (settings.run_folder(run.run_id) / BEST).is_file()
    ]


def label(run: Run, apart: str = "") -> str:
    """A run in the list of networks: name, what tells it from others of that name, data set, test accuracy, time.

    No "2 min ago": Streamlit knows an option by its text, so the text may not change.
    """
    made = day_and_time(run.created)
    accuracy = "no test accuracy" if run.test_accuracy is None else f"{percent(run.test_accuracy)} test accuracy"
    name = name_apart(run, apart)
    return f"{name} · {dataset_title(run.dataset)} · {accuracy} · {made}"


def own_drawings(info: DatasetInfo) -> OwnDrawings:
    """The drawings kept for a data set."""
    return OwnDrawings.of(server.settings(), info)


def current_sketch() -> Sketch:
    kept = state.draw_state().get(SKETCH)
    return kept if isinstance(kept, Sketch) else Sketch()


def remember(sketch: Sketch) -> None:
    state.set_drawing({**state.draw_state(), SKETCH: sketch})


def last_network_input(run: Run) -> np.ndarray | None:
    """The image the run's network saw in what was drawn last, uint8 (height, width, channels); None without one."""
    sketch = current_sketch()
    info = image_kind(run)
    if sketch.reading is None or sketch.reading.seen is None or sketch.reading.seen.shape != info.input_shape:
        return None
    return sketch.reading.seen
