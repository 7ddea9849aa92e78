"""Converting a run's model in a process of its own, which keeps every format that it has checked with the run."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.exports.formats import CHECKED_FORMATS
from cnn_builder.runs.exports.kept import FormatCheck, kept_check
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.model_file import model_file
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings

COMMAND = (sys.executable, "-m", "cnn_builder.engine.export.conversion")
SECONDS = 900.0
"""How long a conversion may take: a large network reads 10,000 images five times."""


@dataclass(frozen=True)
class ConversionStep:
    """The format that is being made, number `place` of `of`, from 1; 0 while TensorFlow is loaded."""

    words: str
    place: int
    of: int


def convert_model(
    run: Run,
    settings: Settings,
    forms: Sequence[str],
    told: Callable[[ConversionStep], None] = lambda step: None,
    command: Sequence[str] = COMMAND,
    seconds: float = SECONDS,
) -> dict[str, str]:
    """Make, check and keep these formats of a run's model. Returns why some could not be made, by format.

    Raises StoreError where none can: the run has no verified model, the process fails or takes longer than `seconds`.
    """
    model_file(run, settings)
    told(ConversionStep("Reading the test images with the model itself", 0, len(forms)))
    failed: dict[str, str] = {}
    done: set[str] = set()
    with TemporaryFile("w+") as errors:
        try:
            process = subprocess.Popen(
                [*command, run.run_id, *forms], env=worker_env(settings), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        except OSError as error:
            raise StoreError(f"The model of run {run.run_id} cannot be converted: {error}.") from error
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            with process:
                for line in process.stdout or ():
                    _take(line, told, failed, done)
        finally:
            timer.cancel()
        if late.is_set():
            raise StoreError(f"The model of run {run.run_id} was not converted within {seconds:.0f} s.")
        missing = [form for form in forms if form not in failed and form not in done]
        if missing:
            errors.seek(0)
            reason = (errors.read().strip().splitlines() or [f"its process ended with {process.returncode}"])[-1]
            raise StoreError(f"The model of run {run.run_id} cannot be converted: {reason}")
    return failed


def _take(line: str, told: Callable[[ConversionStep], None], failed: dict[str, str], done: set[str]) -> None:
    """A line of the process: what it does, or what came of a format. Others print there, too."""
    if not line.startswith('{"form"'):
        return
    what = json.loads(line)
    form = what["form"]
    if "failed" in what:
        failed[form] = what["failed"]
    elif "done" in what:
        done.add(form)
    else:
        title = CHECKED_FORMATS[form].title
        told(ConversionStep(f"{title}: converting, then reading the test images", what["place"], what["of"]))


def checked_export(run: Run, settings: Settings, form: str) -> FormatCheck:
    """What was kept of a format, or what is, after it was made now. Raises StoreError where it cannot be made."""
    model_file(run, settings)
    found = kept_check(run, settings, form)
    if found is not None:
        return found
    failed = convert_model(run, settings, [form])
    found = kept_check(run, settings, form)
    if found is None:
        reason = failed.get(form, "its file was changed meanwhile.")
        raise StoreError(f"The model of run {run.run_id} cannot be exported: {reason}")
    return found
