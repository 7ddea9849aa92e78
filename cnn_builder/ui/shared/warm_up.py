"""A model loaded before anybody asks about it, so that the first stroke is answered as fast as the others."""

import threading
from collections.abc import Callable

import numpy as np
import streamlit as st

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Run
from cnn_builder.runs.image_kind import image_kind, is_image_kind_known
from cnn_builder.runs.run_files import BEST
from cnn_builder.runs.workers.service_api import Questions, Service
from cnn_builder.settings import Settings
from cnn_builder.ui import server

Work = Callable[[], None]


def in_background(work: Work) -> None:
    threading.Thread(target=work, name="warm-up", daemon=True).start()


class WarmUp:
    """Has the service load a run's best model and begin its calibration, once for each version of the model.

    Args:
        service: what answers questions about models.
        start: runs a function that takes long, without waiting for it.
    """

    def __init__(self, service: Service, start: Callable[[Work], None] = in_background) -> None:
        self._service = service
        self._start = start
        self._lock = threading.Lock()
        self._ready: dict[tuple[str, int], bool] = {}

    def begin(self, run_id: str, version: int, shape: tuple[int, int, int]) -> None:
        """Ask about a blank image of this shape, (height, width, channels), if the model was never asked about."""
        key = (run_id, version)
        with self._lock:
            if key in self._ready:
                return
            self._ready[key] = False

        def work() -> None:
            try:
                Questions(self._service, run_id).read(np.zeros(shape, np.uint8))
            except CnnBuilderError:
                pass  # the first drawing meets the same error, and shows it
            finally:
                self._ready[key] = True

        self._start(work)

    def is_loading(self, run_id: str, version: int) -> bool:
        """Whether the model was asked about and has not answered yet."""
        return self._ready.get((run_id, version)) is False


def warm_up(run: Run) -> None:
    """Have the run's best model loaded in the background; nothing where it has none."""
    version = _version(run)
    if version is not None and is_image_kind_known(run):
        _models().begin(run.run_id, version, image_kind(run).input_shape)


def is_loading(run: Run) -> bool:
    """Whether a `warm_up` of the run is still at work."""
    version = _version(run)
    return version is not None and _models().is_loading(run.run_id, version)


def _version(run: Run) -> int | None:
    """A resumed run has another best model in the same place."""
    try:
        return (server.settings().run_folder(run.run_id) / BEST).stat().st_mtime_ns
    except OSError:
        return None


def _models() -> WarmUp:
    now = server.machine_settings()
    return _warm_up(repr(now), now)


@st.cache_resource(show_spinner=False)
def _warm_up(key: str, _settings: Settings) -> WarmUp:
    return WarmUp(server.service())
