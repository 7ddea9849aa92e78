"""The service process: answers the pages' questions of trained models."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.input_shapes import image_shape
from cnn_builder.engine.build import build_model
from cnn_builder.engine.cache import Cache
from cnn_builder.engine.data_split import drawings_of, load_for
from cnn_builder.engine.dispatcher import Dispatcher, array_digest
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.insight.answers import ANSWERS, TEST_IMAGES, Question
from cnn_builder.engine.insight.attribution import OCCLUSION_STEPS
from cnn_builder.engine.insight.gallery import Gallery
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.runs import Store
from cnn_builder.runs.run_files import BEST, epoch_weights
from cnn_builder.runs.workers.messages import Answer, read_message, write_message
from cnn_builder.settings import Settings

MODELS_KEPT = 4
COPIES_KEPT = 2
GALLERIES_KEPT = 2
ANSWERS_KEPT = 64

LEAST_SECONDS, MOST_SECONDS = 30.0, 120.0  # an answer's limits; the first includes loading a small model under load
SECONDS_PER_MAC = 1e-9  # what a slow and busy core may take: a tenth of its usual speed or less
SECONDS_PER_PARAM = 2e-8  # for loading the weights
IMAGES_READ = {"saliency": 3, "grad_cam": 3, "occlusion": OCCLUSION_STEPS**2, "mute": 3 * TEST_IMAGES,
               "embedding": 2 * TEST_IMAGES, "robustness": 12 * TEST_IMAGES,
               "robustness_image": 8 * 25}  # fmt: skip
"""About how many images the model reads for an answer, a gradient counted as two more; of the others one."""


class Models:
    """The models last asked for, ready to answer; one that was trained on is loaded again."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._models = Cache(MODELS_KEPT)
        self._galleries = Cache(GALLERIES_KEPT)
        self._answers = Cache(ANSWERS_KEPT)
        self._copies = Cache(COPIES_KEPT)

    def seconds(self, header: dict[str, Any]) -> float:
        """How long the answer may take, by the cost of the model that is asked. Raises RunNotFound, StoreError."""
        if header.get("op") not in ANSWERS:
            return LEAST_SECONDS
        traced = trace(self._store.get(str(header.get("run_id"))).architecture)
        images = IMAGES_READ.get(str(header["op"]), 1)
        cost = traced.total_macs * images * SECONDS_PER_MAC + traced.total_params * SECONDS_PER_PARAM
        return min(LEAST_SECONDS + cost, MOST_SECONDS)

    def answer(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
        """The answer to one question, computed once for the same model, image and question.

        Raises CnnBuilderError or ValueError, in words for the asker.
        """
        ask = ANSWERS[header["op"]]
        version, inside, load_model = self._model(str(header.get("run_id")), header.get("epoch"))

        def gallery() -> Gallery:
            request = run.settings
            key = (run.dataset, request.train_limit, request.test_limit, request.validation_split,
                   request.validation_data, run.drawings and run.drawings.fingerprint)  # fmt: skip

            def make() -> Gallery:
                return Gallery(load_for(run, self._settings), request, drawings_of(run, self._store))

            return self._galleries.get_or_make(key, make)

        def copy() -> Inside:
            return self._copies.get_or_make(version, load_model)

        run = self._store.get(version[0])
        folder = self._settings.run_folder(run.run_id) if header.get("epoch") is None else None
        question = Question(header, arrays, inside, gallery, copy, run, folder)
        asked = json.dumps({**header, "run_id": None}, sort_keys=True)
        key = (version, asked, *(array_digest(arrays[name]) for name in sorted(arrays)))
        found: Answer = self._answers.get_or_make(key, lambda: ask(question))
        if found[0].get("settled") is False:  # the same question will have a better answer
            self._answers.forget(key)
        return found

    def _model(self, run_id: str, epoch: object) -> tuple[tuple[str, int], Inside, Callable[[], Inside]]:
        """Of a run's best model, or of the one after an epoch (from 1): its version, the model, warmed, and what
        loads it once more.

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
            model = load_model(run.architecture, path) if epoch is None else _after_epoch(run.architecture, path)
            inside = Inside(model, run.architecture)
            inside.probabilities(np.zeros((1, *image_shape(run.architecture.input_shape)), np.uint8))
            return inside

        return version, self._models.get_or_make(version, make), make


def _after_epoch(architecture: Architecture, path: Path) -> Any:
    """The model with the weights of one epoch. Raises ModelError."""
    model = build_model(architecture)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            model.set_weights([arrays[name] for name in arrays.files])
    except (OSError, ValueError, BadZipFile) as error:
        raise ModelError(f"The weights of that epoch cannot be read: {str(error).splitlines()[0]:.200}") from error
    return model


def answer_questions(questions: BinaryIO, answers: BinaryIO, settings: Settings) -> None:
    """Answer until the questions end. Raises FramingError where they are not messages."""
    with Store.open(settings) as store:
        models = Models(store, settings)

        def send(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
            write_message(answers, header, arrays)

        dispatcher = Dispatcher(lambda header, arrays: answer(header, arrays, models), models.seconds, send)
        while (message := read_message(questions)) is not None:
            dispatcher.take(*message)


def answer(header: dict[str, Any], arrays: dict[str, np.ndarray], models: Models) -> Answer:
    """The header and arrays that answer one question; its "op" is "ping" or one of ANSWERS.

    Raises CnnBuilderError or ValueError, in words for the asker.
    """
    if header.get("op") == "ping":
        return {}, {}
    if header.get("op") not in ANSWERS:
        raise ValueError(f"The service knows ping, {', '.join(ANSWERS)}, not {header.get('op')!r:.40}.")
    return models.answer(header, arrays)
