"""Conversions that a page starts. They belong to the server: they go on whatever becomes of the page."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs.exports.conversion import ConversionStep, convert_model
from cnn_builder.runs.models import Run
from cnn_builder.settings import Settings

_Convert = Callable[[Run, Settings, Sequence[str], Callable[[ConversionStep], None]], dict[str, str]]


@dataclass(frozen=True)
class ConversionState:
    """Where the conversion of a run's model stands.

    `failed` has the reason of each format that could not be made, by its key; `reason` why none could.
    """

    status: Literal["none", "running", "failed", "finished"] = "none"
    step: ConversionStep = field(default_factory=lambda: ConversionStep("Waiting for another conversion", 0, 1))
    failed: dict[str, str] = field(default_factory=dict)
    reason: str = ""


class Conversions:
    """The conversions of a server, by run, one at a time. Safe to use from several threads."""

    def __init__(self, settings: Settings, convert: _Convert = convert_model) -> None:
        self._settings = settings
        self._convert = convert
        self._lock = threading.Lock()
        self._at_work = threading.Lock()  # each process holds TensorFlow: 0.5 GB
        self._states: dict[str, ConversionState] = {}

    def start(self, run: Run, forms: Sequence[str]) -> None:
        """Convert a run's model to these formats; a conversion of it that is under way goes on."""
        with self._lock:
            if self._state(run.run_id).status == "running":
                return
            self._states[run.run_id] = ConversionState("running")
        threading.Thread(target=self._run, args=(run, tuple(forms)), name="conversion", daemon=True).start()

    def state(self, run_id: str) -> ConversionState:
        """Where the latest conversion of a run stands."""
        with self._lock:
            return self._state(run_id)

    def _state(self, run_id: str) -> ConversionState:
        return self._states.get(run_id, ConversionState())

    def _run(self, run: Run, forms: Sequence[str]) -> None:
        def told(step: ConversionStep) -> None:
            self._set(run.run_id, step=step)

        try:
            with self._at_work:
                failed = self._convert(run, self._settings, forms, told)
        except CnnBuilderError as error:
            self._set(run.run_id, status="failed", reason=str(error))
        except Exception as error:  # a thread that died silently would leave the page waiting for ever
            self._set(run.run_id, status="failed", reason=f"The conversion failed ({type(error).__name__}).")
            raise
        else:
            self._set(run.run_id, status="finished", failed=failed)

    def _set(self, run_id: str, **values: object) -> None:
        with self._lock:
            self._states[run_id] = replace(self._state(run_id), **values)  # type: ignore[arg-type]
