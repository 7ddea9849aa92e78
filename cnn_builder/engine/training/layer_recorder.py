"""Keeps layer statistics after the epochs of a run, as often as a small share of its time allows."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from cnn_builder.engine.training.layer_probe import LayerProbe
from cnn_builder.runs.layer_statistics.kept import MOST_EPOCHS, append_statistics, keep_statistics, read_statistics

SHARE = 0.02
"""Of the training time, for looking at the layers; an epoch that would take more is left out."""

_log = logging.getLogger(__name__)


class LayerRecorder:
    """Looks at the layers before the first epoch and after the last, and in between after as many as it may.

    What it finds changes nothing of the training; a disk that is full must not end it either.
    """

    def __init__(
        self,
        make: Callable[[], LayerProbe],
        folder: Path,
        share: float = SHARE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._folder = folder
        self._share = share
        self._monotonic = monotonic
        self._probe: LayerProbe | None = None
        self._began = self._spent = self._cost = 0.0
        self._kept: list[int] = []
        self._done = 0
        self._stride = 1

    def begin(self, epochs_done: int, fresh: bool) -> None:
        """Training begins, or goes on after so many epochs; what is kept of later ones is of what is undone.

        Args:
            fresh: no step has been trained; what is kept is of an earlier beginning.
        """
        self._done = epochs_done
        while epochs_done // self._stride >= MOST_EPOCHS:
            self._stride *= 2
        found = [one for one in read_statistics(self._folder) if one.epoch <= epochs_done]
        self._kept = [] if fresh else [one.epoch for one in found]
        try:
            keep_statistics(self._folder, [] if fresh else found)
        except OSError as error:
            _log.warning("The layer statistics could not be kept: %s", error)
        if fresh:
            self._look(0)
        # The first look is before training, and its time says nothing of the others': it has to wake up TensorFlow.
        self._cost = self._spent = 0.0
        self._began = self._monotonic()

    def epoch_ended(self, epoch: int) -> None:
        """Look at the layers after this epoch (from 1), unless it has taken its share of the time."""
        self._done = epoch
        if epoch % self._stride:
            return
        if self._spent + self._cost <= self._share * (self._monotonic() - self._began) or not self._cost:
            self._look(epoch)

    def end(self) -> None:
        """Training has ended: look once more where the last epoch was left out."""
        if self._done and (not self._kept or self._kept[-1] != self._done):
            self._look(self._done)

    def _look(self, epoch: int) -> None:
        began = self._monotonic()
        try:
            self._probe = self._probe or self._make()
            append_statistics(self._folder, self._probe.statistics(epoch))
            self._kept.append(epoch)
            if len(self._kept) > MOST_EPOCHS:
                self._thin()
        except OSError as error:
            _log.warning("The layer statistics could not be kept: %s", error)
        self._cost = self._monotonic() - began
        self._spent += self._cost

    def _thin(self) -> None:
        """Keep every other one, and from now on look at every other epoch."""
        self._stride *= 2
        found = read_statistics(self._folder)
        kept = [one for one in found if one.epoch % self._stride == 0]
        keep_statistics(self._folder, kept)
        self._kept = [one.epoch for one in kept]
