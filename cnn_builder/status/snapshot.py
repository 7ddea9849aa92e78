"""One look at everything: what `status`, the Status page and `/metrics` tell."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from cnn_builder import __version__
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.limits import LOW_DISK_BYTES, LOW_MEMORY_SHARE
from cnn_builder.runs import AnyRun, Store
from cnn_builder.runs.workers.cgroup_memory import Group
from cnn_builder.runs.workers.supervisor import NOT_RESPONDING
from cnn_builder.settings import Settings
from cnn_builder.status.worker_processes import WorkerProcess, worker_processes

PACKAGES = ("streamlit", "tensorflow", "keras")


@dataclass(frozen=True)
class RunStatus:
    """A run that works or waits. position: its place in the queue, from 1; None where it works.

    seconds: since it was requested, where it waits; otherwise since it began. epoch counts from 1; 0 before the first.
    """

    run_id: str
    name: str
    status: str
    reason: str | None
    dataset: str
    position: int | None
    seconds: float
    epoch: int
    epochs: int | None


@dataclass(frozen=True)
class MemoryUse:
    """In bytes: what there is for all processes together, what of it is free, and what the server takes (None where
    it is not the server that looks)."""

    total: int
    available: int
    server: int | None


@dataclass(frozen=True)
class DiskSpace:
    """In bytes: of the disk that the home is on, what of it is free, and what the home takes."""

    total: int
    free: int
    home: int


@dataclass(frozen=True)
class AppStatus:
    """Everything at one moment. sessions: open pages of this server; None where it is not the server that looks.

    artifacts: the URL of runs' files and data sets, None where they are in the home alone.
    places: how many runs may train at once. counts: how many runs have each status. attention: what an operator should
    look after, in words. Ages and times are in seconds, sizes in bytes.
    """

    sessions: int | None
    places: int
    training: tuple[RunStatus, ...]
    queue: tuple[RunStatus, ...]
    counts: dict[str, int]
    workers: tuple[WorkerProcess, ...]
    memory: MemoryUse
    disk: DiskSpace
    store: str
    artifacts: str | None
    versions: dict[str, str]
    attention: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def take_status(
    store: Store, settings: Settings, sessions: int | None = None, clock: Callable[[], float] = time.time
) -> AppStatus:
    """Look at everything. `sessions`: of the server that looks, None elsewhere. Raises StoreError."""
    active = store.active()
    now = clock()
    training = tuple(_run_status(run, None, now) for run in active if run.status != "queued")
    waiting = [(store.queue_position(run.run_id), run) for run in active if run.status == "queued"]
    queue = sorted((_run_status(run, place, now) for place, run in waiting), key=lambda run: run.position or 0)
    workers = worker_processes(settings.home, active)
    memory, disk = memory_use(is_server=sessions is not None), disk_space(settings.home)
    return AppStatus(
        sessions,
        settings.max_active_runs,
        training,
        tuple(queue),
        store.status_counts(),
        workers,
        memory,
        disk,
        "PostgreSQL" if settings.store_url.startswith("postgresql") else "SQLite",
        settings.artifacts,
        versions(),
        attention(training, workers, memory, disk) + away(store),
    )


def _run_status(run: AnyRun, position: int | None, now: float) -> RunStatus:
    """Also of a run that this version cannot read, as far as it is known."""
    began = getattr(run, "started", None) or run.created
    since = run.created if run.status == "queued" else began
    settings = getattr(run, "settings", None)
    epochs = None if settings is None else settings.epochs
    return RunStatus(
        run.run_id, run.name, run.status, run.reason, run.dataset, position, max(0.0, now - since),
        getattr(run, "epoch", 0), epochs,
    )  # fmt: skip


def memory_use(is_server: bool) -> MemoryUse:
    """Of this machine, or of the container that this process runs in, where that has a limit."""
    machine = psutil.virtual_memory()
    total, available = int(machine.total), int(machine.available)
    group = Group.of(os.getpid())
    limit = group.limit() if group else None
    if group is not None and limit is not None and limit < total:
        used = group.used()
        total, available = limit, min(available, limit - used if used is not None else available)
    own = int(psutil.Process().memory_info().rss) if is_server else None
    return MemoryUse(total, max(0, available), own)


def disk_space(home: Path) -> DiskSpace:
    """Of the disk the home is on, or will be on once it is made."""
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    usage = psutil.disk_usage(str(there))
    return DiskSpace(int(usage.total), int(usage.free), folder_bytes(home))


def folder_bytes(folder: Path) -> int:
    """What the files of a folder take together; those that go meanwhile are left out."""
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def versions() -> dict[str, str]:
    """Of CNN Builder, Python, and the packages that it stands on."""
    found = {"CNN Builder": __version__, "Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # another build of it, such as tensorflow-cpu
            continue
    return found


def away(store: Store) -> tuple[str, ...]:
    """What there is to say of the artifacts' URL, where it cannot be reached now."""
    if store.artifacts is None:
        return ()
    try:
        store.artifacts.check()
    except ArtifactsError as error:
        return (f"{error} Runs train on, and their files stay where they train until it can be reached.",)
    return ()


def attention(
    training: tuple[RunStatus, ...], workers: tuple[WorkerProcess, ...], memory: MemoryUse, disk: DiskSpace
) -> tuple[str, ...]:
    """What should be looked after, in words; empty where nothing has to be."""
    gone = {worker.run_id for worker in workers if not worker.alive}
    words = [f"Run {run.run_id}: its process is gone. It is marked as crashed within seconds, while a server runs."
             for run in training if run.run_id in gone]  # fmt: skip
    words += [f"Run {run.run_id} is not responding for half a minute or longer. Stop it if it does not go on."
              for run in training if run.reason == NOT_RESPONDING and run.run_id not in gone]  # fmt: skip
    if disk.free < LOW_DISK_BYTES:
        words.append(
            f"{bytes_text(disk.free)} of disk are free, expected at least {bytes_text(LOW_DISK_BYTES)}: "
            "runs may end for the lack of it. Delete runs, or move the home to a larger disk."
        )
    if memory.available < LOW_MEMORY_SHARE * memory.total:
        words.append(
            f"{bytes_text(memory.available)} of memory are free, expected at least "
            f"{bytes_text(round(LOW_MEMORY_SHARE * memory.total))}: a process may be ended for the lack of it. "
            "Let fewer runs train at once (CNN_BUILDER_MAX_ACTIVE_RUNS), or turn off CNN_BUILDER_STANDBY."
        )
    return tuple(words)
