"""What the system says of memory: how much a process may use, and whether one was ended for it."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from cnn_builder.architecture.memory import bytes_text
from cnn_builder.runs.device import GPU
from cnn_builder.runs.models import AnyRun, UnreadableRun
from cnn_builder.runs.settings.checks import memory_estimate

_CGROUPS = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60  # what version 1 of the groups shows for "no limit" is above this
SUSPICIOUS = 0.5  # share of the limit from which a kill without a reason may have been for memory


@dataclass(frozen=True)
class Group:
    """The control group a process is in: where the system counts those it ended, and what they may use (bytes)."""

    folder: Path

    @classmethod
    def of(cls, pid: int) -> "Group | None":
        """The group of a living process; None where the system has none, or the process is gone."""
        try:
            lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
        except OSError:
            return None
        for _, controllers, path in (line.split(":", 2) for line in lines):
            if controllers == "memory" and (folder := _CGROUPS / "memory" / path.lstrip("/")).is_dir():
                return cls(folder)  # version 1
            if controllers == "" and (folder := _CGROUPS / path.lstrip("/")).joinpath("memory.events").is_file():
                return cls(folder)
        return None

    def kills(self) -> int | None:
        """How many processes of the group were ended for memory; None where that is not told."""
        for name in ("memory.events", "memory.oom_control"):
            for line in _lines(self.folder / name):
                word, _, count = line.partition(" ")
                if word == "oom_kill" and count.isdigit():
                    return int(count)
        return None

    def limit(self) -> int | None:
        """The most memory the group may use, in bytes; None where there is no limit."""
        for name in ("memory.max", "memory.limit_in_bytes"):
            for line in _lines(self.folder / name):
                if line.isdigit() and int(line) < _UNLIMITED:
                    return int(line)
        return None

    def used(self) -> int | None:
        """What the group uses, in bytes, without the files that the system keeps; None where that is not told."""
        current = next((int(line) for name in ("memory.current", "memory.usage_in_bytes")
                        for line in _lines(self.folder / name) if line.isdigit()), None)  # fmt: skip
        if current is None:
            return None
        stat = dict(line.split(" ", 1) for line in _lines(self.folder / "memory.stat") if " " in line)
        return max(0, current - int(stat.get("inactive_file", stat.get("total_inactive_file", "0"))))


def memory_words(run: AnyRun, limit: int | None = None) -> str:
    """What a run's training needs and what there is. `limit`: bytes; None is all of this machine's."""
    there = limit if limit is not None else int(psutil.virtual_memory().total)
    what = "the limit is" if limit is not None else "this machine has"
    if isinstance(run, UnreadableRun):
        return f"{what} {bytes_text(there)}"
    estimate = memory_estimate(run.architecture, run.settings)
    needed = f"training needs about {bytes_text(estimate)} in addition to TensorFlow and the data set"
    if limit is None and run.device is not None and run.device.startswith(GPU):
        return f"{needed}; it trained on {run.device}, which has a memory of its own"
    return f"{needed}; {what} {bytes_text(there)}"


def may_be_too_big(run: AnyRun, limit: int | None) -> bool:
    """Whether a run needs so much that being ended without a reason may have been for memory."""
    if isinstance(run, UnreadableRun):
        return False
    there = limit if limit is not None else int(psutil.virtual_memory().total)
    return memory_estimate(run.architecture, run.settings) >= SUSPICIOUS * there


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
