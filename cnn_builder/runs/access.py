"""Who looks at the store, what of it they see, and what they may do with it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cnn_builder.settings import Settings


@dataclass(frozen=True)
class Quota:
    """What one person may have of a server; 0 is no limit.

    Args:
        active_runs: runs that train at once; more of them wait.
        queued_runs: runs that wait at once.
        minutes: of training a day, which begins at midnight UTC.
        disk_bytes: of runs, data sets, networks and drawings together.
        disk_taken: how much of it is taken.
    """

    active_runs: int = 0
    queued_runs: int = 0
    minutes: int = 0
    disk_bytes: int = 0
    disk_taken: Callable[[], int] = lambda: 0

    @classmethod
    def of(cls, settings: Settings, disk_taken: Callable[[], int] = lambda: 0) -> "Quota":
        """As the settings say."""
        return cls(
            settings.quota_active_runs, settings.quota_queued_runs, settings.quota_minutes,
            settings.quota_disk_mb * 1_000_000, disk_taken,
        )  # fmt: skip


UNLIMITED = Quota()


@dataclass(frozen=True)
class Access:
    """A view of the store.

    Args:
        owner: id of who looks: what is made belongs to them. None: whoever runs the machine.
        whole: they see the runs of everybody.
        run_id: they see this run and nothing else.
        read_only: nothing can be made or changed.
        quota: what they may have; None for no limits.
    """

    owner: str | None = None
    whole: bool = False
    run_id: str | None = None
    read_only: bool = False
    quota: Quota | None = None


OPERATOR = Access(whole=True)
"""Whoever runs the machine, and the processes that train: they see everything, and are held to no limit."""


def shared(run_id: str) -> Access:
    """What whoever has the link to one run sees."""
    return Access(run_id=run_id, read_only=True)


def owner_id(issuer: str, subject: str) -> str:
    """A person's id: of what their provider calls them for good. An e-mail address may pass to somebody else.

    Source: OpenID Connect Core 1.0, section 5.7: only `iss` and `sub` together are stable and unique.
    """
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:32]
