"""Waiting for a store that is busy or away."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from cnn_builder.runs.errors import StoreBusy, StoreUnreachable

PATIENCE = 600.0  # seconds a worker that has trained waits to say so, while another process holds the store

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


def patiently(action: Callable[[], Result], patience: float = PATIENCE) -> Result:
    """Do something with the store, again and again while it is busy. Raises StoreError."""
    until = time.monotonic() + patience
    while True:
        try:
            return action()
        except StoreBusy as error:
            if time.monotonic() > until:
                raise
            _log.warning("%s Trying again.", error)
            if isinstance(error, StoreUnreachable):
                time.sleep(1.0)  # a server that is down says so at once
