"""The service process: answers the pages' questions of trained models, one at a time."""

import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from zipfile import BadZipFile

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.engine.build import build_model
from cnn_builder.engine.checkpoints import load
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.insight.answers import ANSWERS, Answer, Question
from cnn_builder.engine.insight.gallery import Gallery
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.parts import load_for
from cnn_builder.runs import Store
from cnn_builder.runs.framing import read_message, write_message
from cnn_builder.runs.run_files import BEST, epoch_weights
from cnn_builder.settings import Settings

MODELS_KEPT = 4
GALLERIES_KEPT = 2
ANSWERS_KEPT = 64

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Kept(OrderedDict[Any, Any]):
    """The last few things that were made, by key."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._lock = threading.RLock()  # galleries are also made in the background

    def get_or_make(self, key: object, make: Callable[[], T]) -> T:
        """What is kept under `key`, else what `make` gives, kept from now on."""
        with self._lock:
            if key not in self:
                self[key] = make()
                while len(self) > self._most:
                    self.popitem(last=False)
            self.move_to_end(key)
            kept: T = self[key]
            return kept


class Models:
    """The models last asked for, ready to answer; one that was trained on is loaded again."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._models = Kept(MODELS_KEPT)
        self._galleries = Kept(GALLERIES_KEPT)
        self._answers = Kept(ANSWERS_KEPT)

    def answer(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
        """The answer to one question, computed once for the same model, image and question.

        Raises CnnBuilderError or ValueError, in words for the asker.
        """
        ask = ANSWERS[header["op"]]
        version, inside = self._model(str(header.get("run_id")), header.get("epoch"))

        def gallery() -> Gallery:
            run = self._store.get(version[0])
            request = run.settings
            key = (run.dataset, request.train_limit, request.test_limit, request.validation_split,
                   request.validation_data)  # fmt: skip
            return self._galleries.get_or_make(key, lambda: Gallery(load_for(run, self._settings), request))

        question = Question(header, arrays, inside, gallery)
        asked = json.dumps({**header, "run_id": None}, sort_keys=True)
        key = (version, asked, *(_digest(arrays[name]) for name in sorted(arrays)))
        found: Answer = self._answers.get_or_make(key, lambda: ask(question))
        if found[0].get("settled") is False:  # the same question will have a better answer
            self._answers.pop(key, None)
        return found

    def _model(self, run_id: str, epoch: object) -> tuple[tuple[str, int], Inside]:
        """A run's best model, or the one after an epoch (from 1), warmed; and its version.

        Raises RunNotFound or ModelError.
        """
        run = self._store.get(run_id)
        folder = self._settings.run_folder(run.run_id)
        kept = epoch_weights(folder)
        if epoch is not None and epoch not in kept:
            raise ModelError(f"Run {run.run_id} kept no weights of epoch {epoch!r:.20}. Choose another.")
        path = kept[epoch] if isinstance(epoch, int) else folder / BEST
        try:
            version = (run.run_id, path.stat().st_mtime_ns)
        except FileNotFoundError:
            raise ModelError(f"Run {run.run_id} has no trained model yet. Wait for its first epochs.") from None

        def make() -> Inside:
            model = load(run.architecture, path) if epoch is None else _after_epoch(run.architecture, path)
            inside = Inside(model, run.architecture)
            inside.probabilities(np.zeros((1, *run.architecture.input_shape), np.uint8))
            return inside

        return version, self._models.get_or_make(version, make)


def _after_epoch(architecture: Architecture, path: Path) -> Any:
    """The model with the weights of one epoch. Raises ModelError."""
    model = build_model(architecture)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            model.set_weights([arrays[name] for name in arrays.files])
    except (OSError, ValueError, BadZipFile) as error:
        raise ModelError(f"The weights of that epoch cannot be read: {str(error).splitlines()[0]:.200}") from error
    return model


def _digest(array: np.ndarray) -> bytes:
    return hashlib.sha256(repr((array.dtype.str, array.shape)).encode() + array.tobytes()).digest()


def serve(questions: BinaryIO, answers: BinaryIO, settings: Settings) -> None:
    """Answer until the questions end. Raises FramingError where they are not messages."""
    with Store.open(settings) as store:
        models = Models(store, settings)
        while (message := read_message(questions)) is not None:
            header, arrays = message
            try:
                result, values = answer(header, arrays, models)
            except (CnnBuilderError, ValueError) as error:
                write_message(answers, {"ok": False, "error": str(error)})
            except Exception as error:  # one bad question must not end the service for the others
                _log.exception("A question failed: %s", header)
                write_message(answers, {"ok": False, "error": f"The model could not answer: {type(error).__name__}."})
            else:
                write_message(answers, {"ok": True, **result}, values)


def answer(header: dict[str, Any], arrays: dict[str, np.ndarray], models: Models) -> Answer:
    """The header and arrays that answer one question; its "op" is "ping" or one of ANSWERS.

    Raises CnnBuilderError or ValueError, in words for the asker.
    """
    if header.get("op") == "ping":
        return {}, {}
    if header.get("op") not in ANSWERS:
        raise ValueError(f"The service knows ping, {', '.join(ANSWERS)}, not {header.get('op')!r:.40}.")
    return models.answer(header, arrays)
