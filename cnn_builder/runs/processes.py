"""Which process is which: a process id alone may have been given to another program since."""

import os
import signal
import sys
from functools import cache
from pathlib import Path

import psutil

_START_FIELD = 19  # of /proc/PID/stat, counted after the program's name
_TOLERANCE = 0.05


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


@cache
def boot_id() -> str | None:
    """Names this start of the machine, where the system tells; a run of an earlier one cannot be alive."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


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
