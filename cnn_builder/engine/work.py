"""What a worker does with a run: trains it, and says how that ended, whatever happened."""

import errno
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import Dataset
from cnn_builder.engine.data_split import load_for
from cnn_builder.runs import Quota, Run, RunStateError, Store, StoreError, StoreFull, Supervisor
from cnn_builder.runs.run_artifacts import when_reachable
from cnn_builder.runs.store.patience import patiently
from cnn_builder.runs.workers.cgroup_memory import Group, memory_words
from cnn_builder.runs.workers.choice import launcher_for
from cnn_builder.settings import Settings

REPORT_SECONDS = 15.0  # how long to try to tell a busy or full store how a run ended
YIELD_SECONDS = 2.5  # a server looks at the queue every second
RESERVE = "reserve"
RESERVE_BYTES = 512 * 1024  # given back to a full disk, so that how the run ended can still be written
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
EXIT_CODES = {"out of memory": errno.ENOMEM, "disk full": errno.ENOSPC}

_log = logging.getLogger(__name__)


def train_claimed_run(run_id: str, settings: Settings) -> int:
    """Train one run, say how it ended, and let the queue move on."""
    with patiently(lambda: Store.open(settings)) as store:
        folder = settings.run_folder(run_id)
        try:
            run = patiently(lambda: store.take(run_id))
            with reserve(folder):
                work(run, store, settings)
            code = 0
        except RunStateError as error:
            _log.warning("%s", error)  # another worker has it: nothing to say about the run
            return 1
        except BaseException as error:
            with suppress(OSError):  # the log may be on a full disk
                traceback.print_exc()
            reason = reason_of(error)
            code = EXIT_CODES.get(reason, 1)
            if reason == "out of memory":
                reason = f"{reason}: {memory_words(store.find(run_id), memory_limit())}"
            report(store, run_id, reason)
        move_queue(store, settings)
    return code


def move_queue(store: Store, settings: Settings) -> None:
    """Start what waits, where no one else does: a server has a worker ready, and learns how its workers die."""
    waiting = _queued(store)
    if waiting:
        time.sleep(YIELD_SECONDS)
    if waiting & _queued(store):  # not one that was queued just now: whoever did it is there to start it
        launcher = launcher_for(settings)
        try:
            Supervisor(store, launcher, settings.max_active_runs, quota=Quota.of(settings)).tick()
        finally:
            launcher.close()


def _queued(store: Store) -> set[str]:
    return {run.run_id for run in store.active() if run.status == "queued"}


@contextmanager
def reserve(folder: Path) -> Iterator[None]:
    """Hold some of the disk as long as this works. Raises OSError where even that is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    held = folder / RESERVE
    try:
        held.write_bytes(os.urandom(RESERVE_BYTES))
        yield
    finally:
        held.unlink(missing_ok=True)


def memory_limit() -> int | None:
    """The most memory this process may use, in bytes; None where there is no limit but the machine's."""
    group = Group.of(os.getpid())
    limits = [group.limit() if group else None]
    if sys.platform != "win32":
        import resource

        limits += [
            soft for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA) if (soft := resource.getrlimit(kind)[0]) > 0
        ]
    return min((limit for limit in limits if limit is not None and limit < 1 << 60), default=None)


def work(run: Run, store: Store, settings: Settings) -> None:
    """Load the images while TensorFlow is imported, then train."""
    dataset = in_background(lambda: fetch_and_load(run, store, settings))
    from cnn_builder.engine.train import train as train_run

    train_run(run, store, settings, dataset)


def fetch_and_load(run: Run, store: Store, settings: Settings) -> Dataset:
    """The run's data set, fetched first where another machine has it. Raises DatasetError, ArtifactsError."""
    artifacts = store.artifacts
    if artifacts is not None:
        when_reachable(lambda: artifacts.fetch_dataset(run))
    return load_for(run, settings)


def in_background(make: Callable[[], Any]) -> Callable[[], Any]:
    """Start making something in a thread. Calling the result waits for it, and raises what it raised."""
    made: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.append(make())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def result() -> Any:
        thread.join()
        if failed:
            raise failed[0]
        return made[0]

    return result


def reason_of(error: BaseException) -> str:
    """Why a run crashed, in one line."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "out of memory"
    full = isinstance(error, OSError) and (error.errno in FULL or "No space left" in str(error))
    if full or isinstance(error, StoreFull):
        return "disk full"
    text = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, CnnBuilderError):
        return text
    return f"{type(error).__name__}: {text:.200}" if text else type(error).__name__


def report(store: Store, run_id: str, reason: str) -> None:
    """Say that the run crashed, trying for a while: the store may be busy, or wait for space."""
    until = time.monotonic() + REPORT_SECONDS
    while True:
        try:
            store.finish(run_id, "crashed", reason)
            return
        except StoreError:
            if time.monotonic() > until:
                raise
            time.sleep(1.0)
