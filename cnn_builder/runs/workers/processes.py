"""Which process is which: a process id alone may have been given to another program since."""

import ctypes
import os
import signal
import sys
from functools import cache
from pathlib import Path

import psutil

_START_FIELD = 19  # of /proc/PID/stat, counted after the program's name
_TOLERANCE = 0.05
_RAY = "ray "
_PR_SET_PDEATHSIG = 1

_node: str | None = None


def process_started(pid: int) -> float | None:
    """When a living process started, in seconds; None where there is none (or only its unreaped remains).

    On Linux this is since the machine's start, which a jump of the clock does not change; elsewhere unix time.
    """
    if sys.platform == "linux":
        return _linux_started(pid)
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def _linux_started(pid: int) -> float | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = text.rpartition(b")")[2].split()
    if fields[0] in (b"Z", b"X"):
        return None
    return int(fields[_START_FIELD]) / os.sysconf("SC_CLK_TCK")


def is_same(pid: int | None, started: float | None) -> bool:
    """Whether the process with this id lives and is the one that started then."""
    if pid is None or started is None:
        return False
    found = process_started(pid)
    return found is not None and abs(found - started) < _TOLERANCE


def work_on_node(node_id: str) -> None:
    """This process works on a node of a Ray cluster: there it is looked for, whichever machine that is."""
    global _node
    _node = f"{_RAY}{node_id}"


def ray_node(boot: str | None) -> str | None:
    """The node that a run's `boot` names; None of one that a machine's own launcher started."""
    return boot.removeprefix(_RAY) if boot is not None and boot.startswith(_RAY) else None


def boot_id() -> str | None:
    """Names this start of the machine, where the system tells; a run of an earlier one cannot be alive.

    On a node of a cluster it names the node.
    """
    return _node or _machine_boot()


@cache
def _machine_boot() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


def end_with_parent(parent: int) -> None:
    """Have this process killed, even one that is stopped, when its parent `parent` ends; ends it where that is so.

    Source: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html. Elsewhere than on Linux nothing is done.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def kill(pid: int, started: float) -> bool:
    """End a process of ours and those it started, at once. False where it is gone or is another program."""
    if not is_same(pid, started):
        return False
    try:
        if hasattr(os, "killpg") and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            psutil.Process(pid).kill()
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
    return True
