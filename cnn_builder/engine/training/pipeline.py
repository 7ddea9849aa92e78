"""The order in which images are seen. Images stay uint8 in memory; a batch is scaled as it is taken."""

import math
from collections.abc import Iterator

import numpy as np

MOST_STEPS = 32
AIM_SECONDS = 0.2


def epoch_order(count: int, seed: int, epoch: int, shuffle: bool = True) -> np.ndarray:
    """A permutation of 0 to `count` − 1, int32, that depends on nothing but the arguments. Epochs count from 1.

    Without `shuffle` the images keep their order.
    """
    if not shuffle:
        return np.arange(count, dtype=np.int32)
    return np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)


def steps_in_epoch(count: int, batch_size: int) -> int:
    """Batches in an epoch; the last one may be smaller."""
    return math.ceil(count / batch_size)


class Chunks:
    """Cuts an epoch's order into groups of batches that are trained in one execution.

    A group is long enough to make its overhead small, and short enough (about 0.2 s, at most 32 steps) that
    curves, stopping and signs of life stay prompt. The cut changes no result, so it may depend on the clock.
    """

    def __init__(self) -> None:
        self._steps = 1
        self._taken = 0

    def of(self, order: np.ndarray, batch_size: int, skip: int = 0) -> Iterator[np.ndarray]:
        """Groups of image indices, (steps, batch size) each; a smaller last batch is a group of its own.

        Args:
            skip: batches at the beginning to leave out, because a run that goes on has trained on them.
        """
        if skip >= steps_in_epoch(len(order), batch_size):
            return
        whole = len(order) // batch_size
        batches = order[: whole * batch_size].reshape(whole, batch_size)
        start = skip
        while start < whole:
            group = batches[start : start + self._steps]
            start += len(group)
            yield group
        if len(order) % batch_size:
            yield order[whole * batch_size :][np.newaxis]

    def took(self, steps: int, seconds: float) -> None:
        """Learn from the time of one execution."""
        self._taken += 1
        if self._taken > 1:  # the first one's time is mostly the compiling
            self._steps = max(1, min(MOST_STEPS, int(AIM_SECONDS / max(seconds / steps, 1e-6))))
