"""Trains a run: from its request in the store to its score in the store."""

from collections.abc import Callable

from cnn_builder.data import Dataset
from cnn_builder.engine.build import Predictor, build_model
from cnn_builder.engine.checkpoints import Checkpoints
from cnn_builder.engine.errors import TrainingError
from cnn_builder.engine.loop import Loop
from cnn_builder.engine.parts import Parts, load_for
from cnn_builder.engine.pipeline import steps_in_epoch
from cnn_builder.engine.recipe import make_deterministic
from cnn_builder.engine.recorder import Recorder, patiently
from cnn_builder.engine.training import Training
from cnn_builder.runs import Event, Run, Store
from cnn_builder.runs.checks import check_request
from cnn_builder.runs.events import NOTE
from cnn_builder.settings import Settings


def train(run: Run, store: Store, settings: Settings, dataset: Callable[[], Dataset] | None = None) -> None:
    """Train a run that was given out to this process, and say in the store how it ended.

    One that was trained before goes on from its last checkpoint. Ends as "finished", "stopped" (asked to) or
    "diverged" (the loss became NaN). Whatever else goes wrong is raised.

    Args:
        dataset: gives the run's images, when it is called; None loads them then.
    """
    recorder = Recorder(store, run.run_id)
    recorder.at(run.step, run.epoch)
    with recorder:  # from here on the run shows signs of life
        images = dataset() if dataset is not None else load_for(run, settings)
        request = run.settings
        for problem in check_request(run.architecture, images.info, request, settings.memory_limit):
            if problem.blocks:
                raise TrainingError(problem.message)
        make_deterministic(request)
        parts = Parts.of(images, request)
        total = steps_in_epoch(len(parts.train[0]), request.batch_size) * request.epochs
        model = build_model(run.architecture, request.seed)
        loop = Loop(model, run.architecture, request)
        checkpoints = Checkpoints(model, run.architecture, settings.run_folder(run.run_id), loop.variables)
        training = Training(run, loop, parts, recorder, checkpoints)
        state, problems = checkpoints.restore()
        kept = None if state is None else training.go_on(state)
        place = (kept.step, kept.epoch) if kept else (0, 0)
        recorder.at(*place)
        patiently(lambda: store.begin(run.run_id, total, kept))
        if problems:
            recorder.tell(Event(NOTE, *place, text=damage(problems, bool(kept))))
        status, reason = training.run()
        result = training.result(Predictor(model, run.architecture), images)
    patiently(lambda: store.finish(run.run_id, status, reason, result))


def damage(problems: list[str], usable: bool) -> str:
    """What is told of checkpoints that cannot be used."""
    told = " ".join(problems)
    return f"{told} The one before is used." if usable else f"{told} The run begins anew."
