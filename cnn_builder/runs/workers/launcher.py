"""Where training runs: `submit`, `alive`, `lost`, `exit_reason`, `kill`. Here, as processes of this machine."""

import errno
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from cnn_builder.own_process import package_env
from cnn_builder.runs.errors import LauncherError
from cnn_builder.runs.models import AnyRun
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.cgroup_memory import Group, may_be_too_big, memory_words
from cnn_builder.settings import Settings

FATAL = {int(getattr(signal, name)) for name in ("SIGKILL", "SIGSEGV", "SIGBUS") if hasattr(signal, name)}
"""The signals by which the lack of memory may end a process."""
CODES = {errno.ENOMEM: "out of memory", errno.ENOSPC: "disk full"}
"""What a worker says by its exit code, for when it cannot say it in the store."""
NEXT_AFTER = 5.0
"""Seconds the next standby worker waits before it loads, so that it does not compete with the run just started."""
WORKER = (sys.executable, "-m", "cnn_builder.engine.worker")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lost:
    """The place where a run's worker was is gone, and the worker with it.

    `starts_again`: the run is started again by itself, `most` times for this reason, or each time where it is None.
    """

    reason: str
    starts_again: bool = False
    most: int | None = None


class Launcher(Protocol):
    """What a supervisor needs to start runs somewhere."""

    @property
    def problem(self) -> str | None:
        """Why no run can be started now, as far as is known, for people to read; None where they can."""

    def warm(self) -> None:
        """Have what the next run needs ready, where that can be; never waits for it."""

    def look(self) -> int | None:
        """See which workers there are now. How many may be there at once; None: as many as are asked for.

        Raises ClusterUnreachable where nothing can be known of them.
        """

    def submit(self, run_id: str) -> tuple[int, float] | None:
        """Start the run's worker; its process id and start time, or None where it will say so itself.

        Raises LauncherError, and then no worker has it.
        """

    def lost(self, run: AnyRun) -> Lost | None:
        """What became of the place of the run's worker; None where it is there."""

    def alive(self, run: AnyRun) -> bool:
        """Whether the run's worker lives."""

    def exit_reason(self, run: AnyRun) -> str | None:
        """How the run's worker ended; None where it lives or another process started it."""

    def kill(self, run: AnyRun) -> bool:
        """End the run's worker at once; False where it was gone."""

    def close(self) -> None:
        """Let go of what was made ready. Runs go on."""


def worker_env(settings: Settings) -> dict[str, str]:
    """The environment of our own processes: this one's, with these settings, and this package importable."""
    return {**package_env(), **settings.to_env()}


