"""Settings, from the environment. `OPTIONS` is the one table: parsing, defaults and the documentation follow it."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from cnn_builder.architecture.errors import CnnBuilderError

LAUNCHERS = ("local",)
_RUN_ID = re.compile(r"[a-z0-9-]{8,26}")


class SettingsError(CnnBuilderError):
    """A variable of the environment was refused; the message names it, what was expected and what was received."""

    def __init__(self, variable: str, expected: str, received: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}: expected {expected}, received {received!r}. Change or unset it.")


@dataclass(frozen=True)
class Option:
    """One variable. `parse` raises ValueError for a text that is not `expected`."""

    variable: str
    field: str
    kind: str
    parse: Callable[[str], Any]
    expected: str
    default: str
    help: str


def _path(text: str) -> Path:
    return Path(os.path.abspath(Path(text).expanduser()))


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not low <= (value := int(text)) <= high:
            raise ValueError(text)
        return value

    return parse


def _choice(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return parse


def _flag(text: str) -> bool:
    values = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in values:
        raise ValueError(text)
    return values[text.lower()]


def _store_url(text: str) -> str:
    if not text.startswith("sqlite:///") or text.endswith((":///", ":memory:")):
        raise ValueError(text)
    return text


OPTIONS: tuple[Option, ...] = (
    Option(
        "CNN_BUILDER_HOME",
        "home",
        "folder",
        _path,
        "a folder",
        "~/.cnn_builder",
        "where runs, documents and downloads are kept (a local disk)",
    ),
    Option(
        "CNN_BUILDER_DATA",
        "data",
        "folder",
        _path,
        "a folder",
        "",
        "a folder with mnist.npz, fashion_mnist.npz or cifar10.npz, looked at before any download",
    ),
    Option(
        "CNN_BUILDER_STORE",
        "store",
        "URL",
        _store_url,
        "sqlite:///FILE",
        "sqlite:///<home>/runs.sqlite",
        "the database of runs",
    ),
    Option(
        "CNN_BUILDER_LAUNCHER",
        "launcher",
        "choice",
        _choice(*LAUNCHERS),
        " or ".join(LAUNCHERS),
        "local",
        "where training runs: local starts processes on this machine",
    ),
    Option(
        "CNN_BUILDER_MAX_ACTIVE_RUNS",
        "max_active_runs",
        "number",
        _whole(1, 64),
        "a whole number from 1 to 64",
        "1",
        "how many runs train at once; the others wait",
    ),
    Option(
        "CNN_BUILDER_STANDBY",
        "standby",
        "yes/no",
        _flag,
        "true or false",
        "true",
        "keep one worker ready, so that a run starts at once (0.4 GB of memory)",
    ),
    Option(
        "CNN_BUILDER_MEMORY_LIMIT_MB",
        "memory_limit_mb",
        "number",
        _whole(64, 16_777_216),
        "a whole number of megabytes, at least 64",
        "half of this machine's",
        "a run whose estimate is above this is refused",
    ),
)


@dataclass(frozen=True)
class Settings:
    """Where things are kept, and the limits. Made once at start, then handed to whoever needs it."""

    home: Path = field(default_factory=lambda: _path("~/.cnn_builder"))
    data: Path | None = None
    store: str | None = None
    launcher: str = "local"
    max_active_runs: int = 1
    standby: bool = True
    memory_limit_mb: int | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the variables of `OPTIONS`; an empty one counts as unset. Raises SettingsError."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for option in OPTIONS:
            if text := environ.get(option.variable, "").strip():
                try:
                    values[option.field] = option.parse(text)
                except (ValueError, RuntimeError) as error:  # RuntimeError: "~" without a home folder
                    raise SettingsError(option.variable, option.expected, text) from error
        return cls(**values)

    def to_env(self) -> dict[str, str]:
        """The variables that give these settings again, for a process of our own."""
        values = {option.variable: getattr(self, option.field) for option in OPTIONS}
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in values.items()
            if value is not None
        }

    @property
    def store_url(self) -> str:
        """The database's URL."""
        return self.store or f"sqlite:///{self.home / 'runs.sqlite'}"

    @property
    def runs_folder(self) -> Path:
        """The folder that holds a folder for each run."""
        return self.home / "runs"

    def run_folder(self, run_id: str) -> Path:
        """A run's own folder (checkpoints, log). Raises ValueError where `run_id` is not a run's id."""
        if not _RUN_ID.fullmatch(run_id):
            raise ValueError(f"not a run id: {run_id!r}")
        return self.runs_folder / run_id

    @property
    def memory_limit(self) -> int:
        """The most memory a run may need, in bytes: as set, or half of this machine's."""
        if self.memory_limit_mb is not None:
            return self.memory_limit_mb * 1_000_000
        return int(psutil.virtual_memory().total) // 2
