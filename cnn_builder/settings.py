"""Settings, from the environment. `OPTIONS` is the one table: parsing, defaults and the documentation follow it.

Why not pydantic-settings: docs/decisions/0011-own-settings-table.md.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.limits import (
    IMPORT_LIMIT_MB,
    MEMORY_SHARE,
    QUOTA_ACTIVE_RUNS,
    QUOTA_DISK_MB,
    QUOTA_MINUTES,
    QUOTA_QUEUED_RUNS,
    STREAM_OVER_MB,
)
from cnn_builder.options import OPTIONS, folder_path, owner_text

OWNERS = "owners"
"""Folder of a home with a folder for each person who signed in."""
_PASSWORD = re.compile(r"(//[^:/@]*:)[^@]*@")
_RUN_ID = re.compile(r"[a-z0-9-]{8,26}")


class SettingsError(CnnBuilderError):
    """A variable of the environment was refused; the message names it, what was expected and what was received."""

    def __init__(self, variable: str, expected: str, received: str) -> None:
        self.variable = variable
        shown = _PASSWORD.sub(r"\1***@", received)  # it may be read by others in a log
        super().__init__(f"{variable}: expected {expected}, received {shown!r}. Change or unset it.")


@dataclass(frozen=True)
class Settings:
    """Where things are kept, and the limits. Made once at start, then handed to whoever needs it."""

    home: Path = field(default_factory=lambda: folder_path("~/.cnn_builder"))
    data: Path | None = None
    store: str | None = None
    artifacts: str | None = None
    launcher: str = "local"
    ray_address: str = "127.0.0.1:6379"
    ray_cpus: int = 1
    ray_gpus: int = 0
    max_active_runs: int = 1
    standby: bool = True
    calibrate: bool = True
    layer_statistics: bool = True
    metrics: str = "local"
    memory_limit_mb: int | None = None
    import_limit_mb: int = IMPORT_LIMIT_MB
    stream_over_mb: int = STREAM_OVER_MB
    sign_in: bool = False
    admins: str = ""
    owner: str | None = None
    quota_active_runs: int = QUOTA_ACTIVE_RUNS
    quota_queued_runs: int = QUOTA_QUEUED_RUNS
    quota_minutes: int = QUOTA_MINUTES
    quota_disk_mb: int = QUOTA_DISK_MB

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
        """The database's URL; what the folder's name has of a URL's own signs is written as %XX."""
        if self.store is not None:
            return self.store
        from sqlalchemy.engine import URL

        return URL.create("sqlite", database=str(self.home / "runs.sqlite")).render_as_string()

    def of_owner(self, owner: str | None) -> "Settings":
        """The same for what belongs to this person; None is whoever runs the machine."""
        return self if owner == self.owner else replace(self, owner=owner)

    @property
    def own_home(self) -> Path:
        """The folder of the owner's data sets, networks, documents and drawings: the home itself without an owner.

        Raises ValueError where the owner is no id.
        """
        return self.home if self.owner is None else self.home / OWNERS / owner_text(self.owner)

    def is_admin(self, email: str) -> bool:
        """Whether this is the address of somebody who sees everything."""
        return bool(email) and email.lower() in self.admins.split(",")

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
    def most_in_memory(self) -> int:
        """The most bytes that the images of a data set may have to be held in memory."""
        return self.stream_over_mb * 1_000_000

    @property
    def memory_limit(self) -> int:
        """The most memory a run may need, in bytes: as set, or half of this machine's."""
        if self.memory_limit_mb is not None:
            return self.memory_limit_mb * 1_000_000
        return int(psutil.virtual_memory().total * MEMORY_SHARE)


def variable_of(name: str) -> str:
    """The variable of the environment that is this setting, named as a field of `Settings`."""
    return next(option.variable for option in OPTIONS if option.field == name)


_resolve: Callable[[], Settings] = Settings.from_env


def settings_here() -> Settings:
    """The settings of whoever is served here and now; those of the environment where nobody said otherwise.

    Without it, a look-up that is given no settings would answer everybody from the folder of whoever runs the machine.
    """
    return _resolve()


def resolve_settings(resolve: Callable[[], Settings]) -> None:
    """From now on this process asks `resolve` for the settings of whoever is served."""
    global _resolve
    _resolve = resolve
