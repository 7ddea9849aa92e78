"""Training a run's model further: a new run that begins with its weights."""

import shutil

from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.data import DatasetInfo
from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.files import replacing
from cnn_builder.runs.errors import RunStateError
from cnn_builder.runs.models import Run, RunSettings
from cnn_builder.runs.run_files import BEST, INITIAL
from cnn_builder.runs.settings.checks import check_request
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.requests import InitialWeights
from cnn_builder.settings import Settings


def train_further(
    store: Store,
    settings: Settings,
    run: Run,
    info: DatasetInfo,
    request: RunSettings,
    drawings: DrawingSet | None = None,
    key: str | None = None,
) -> Run:
    """Queue a run of the same network that begins with the best weights of this one.

    Args:
        drawings: the user's own, where the request asks for them.

    Raises RunStateError where there are none, or it cannot be trained so; StoreError.
    """
    best = settings.run_folder(run.run_id) / BEST
    if run.is_active or not best.is_file():
        raise RunStateError(f"Run {run.run_id} has no model to train further: expected one that has ended.")
    for problem in check_request(run.architecture, info, request, settings.memory_limit):
        if problem.blocks:
            raise RunStateError(f"The model cannot be trained further: {problem.message}")

    def place(run_id: str) -> None:
        folder = settings.run_folder(run_id)
        try:
            with replacing(folder / INITIAL) as draft:
                shutil.copyfile(best, draft)
            if store.artifacts is not None:  # before the run can be given to a node
                store.artifacts.put(run_id)
        except (OSError, ArtifactsError) as error:
            shutil.rmtree(folder, ignore_errors=True)  # there is no such run then
            raise RunStateError(f"The model cannot be trained further: {error}.") from error

    weights = InitialWeights(run.run_id, run.name, place)
    return store.create_run(run.architecture, info.name, request, run.name, key, drawings, weights)
