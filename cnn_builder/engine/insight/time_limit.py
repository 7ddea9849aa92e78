"""Giving up what takes too long: long computations ask between their batches whether they are still waited for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class TooSlow(Exception):
    """The computation was given up on the way; nobody waits for it any more."""


_given_up: ContextVar[threading.Event | None] = ContextVar("given_up", default=None)


@contextmanager
def until(given_up: threading.Event) -> Iterator[None]:
    """What this thread computes within may be given up: once the event is set, `check_time` raises TooSlow."""
    token = _given_up.set(given_up)
    try:
        yield
    finally:
        _given_up.reset(token)


def check_time() -> None:
    """Call it between two batches. Raises TooSlow where the computation was given up."""
    event = _given_up.get()
    if event is not None and event.is_set():
        raise TooSlow
