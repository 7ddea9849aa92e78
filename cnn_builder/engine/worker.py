"""Process entry points: `train RUN_ID`, `standby` (imports, then reads one run id on stdin), `service`."""

import errno
import logging
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import LocalLauncher, Run, RunStateError, Store, StoreError, StoreFull, Supervisor
from cnn_builder.runs.memory import Group, memory_words
from cnn_builder.settings import Settings

USAGE = "usage: python -m cnn_builder.engine.worker train RUN_ID | standby [SECONDS] | service"
REPORT_SECONDS = 15.0  # how long to try to tell a busy or full store how a run ended
RESERVE = "reserve"
RESERVE_BYTES = 512 * 1024  # given back to a full disk, so that how the run ended can still be written
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
EXIT_CODES = {"out of memory": errno.ENOMEM, "disk full": errno.ENOSPC}

_log = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Run one of the entry points; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us: they ask the run to stop
    match arguments:
        case ["train", run_id]:
            return train(run_id, Settings.from_env())
        case ["standby"]:
            return standby(Settings.from_env())
        case ["standby", seconds]:
            return standby(Settings.from_env(), float(seconds))
        case ["service"]:
            return service(Settings.from_env())
    print(USAGE, file=sys.stderr)
    return 2


def standby(settings: Settings, after: float = 0.0) -> int:
    """Import everything, then train the run whose id comes on stdin. Ends where stdin ends before one came.

    Begins after so many seconds, or with the id.
    """
    if after and sys.platform != "win32":  # where pipes cannot be waited for: begin at once
        select.select([sys.stdin], [], [], after)
    import cnn_builder.engine.train  # noqa: F401 - what a standby is for
    from cnn_builder.engine.warm import warm_up

    warm_up()
    run_id = sys.stdin.readline().strip()
    if not run_id:
        return 0
    log_to(settings.run_folder(run_id) / "worker.log")
    return train(run_id, settings)


def service(settings: Settings) -> int:
    """Answer questions on stdin until it ends. Only answers go to stdout; whatever prints, prints to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from cnn_builder.engine.service import serve

    serve(sys.stdin.buffer, answers, settings)
    return 0


def train(run_id: str, settings: Settings) -> int:
    """Train one run, say how it ended, and let the queue move on."""
    with Store.open(settings) as store:
        run = store.get(run_id)
        folder = settings.run_folder(run_id)
        try:
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
                reason = f"{reason}: {memory_words(run, memory_limit())}"
            report(store, run_id, reason)
        Supervisor(store, LocalLauncher(settings), settings.max_active_runs).tick()
    return code


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
    from cnn_builder.data import load

    limits = run.settings.train_limit, run.settings.test_limit
    dataset = in_background(lambda: load(run.dataset, settings.data).limited(*limits))
    from cnn_builder.engine.train import train as train_run

    train_run(run, store, settings, dataset)


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


def log_to(path: Path) -> None:
    """Send stdout and stderr, also those of native code, to the end of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
