"""Writes a run's last state as a `.keras` file with its optimizer, to be trained on in Keras."""

from pathlib import Path
from typing import Any

from cnn_builder.engine.build import build_model, gives_probabilities
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.optimizer_factory import recipe
from cnn_builder.engine.training import checkpoints
from cnn_builder.runs import Run
from cnn_builder.runs.results.learning_rates import rate_in_force
from cnn_builder.runs.store.events import Event
from cnn_builder.settings import Settings


def write_trainable(run: Run, events: list[Event], settings: Settings, path: Path) -> dict[str, Any]:
    """Write the model as the last step left it, compiled, with the optimizer's state.

    Its learning rate is the one that a schedule multiplied: at the end of one, often 0, nothing more would be learned.
    Raises ModelError where the run has no checkpoint that can be used, OSError.
    """
    model = build_model(run.architecture)
    parts = recipe(run.settings, 1, from_logits=not gives_probabilities(run.architecture))
    parts.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *parts.optimizer.variables]
    state, problems = checkpoints.Checkpoints(
        model, run.architecture, settings.run_folder(run.run_id), variables
    ).restore()
    if state is None:
        raise ModelError(" ".join(problems) or f"Run {run.run_id} has no checkpoint: train it anew.")
    parts.optimizer.learning_rate.assign(rate_in_force(run, events).base)
    model.compile(optimizer=parts.optimizer, loss=parts.loss, metrics=["accuracy"])
    checkpoints.save_model(model, path)
    return {}
