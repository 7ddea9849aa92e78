"""What can go wrong with runs, each told to the user in one line.

CnnBuilderError
├── StoreError            the store cannot be opened, read or written
│   ├── RunNotFound       no run has this id, or several share the prefix
│   ├── RunStateError     the run is not in a state that allows this
│   ├── StoreBusy         another process held the store too long: trying again helps
│   └── StoreFull         the disk that holds the store is full
├── RunSettingsError      a training setting is out of range
├── RunTextError          a run's name, notes or tags are refused
├── LauncherError         a worker process cannot be started
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


class StoreBusy(StoreError):
    """Another process held the store for longer than is waited; nothing was written, trying again helps."""


class StoreFull(StoreError):
    """The disk that holds the store is full; nothing was written."""


class RunTextError(CnnBuilderError):
    """A name, notes or tags were refused; the message says what is expected."""


class LauncherError(CnnBuilderError):
    """A worker process could not be started."""


class ServiceError(CnnBuilderError):
    """The prediction service could not answer."""


class RunSettingsError(CnnBuilderError):
    """A training setting was refused; `field`, `expected` and `received` say which and why."""

    def __init__(self, field: str, expected: str, received: Any) -> None:
        self.field = field
        self.expected = expected
        self.received = received
        super().__init__(f"{field}: expected {expected}, received {received!r}.")
