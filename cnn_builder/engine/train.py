"""Trains a run: from its request in the store to its score in the store."""

from collections.abc import Callable

from cnn_builder.data import Dataset
from cnn_builder.data.sets.on_disk import taken
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import Predictor, build_model
from cnn_builder.engine.data_split import Parts, drawings_of, load_for
from cnn_builder.engine.device import training_device
from cnn_builder.engine.drawing_evaluation import with_drawing_score
from cnn_builder.engine.errors import TrainingError
from cnn_builder.engine.optimizer_factory import make_deterministic
from cnn_builder.engine.training.checkpoint_file import LAST, PREVIOUS
from cnn_builder.engine.training.checkpoints import Checkpoints, load_model
from cnn_builder.engine.training.layer_probe import LayerProbe, probe_places
from cnn_builder.engine.training.layer_recorder import LayerRecorder
from cnn_builder.engine.training.loop import Loop
from cnn_builder.engine.training.pipeline import steps_in_epoch
from cnn_builder.engine.training.recorder import Recorder
from cnn_builder.engine.training.training import Training
from cnn_builder.engine.training.uploader import Uploader
from cnn_builder.runs import Event, Run, Store
from cnn_builder.runs.run_files import INITIAL
from cnn_builder.runs.settings.checks import check_request
from cnn_builder.runs.store.events import NOTE
from cnn_builder.runs.store.patience import patiently
from cnn_builder.settings import Settings

LOADING, BUILDING = "loading the images", "building the network"
FETCHING, KEEPING = "fetching its files", "keeping its files for all machines"
RESTORING, COMPILING = "reading the last checkpoint", "compiling the training step"
"""What a worker does before its first steps, as people read it."""


def train(run: Run, store: Store, settings: Settings, dataset: Callable[[], Dataset] | None = None) -> None:
    """Train a run that was given out to this process, and say in the store how it ended.

    One that was trained before goes on from its last checkpoint. Ends as "finished", "stopped" (asked to) or
    "diverged" (the loss became NaN). Whatever else goes wrong is raised.

    Args:
        dataset: gives the run's images, when it is called; None loads them then.
    """
    recorder = Recorder(store, run.run_id)
    recorder.at(run.step, run.epoch)
    uploader = Uploader(store.artifacts, run.run_id, recorder.confirm, recorder.note)
    with recorder, uploader:  # from here on the run shows signs of life
        damaged = fetched(run, uploader, recorder)
        recorder.doing(LOADING)
        images = dataset() if dataset is not None else load_for(run, settings)
        request = run.settings
        for problem in check_request(run.architecture, images.info, request, settings.memory_limit):
            if problem.blocks:
                raise TrainingError(problem.message)
        make_deterministic(request)
        drawings = drawings_of(run, store)
        parts = Parts.of(images, request, drawings)
        total = steps_in_epoch(len(parts.train[1]), request.batch_size) * request.epochs
        recorder.doing(BUILDING)
        model = build_model(run.architecture, request.seed)
        loop = Loop(model, run.architecture, request)
        folder = settings.run_folder(run.run_id)
        checkpoints = Checkpoints(model, run.architecture, folder, loop.variables, written=uploader.changed)
        layers = layer_recorder(run, model, loop, parts, settings) if settings.layer_statistics else None
        training = Training(run, loop, parts, recorder, checkpoints, layers)
        if run.step:
            recorder.doing(RESTORING)
        state, problems = checkpoints.restore()
        problems = damaged + problems
        kept = None if state is None else training.go_on(state)
        initial = checkpoints.folder / INITIAL
        if state is None and initial.is_file():
            model.set_weights(load_model(run.architecture, initial).get_weights())
        place = (kept.step, kept.epoch) if kept else (0, 0)
        recorder.at(*place)
        recorder.doing(COMPILING)
        device = training_device()
        patiently(lambda: store.begin(run.run_id, total, kept, device))
        if problems:
            recorder.tell(Event(NOTE, *place, text=damage(problems, bool(kept))))
        status, reason = training.run()
        predictor = Predictor(model, run.architecture)
        result = training.result(predictor, images)
        if drawings is not None:
            result = with_drawing_score(result, run, drawings, predictor, store, settings)
        recorder.doing(KEEPING if store.artifacts else None)
        uploader.finish()
    recorder.check()
    patiently(lambda: store.finish(run.run_id, status, reason, result))


def fetched(run: Run, uploader: Uploader, recorder: Recorder) -> list[str]:
    """Have what the run goes on from, or begins with, here: what is told of checkpoints that cannot be had.

    Raises ArtifactsError, also where the weights that it begins with cannot be had: others would train in their place.
    """
    recorder.doing(FETCHING)
    damaged = uploader.fetch()
    if INITIAL in damaged and not run.step:
        raise TrainingError("The weights that the run begins with are damaged. Start a new run.")
    return [f"The checkpoint {name} is damaged: it is not what was kept for all machines."
            for name in damaged if name in (LAST, PREVIOUS)]  # fmt: skip


def layer_recorder(run: Run, model: "keras.Sequential", loop: Loop, parts: Parts, settings: Settings) -> LayerRecorder:
    """What looks at the run's layers, with a few of its training images."""
    images, labels = parts.train

    def make() -> LayerProbe:
        places = probe_places(len(images), run.architecture)
        return LayerProbe(model, run.architecture, loop.total_loss, taken(images, places), labels[places])

    return LayerRecorder(make, settings.run_folder(run.run_id))


def damage(problems: list[str], usable: bool) -> str:
    """What is told of checkpoints that cannot be used."""
    told = " ".join(problems)
    return f"{told} The one before is used." if usable else f"{told} The run starts again from the beginning."
