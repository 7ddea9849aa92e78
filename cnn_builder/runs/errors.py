"""What can go wrong with runs; each error is one line for the user.

CnnBuilderError
├── StoreError            the store cannot be opened, read or written
│   ├── RunNotFound       no run has this id, or several share the prefix
│   ├── RunStateError     the run is not in a state that allows this
│   ├── AccessError       who looks at the store may not do this
│   ├── RunUnreadable     the run's network or settings cannot be read by this version
│   ├── StoreBusy         another process held the store too long: trying again helps
│   │   └── StoreUnreachable  the store's server does not answer
│   └── StoreFull         the disk that holds the store is full
├── RunSettingsError      a training setting is out of range
├── RunTextError          a run's name, notes or tags are refused
├── QuotaError            a person's share of the server is used up
├── SweepError            what is to vary in a sweep, or its budget, is refused
├── BackupError           a backup cannot be written or read
├── ModelFileError        a model file cannot be imported
├── LauncherError         a worker process cannot be started
│   └── ClusterUnreachable    the cluster that starts workers does not answer: trying again helps
└── ServiceError          the prediction service cannot answer
"""

from typing import Any

from cnn_builder.architecture.errors import CnnBuilderError


class StoreError(CnnBuilderError):
    """The store of runs cannot be opened, read or written."""


class RunNotFound(StoreError):
    """No run has this id, or more than one starts with it."""


class RunStateError(StoreError):
    """The run's status does not allow what was asked."""


class AccessError(StoreError):
    """Whoever looks at the store through this view may not do what was asked."""


class RunUnreadable(StoreError):
    """The store has the run, but this version cannot read its network, its settings or its results."""


class StoreBusy(StoreError):
    """Another process held the store for longer than is waited; nothing was written, trying again helps."""


class StoreUnreachable(StoreBusy):
    """The store's server does not answer, or was lost on the way: what was asked may have been written or not."""


class StoreFull(StoreError):
    """The disk that holds the store is full; nothing was written."""


class RunTextError(CnnBuilderError):
    """A name, notes or tags were refused; the message says what is expected."""


class QuotaError(CnnBuilderError):
    """A person's share of the server is used up; the message says which, how much it is, and what helps."""


class SweepError(CnnBuilderError):
    """What is to vary in a sweep, one of the values, or its budget was refused; the message says which and why."""


class BackupError(CnnBuilderError):
    """A backup cannot be written, or is not one that can be restored here; the message says why."""


class ModelFileError(CnnBuilderError):
    """A model file cannot be imported; the message names the layer, what was expected and what was found."""


class LauncherError(CnnBuilderError):
    """A worker process could not be started."""


class ClusterUnreachable(LauncherError):
    """The cluster that starts workers does not answer, or cannot be used as it is; runs are kept."""


class ServiceError(CnnBuilderError):
    """The prediction service could not answer."""


class RunSettingsError(CnnBuilderError):
    """A training setting was refused; `field`, `expected` and `received` say which and why."""

    def __init__(self, field: str, expected: str, received: Any) -> None:
        self.field = field
        self.expected = expected
        self.received = received
        super().__init__(f"{field}: expected {expected}, received {received!r}.")
