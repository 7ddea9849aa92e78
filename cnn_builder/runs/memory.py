"""What the system says of memory: how much a process may use, and whether one was ended for it."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from cnn_builder.runs.checks import bytes_text, memory_estimate
from cnn_builder.runs.models import Run

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


def memory_words(run: Run, limit: int | None = None) -> str:
    """What a run's training needs and what there is. `limit`: bytes; None is all of this machine's."""
    estimate = memory_estimate(run.architecture, run.settings)
    there = limit if limit is not None else int(psutil.virtual_memory().total)
    what = "the limit is" if limit is not None else "this machine has"
    return f"training needs about {bytes_text(estimate)} besides TensorFlow and the images, {what} {bytes_text(there)}"


def may_be_too_big(run: Run, limit: int | None) -> bool:
    """Whether a run needs so much that being ended without a reason may have been for memory."""
    there = limit if limit is not None else int(psutil.virtual_memory().total)
    return memory_estimate(run.architecture, run.settings) >= SUSPICIOUS * there


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
