"""What a run leaves on the disk: its best model, the state it goes on from, and the weights of its epochs.

Nothing here makes the training steps wait for the disk: they are interrupted for a copy in memory, and a thread writes.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import build_model
from cnn_builder.engine.errors import CheckpointError, ModelError
from cnn_builder.engine.training import checkpoint_file
from cnn_builder.engine.training.checkpoint_file import LAST, PREVIOUS, Snapshot
from cnn_builder.files import remove_drafts, replacing
from cnn_builder.runs.run_files import BEST, EPOCHS, epoch_weights

FIRST_SECONDS = 1.0  # of training in this process until its first checkpoint, then twice as long after each …
EPOCH_SECONDS = 2.0  # … or at the next end of an epoch after so many …
SECONDS_BETWEEN = 10.0  # … up to this, the most that a crash loses; of a network so big that writing takes long …
TIMES_THE_COST = 20.0  # … this many times what writing takes
MOST_EPOCHS = 20  # weights of so many epochs are kept …
MOST_WEIGHTS = 10_000_000  # … of networks up to so many bytes


def save_model(model: "keras.Model", path: Path) -> None:
    """Write a model so that `path` holds the old file or the new one, never half of one. Raises OSError."""
    with replacing(path, suffix=".keras", lasting=True) as draft:
        model.save(draft)


def load_model(architecture: Architecture, path: Path) -> "keras.Sequential":
    """The model of an architecture with the weights from a file of ours. Raises ModelError."""
    if not path.is_file():
        raise ModelError("This run has no trained model yet.")
    model = build_model(architecture)
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(f"The run's model cannot be read: {str(error).splitlines()[0]:.200}") from error
    return model


class Checkpoints:
    """Keeps the best weights in memory, and has files written now and then.

    Args:
        model: what is trained.
        architecture: of the model; makes the one whose best weights are written while the other trains on.
        folder: the run's own.
        variables: everything that training changes, the optimizer's too; none are the model's alone.
        written: is called after each checkpoint, by the thread that wrote it.
    """

    def __init__(
        self,
        model: "keras.Model",
        architecture: Architecture,
        folder: Path,
        variables: Sequence["keras.Variable"] = (),
        monotonic: Callable[[], float] = time.monotonic,
        written: Callable[[], object] = lambda: None,
    ) -> None:
        self._model = model
        self._architecture = architecture
        self._folder = folder
        self._variables = list(variables) or list(model.variables)
        self._monotonic = monotonic
        self._tell_written = written
        self._since: float | None = None
        self._wait_seconds = FIRST_SECONDS
        self._written = False
        self._cost = 0.0
        self._best: list[np.ndarray] | None = None
        self._pending = False
        self._shadow: keras.Model | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._jobs: list[Future[None]] = []

    @property
    def folder(self) -> Path:
        """Where the run's files are."""
        return self._folder

    @property
    def has_best(self) -> bool:
        """Whether any weights were kept."""
        return self._best is not None

    def keep(self) -> None:
        """The weights of now are the best so far."""
        self._best = self._model.get_weights()
        self._pending = True

    def is_finite(self) -> bool:
        """Whether every weight of now is a number."""
        return _finite(self._model.get_weights())

    def restore(self) -> tuple[Mapping[str, Any] | None, list[str]]:
        """Put everything back as the last whole checkpoint has it: its state, and what was wrong with newer ones.

        The state is None where there is no checkpoint that can be used: the run begins anew.
        """
        remove_drafts(self._folder)
        remove_drafts(self._folder / EPOCHS)
        problems = []
        for name in (LAST, PREVIOUS):
            try:
                snapshot = checkpoint_file.read_checkpoint(self._folder / name)
                self._put_back(snapshot, name)
            except FileNotFoundError:
                continue
            except CheckpointError as error:
                problems.append(str(error))
                checkpoint_file.set_aside(self._folder / name)
                continue
            return snapshot.state, problems
        return None, problems

    def trained(self) -> None:
        """Steps were trained in this process: only from the first ones on is there anything new to write.

        The time before them is spent on loading and compiling. A checkpoint that it made due would hold a single step,
        and a run that is killed again and again soon after its start would stay where it is.
        """
        if self._since is None:
            self._since = self._monotonic()

    def due(self, epoch_end: bool) -> bool:
        """Whether it is time for another checkpoint, and the thread is free. Raises OSError where one failed."""
        if self._busy() or self._since is None:
            return False
        if not self._written and epoch_end:
            return True
        least = min(self._wait_seconds, EPOCH_SECONDS) if epoch_end else self._wait_seconds
        return self._monotonic() - self._since >= max(least, TIMES_THE_COST * self._cost)

    def write(self, state: Mapping[str, Any]) -> None:
        """Have the moment written. A moment with weights that are not numbers is left out."""
        snapshot, best = self._snapshot(state), self._best if self._pending else None
        self._pending, self._since = False, self._monotonic()
        self._wait_seconds = min(2 * self._wait_seconds, SECONDS_BETWEEN) if self._written else self._wait_seconds
        self._written = True
        self._submit(lambda: self._write(snapshot, best))

    def epoch_ended(self, epoch: int) -> None:
        """Have the weights of an epoch's end (counted from 1) kept, of at most `MOST_EPOCHS` evenly spread ones."""
        weights = self._model.get_weights()
        if sum(weight.nbytes for weight in weights) > MOST_WEIGHTS:
            return
        self._submit(lambda: _keep_epoch(self._folder / EPOCHS, epoch, weights))

    def write_now(self, state: Mapping[str, Any]) -> None:
        """Write the moment before going on. Raises OSError."""
        self._wait()
        self._write(self._snapshot(state), None)

    def close(self) -> None:
        """Write what is not written, and leave the model with its best weights. Raises OSError."""
        self._wait()
        if self._best is not None:
            self._model.set_weights(self._best)
            if self._pending:
                save_model(self._model, self._folder / BEST)
                self._pending = False
        self._thread.shutdown()

    def _submit(self, job: Callable[[], None]) -> None:
        self._jobs.append(self._thread.submit(job))

    def _busy(self) -> bool:
        """Whether the thread has work left. Raises what a job raised."""
        done = [job for job in self._jobs if job.done()]
        self._jobs = [job for job in self._jobs if job not in done]
        for job in done:
            job.result()
        return bool(self._jobs)

    def _wait(self) -> None:
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.result()

    def _snapshot(self, state: Mapping[str, Any]) -> Snapshot:
        arrays = {f"variable {place}": _array(variable) for place, variable in enumerate(self._variables)}
        arrays |= {f"best {place}": weight for place, weight in enumerate(self._best or [])}
        return Snapshot(state, arrays)

    def _put_back(self, snapshot: Snapshot, name: str) -> None:
        arrays = snapshot.arrays
        found = [arrays[f"variable {place}"] for place in range(len(self._variables)) if f"variable {place}" in arrays]
        if [array.shape for array in found] != [tuple(variable.shape) for variable in self._variables]:
            raise CheckpointError(f"The checkpoint {name} is not this network's: its arrays have other shapes.")
        for variable, array in zip(self._variables, found, strict=True):
            variable.assign(array)
        best = [array for key, array in arrays.items() if key.startswith("best ")]
        self._best = best or None
        # The file of the best may be of a later moment, which is not yet again.
        self._pending = bool(best)

    def _write(self, snapshot: Snapshot, best: list[np.ndarray] | None) -> None:
        began = self._monotonic()
        if _finite(snapshot.arrays.values()):
            checkpoint_file.write_checkpoint(self._folder, snapshot)
        if best is not None:
            if self._shadow is None:
                self._shadow = build_model(self._architecture)
            self._shadow.set_weights(best)
            save_model(self._shadow, self._folder / BEST)
        self._cost = self._monotonic() - began
        self._tell_written()


def _keep_epoch(folder: Path, epoch: int, weights: list[np.ndarray]) -> None:
    kept = epoch_weights(folder.parent)
    for later in [number for number in kept if number >= epoch]:  # of before the run went on from an earlier moment
        kept.pop(later).unlink(missing_ok=True)
    stride = 1
    while (epoch - 1) // stride + 1 > MOST_EPOCHS:
        stride *= 2
    if (epoch - 1) % stride:
        return
    with replacing(folder / f"{epoch:04d}.weights.npz") as draft, draft.open("wb") as file:
        np.savez(file, *weights)
    for number, path in kept.items():
        if (number - 1) % stride:
            path.unlink(missing_ok=True)


def _array(variable: "keras.Variable") -> np.ndarray:
    """A copy: the training changes the variable while this is written."""
    return np.array(keras.ops.convert_to_numpy(variable))


def _finite(arrays: Any) -> bool:
    return all(bool(np.isfinite(array).all()) for array in arrays if array.dtype.kind == "f")