class LocalLauncher:
    """Starts a process for each run, in a session of its own, so that it outlives the server.

    `command` is what starts a worker; "train RUN_ID" or "standby [SECONDS]" is added to it.
    """

    def __init__(self, settings: Settings, command: Sequence[str] = WORKER) -> None:
        self._settings = settings
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._leaving: list[subprocess.Popen[bytes]] = []  # of runs that another child goes on with
        self._groups: dict[str, tuple[Group | None, int]] = {}  # of each run, with how many were ended in it before
        self._standby: subprocess.Popen[bytes] | None = None

    def warm(self, after: float = 0.0) -> None:
        """Have a worker wait that has loaded everything, where the settings allow. It ends with this process.

        It loads after so many seconds, or once it is given a run. Where none can be started (a full disk, too many
        processes) this is only logged: runs start without one, and say themselves what stands in their way.
        """
        if not self._settings.standby:
            return
        with self._lock:
            if self._standby is not None and self._standby.poll() is None:
                return
            self._drop_standby()
            try:
                with open_log(self._settings.home / "standby.log") as log:
                    self._standby = self._start(["standby", *([f"{after:g}"] if after else [])], subprocess.PIPE, log)
            except LauncherError as error:
                _log.warning("No worker waits for the next run: %s", error)

    @property
    def problem(self) -> str | None:
        """None: a machine's processes can be started, or the run says why not."""
        return None

    def look(self) -> int | None:
        """None: as many as are asked for."""
        return None

    def lost(self, run: AnyRun) -> Lost | None:
        """Whether this machine was started again since. A run on a cluster is for those to judge who can ask it."""
        if run.boot == processes.boot_id() or processes.ray_node(run.boot):
            return None
        return Lost("the machine was restarted")

    def submit(self, run_id: str) -> tuple[int, float]:
        """Give the run to the standby worker, or to a new process. Raises LauncherError, and then no worker has it."""
        with self._lock:
            child = self._take_standby(run_id)
            taken = child is not None
            if child is None:
                with open_log(self._settings.run_folder(run_id) / "worker.log") as log:
                    child = self._start(["train", run_id], subprocess.DEVNULL, log)
            self._replace_child(run_id, child)
            group = Group.of(child.pid)
            self._groups[run_id] = (group, (group.kills() if group else None) or 0)
            started = processes.process_started(child.pid)
        if taken:
            self.warm(NEXT_AFTER)
        return child.pid, started if started is not None else 0.0  # 0: it has ended already, so nothing matches it

    def alive(self, run: AnyRun) -> bool:
        """Whether the very process that was started for the run lives; ours are reaped here."""
        child = self._child(run)
        if child is not None and child.poll() is not None:
            return False
        if run.boot != processes.boot_id() and processes.ray_node(run.boot):
            return True  # as far as can be known here; one that gives no sign of life is said not to respond
        return processes.is_same(run.pid, run.pid_started)

    def exit_reason(self, run: AnyRun) -> str | None:
        """Such as "killed (signal 9)" or "exit code 1"; None where it lives, or was started elsewhere."""
        child = self._child(run)
        code = None if child is None else child.poll()
        if code is None:
            return None
        if -code in FATAL:
            return self._killed(run, -code)
        if code < 0 and b"bad_alloc" in _end_of(self._settings.run_folder(run.run_id) / "worker.log"):
            return f"out of memory: {memory_words(run)}"
        return f"killed (signal {-code})" if code < 0 else CODES.get(code, f"exit code {code}")

    def kill(self, run: AnyRun) -> bool:
        """End the run's process and what it started, at once."""
        if run.pid is None or run.pid_started is None:
            return False
        return processes.kill(run.pid, run.pid_started)

    def close(self) -> None:
        """End the standby worker, and forget the children that have ended. Runs go on."""
        with self._lock:
            self._drop_standby()
            self._children = {run_id: child for run_id, child in self._children.items() if child.poll() is None}
            self._leaving = [one for one in self._leaving if one.poll() is None]

    def _child(self, run: AnyRun) -> "subprocess.Popen[bytes] | None":
        """Our own child of this run, if it is one."""
        with self._lock:
            child = self._children.get(run.run_id)
        return child if child is not None and child.pid == run.pid else None

    def _replace_child(self, run_id: str, child: "subprocess.Popen[bytes]") -> None:
        """Keep the run's child; one of before may not have left yet, and is to be reaped when it has.

        Of those that have ended the latest are kept: somebody may not have asked yet how they ended.
        """
        if (before := self._children.pop(run_id, None)) is not None:
            self._leaving.append(before)
        self._leaving = [one for one in self._leaving if one.poll() is None]
        ended = [name for name, one in self._children.items() if one.poll() is not None]
        for name in ended[: max(0, len(ended) - self._settings.max_active_runs)]:
            del self._children[name]
            self._groups.pop(name, None)
        self._children[run_id] = child

    def _killed(self, run: AnyRun, number: int) -> str:
        """Why a worker of ours was killed, as far as the system tells. Native code that gets no memory may crash."""
        group, before = self._groups.get(run.run_id, (None, 0))
        limit = group.limit() if group else None
        if group is not None and (group.kills() or 0) > before:
            return f"out of memory: {memory_words(run, limit)}"
        said = f"killed (signal {number})"
        return f"{said}, perhaps for memory: {memory_words(run, limit)}" if may_be_too_big(run, limit) else said

    def _start(self, arguments: list[str], stdin: int, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                [*self._command, *arguments],
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=worker_env(self._settings),
                start_new_session=True,
            )
        except OSError as error:
            raise LauncherError(f"The worker could not be started: {error}.") from error

    def _take_standby(self, run_id: str) -> "subprocess.Popen[bytes] | None":
        child, self._standby = self._standby, None
        if child is None or child.stdin is None:
            return None
        if child.poll() is not None:
            _close(child.stdin)
            return None
        try:
            child.stdin.write(f"{run_id}\n".encode())
            child.stdin.flush()
        except OSError:  # it ended between the two: start a new one
            child.kill()
            child.wait()
            return None
        finally:
            _close(child.stdin)
        return child

    def _drop_standby(self) -> None:
        child, self._standby = self._standby, None
        if child is None or child.stdin is None:
            return
        _close(child.stdin)
        if child.poll() is None:
            child.kill()  # it may be in the middle of its imports, and holds nothing
            child.wait()


def open_log(path: Path) -> IO[bytes]:
    """Open a log to add to, making its folder. Raises LauncherError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    except OSError as error:
        raise LauncherError(f"The log cannot be written: {error}. Free some space or set CNN_BUILDER_HOME.") from error


def _end_of(path: Path, size: int = 4096) -> bytes:
    """The last bytes of a file; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read()
    except OSError:
        return b""


def _close(pipe: IO[bytes]) -> None:
    with suppress(OSError):  # what was not sent goes nowhere: the reader is gone
        pipe.close()
