"""The service process: answers the pages' questions of trained models, one at a time."""

import logging
from collections import OrderedDict
from typing import BinaryIO

import numpy as np

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.checkpoints import BEST, load
from cnn_builder.engine.errors import ModelError
from cnn_builder.runs import Store
from cnn_builder.runs.framing import read_message, write_message
from cnn_builder.settings import Settings

MODELS_KEPT = 4

_log = logging.getLogger(__name__)


class Models:
    """The models last asked for, ready to answer; one that was trained on is loaded again."""

    def __init__(self, store: Store, settings: Settings, kept: int = MODELS_KEPT) -> None:
        self._store = store
        self._settings = settings
        self._kept = kept
        self._loaded: OrderedDict[tuple[str, int], Predictor] = OrderedDict()

    def get(self, run_id: str) -> Predictor:
        """The best model of a run, warmed. Raises RunNotFound or ModelError."""
        run = self._store.get(run_id)
        path = self._settings.run_folder(run.run_id) / BEST
        try:
            key = (run.run_id, path.stat().st_mtime_ns)
        except FileNotFoundError:
            raise ModelError(f"Run {run.run_id} has no trained model yet. Wait for its first epochs.") from None
        if key not in self._loaded:
            predictor = Predictor(load(run.architecture, path), run.architecture)
            predictor.probabilities(np.zeros((1, *run.architecture.input_shape), np.uint8))
            self._loaded[key] = predictor
            while len(self._loaded) > self._kept:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(key)
        return self._loaded[key]


def serve(questions: BinaryIO, answers: BinaryIO, settings: Settings) -> None:
    """Answer until the questions end. Raises FramingError where they are not messages."""
    with Store.open(settings) as store:
        models = Models(store, settings)
        while (message := read_message(questions)) is not None:
            header, arrays = message
            try:
                result = answer(header, arrays, models)
            except (CnnBuilderError, ValueError) as error:
                write_message(answers, {"ok": False, "error": str(error)})
            except Exception as error:  # one bad question must not end the service for the others
                _log.exception("A question failed: %s", header)
                write_message(answers, {"ok": False, "error": f"The model could not answer: {type(error).__name__}."})
            else:
                write_message(answers, {"ok": True}, result)


def answer(header: dict[str, object], arrays: dict[str, np.ndarray], models: Models) -> dict[str, np.ndarray]:
    """The arrays that answer one question: "ping", or "predict" of `run_id` with one `image` (height, width, channels).

    Raises CnnBuilderError or ValueError, in words for the asker.
    """
    if header.get("op") == "ping":
        return {}
    if header.get("op") != "predict":
        raise ValueError(f"The service knows ping and predict, not {header.get('op')!r:.40}.")
    if "image" not in arrays:
        raise ValueError("The question has no image.")
    predictor = models.get(str(header.get("run_id")))
    return {"probabilities": predictor.probabilities(arrays["image"][np.newaxis])[0]}
