"""A disk that takes only the first bytes of a file."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_disk(room: int = 20) -> Iterator[None]:
    """No file can grow beyond ``room`` bytes: as on a full disk, a write fails in its middle with an OSError.

    The system itself refuses, so no part of what writes has to be replaced.
    """
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
