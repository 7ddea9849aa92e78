"""Where training runs: `submit`, `alive`, `exit_reason`, `kill`. Here, as processes of this machine."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from cnn_builder.runs import processes
from cnn_builder.runs.errors import LauncherError
from cnn_builder.runs.memory import Group, may_be_too_big, memory_words
from cnn_builder.runs.models import Run
from cnn_builder.settings import Settings

FATAL = {int(getattr(signal, name)) for name in ("SIGKILL", "SIGSEGV", "SIGBUS") if hasattr(signal, name)}
"""The signals by which the lack of memory may end a process."""
CODES = {errno.ENOMEM: "out of memory", errno.ENOSPC: "disk full"}
"""What a worker says by its exit code, for when it cannot say it in the store."""
NEXT_AFTER = 5.0
"""Seconds the next standby worker waits before it loads, so that it does not compete with the run just started."""
WORKER = (sys.executable, "-m", "cnn_builder.engine.worker")


class Launcher(Protocol):
    """What a supervisor needs to start runs somewhere."""

    def submit(self, run_id: str) -> tuple[int, float]:
        """Start the run's worker; its process id and start time. Raises LauncherError."""

    def alive(self, run: Run) -> bool:
        """Whether the run's worker lives."""

    def exit_reason(self, run: Run) -> str | None:
        """How the run's worker ended; None where it lives or another process started it."""

    def kill(self, run: Run) -> bool:
        """End the run's worker at once; False where it was gone."""


def worker_env(settings: Settings) -> dict[str, str]:
    """The environment of our own processes: this one's, with these settings, and this package importable."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CNN_BUILDER_")}
    root = str(Path(__file__).resolve().parents[2])
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (root, env.get("PYTHONPATH"))))
    return {**env, **settings.to_env()}


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

        It loads after so many seconds, or once it is given a run.
        """
        if not self._settings.standby:
            return
        with self._lock:
            if self._standby is not None and self._standby.poll() is None:
                return
            self._drop_standby()
            with open_log(self._settings.home / "standby.log") as log:
                self._standby = self._start(["standby", *([f"{after:g}"] if after else [])], subprocess.PIPE, log)

    def submit(self, run_id: str) -> tuple[int, float]:
        """Give the run to the standby worker, or to a new process. Raises LauncherError."""
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

    def alive(self, run: Run) -> bool:
        """Whether the very process that was started for the run lives; ours are reaped here."""
        child = self._child(run)
        if child is not None and child.poll() is not None:
            return False
        return processes.is_same(run.pid, run.pid_started)

    def exit_reason(self, run: Run) -> str | None:
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

    def kill(self, run: Run) -> bool:
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

    def _child(self, run: Run) -> "subprocess.Popen[bytes] | None":
        """Our own child of this run, if it is one."""
        with self._lock:
            child = self._children.get(run.run_id)
        return child if child is not None and child.pid == run.pid else None

    def _replace_child(self, run_id: str, child: "subprocess.Popen[bytes]") -> None:
        """Keep the run's child; one of before may not have left yet, and is to be reaped when it has."""
        if (before := self._children.get(run_id)) is not None:
            self._leaving.append(before)
        self._leaving = [one for one in self._leaving if one.poll() is None]
        self._children[run_id] = child

    def _killed(self, run: Run, number: int) -> str:
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
