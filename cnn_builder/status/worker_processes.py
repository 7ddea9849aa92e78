"""The processes of a home on this machine: those that train, the one that waits, and the one that predicts."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from cnn_builder.runs import AnyRun
from cnn_builder.runs.workers import processes
from cnn_builder.settings import variable_of

MODULE = "cnn_builder.engine.worker"
TRAINING, STANDBY, PREDICTION = "training", "standby", "prediction"
_KINDS = {"train": TRAINING, "standby": STANDBY, "service": PREDICTION}


@dataclass(frozen=True)
class WorkerProcess:
    """A process, or the lack of one that should be there.

    kind: "training", "standby" (has loaded everything and waits for a run) or "prediction". run_id: of the run that it
    trains. memory: bytes in RAM; age: seconds since it started; both None where it does not live.
    """

    kind: str
    pid: int
    run_id: str | None
    alive: bool
    memory: int | None
    age: float | None


def worker_processes(home: Path, active: Iterable[AnyRun]) -> tuple[WorkerProcess, ...]:
    """The processes of this home, those that train first.

    `active`: the runs that are queued or at work. One that trains on this machine and whose process is gone is among
    the result, as not alive, until the supervisor has seen it, too.
    """
    training = {run.pid: run for run in active if run.pid is not None and run.boot == processes.boot_id()}
    found = [_of_run(run) for run in training.values()]
    for process in psutil.process_iter(["cmdline"]):
        kind = _kind(process.info["cmdline"] or [])
        if kind is None or process.pid in training:
            continue
        with suppress(psutil.Error):  # it has ended meanwhile, or is another user's
            if process.environ().get(variable_of("home")) == str(home):
                found.append(_living(process, kind, None))
    order = [TRAINING, STANDBY, PREDICTION]
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.pid)))


def _kind(command: list[str]) -> str | None:
    place = command.index(MODULE) + 1 if MODULE in command else len(command)
    return _KINDS.get(command[place]) if place < len(command) else None


def _of_run(run: AnyRun) -> WorkerProcess:
    pid = run.pid or 0
    if processes.is_same(pid, run.pid_started):
        with suppress(psutil.Error):
            return _living(psutil.Process(pid), TRAINING, run.run_id)
    return WorkerProcess(TRAINING, pid, run.run_id, False, None, None)


def _living(process: psutil.Process, kind: str, run_id: str | None) -> WorkerProcess:
    with process.oneshot():
        age = max(0.0, time.time() - process.create_time())
        return WorkerProcess(kind, process.pid, run_id, True, int(process.memory_info().rss), age)
