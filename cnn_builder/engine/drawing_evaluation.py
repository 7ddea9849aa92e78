"""The user's test drawings, read by a run's model and by that of an earlier run."""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.data.sets.drawing_set import DrawingSet
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.runs import Run, Store
from cnn_builder.runs.results.drawing_score import KEY, DrawingScore, earlier_run, earlier_words, to_evaluation
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

_log = logging.getLogger(__name__)


def with_drawing_score(
    result: dict[str, Any] | None,
    run: Run,
    drawings: DrawingSet,
    predictor: Predictor,
    store: Store,
    settings: Settings,
) -> dict[str, Any] | None:
    """The run's result with its score on the test drawings; as it is where there is no model to test.

    Args:
        predictor: of the run's best model.
    """
    if result is None or "evaluation" not in result:
        return result
    right = _right(predictor, drawings)
    score = DrawingScore(right, len(drawings.y_test))
    artifacts = store.artifacts
    # One that was trained elsewhere, and scored, has a model that can be fetched.
    may_have = (other for other in store.list(None) if artifacts is not None or _model(other, settings).is_file())
    before = earlier_run(run, may_have)
    if before is not None:
        try:
            if artifacts is not None:
                artifacts.complete(before)
            model = load_model(before.architecture, _model(before, settings))
            earlier = _right(Predictor(model, before.architecture), drawings)
            score = DrawingScore(right, score.images, earlier, before.run_id, earlier_words(run, before))
        except ModelError as error:  # the run's own score matters more
            _log.warning("The earlier run %s could not be compared with: %s", before.run_id, error)
    return {**result, "evaluation": {**result["evaluation"], KEY: to_evaluation(score)}}


def _right(predictor: Predictor, drawings: DrawingSet) -> int:
    predicted = predictor.probabilities(drawings.x_test).argmax(axis=1)
    return int(np.count_nonzero(predicted == drawings.y_test))


def _model(run: Run, settings: Settings) -> Path:
    return settings.run_folder(run.run_id) / BEST
