"""Measures what work costs on this machine: a few small networks, trained some steps by the loop that runs use.

`python -m cnn_builder.engine.calibrate` writes the calibration of the home folder; see `runs.calibration`.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import psutil

from cnn_builder.architecture import Architecture
from cnn_builder.engine.build import build_model
from cnn_builder.engine.cost_fit import MeasuredCost, fit_costs
from cnn_builder.engine.device import training_device
from cnn_builder.engine.training.loop import Loop
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.forecast import EVALUATION_BATCH, Calibration, validation_work, work
from cnn_builder.runs.forecast.calibration import DISTURBED, calibration_file, write_calibration
from cnn_builder.runs.settings import PRECISIONS
from cnn_builder.settings import Settings

BATCHES = (16, 96)
STEPS = 4  # in one execution
PASSES = 3
MOST, MOST_SECONDS = 4, 0.25  # times a network does everything in a pass, and the time after which it is enough
LIMIT_SECONDS = 10.0  # after this no further pass is begun: the machine is busy, or slow
CLASSES = 10
VALIDATION = "validation"


@dataclass(frozen=True)
class Measured:
    """What was measured: training steps in float32 and in mixed bfloat16, and validated batches."""

    train: list[MeasuredCost]
    mixed: list[MeasuredCost]
    evaluate: list[MeasuredCost]


def _conv(filters: int, kernel: int = 3, **settings: Any) -> dict[str, Any]:
    return {"type": "Conv2D", "filters": filters, "kernel_size": kernel, "activation": "relu", **settings}


_POOL = {"type": "MaxPooling2D"}
_NORM = {"type": "BatchNormalization"}
_FLATTEN = {"type": "Flatten"}
_GLOBAL = {"type": "GlobalAveragePooling2D"}
_TEN = {"type": "Dense", "units": 10, "activation": "softmax"}


def _dense(units: int) -> dict[str, Any]:
    return {"type": "Dense", "units": units, "activation": "relu"}


Network = tuple[tuple[int, int, int], list[dict[str, Any]]]
"""An input shape (height, width, channels), and layers as in an architecture file."""

NETWORKS: tuple[Network, ...] = (
    ((28, 28, 1), [{"type": "MaxPooling2D", "pool_size": 4}, _FLATTEN, _TEN]),
    ((28, 28, 1), [_conv(32), _POOL, _conv(64), _FLATTEN, _dense(64), _TEN]),
    ((28, 28, 1), [_FLATTEN, _dense(1024), _dense(512), _TEN]),
    ((28, 28, 1), [_conv(8, 5, padding="same"), _POOL, _conv(16, 5), _POOL, _FLATTEN, _dense(120), _TEN]),
    ((32, 32, 3), [_conv(32, padding="same"), _conv(32, padding="same"), _POOL, _conv(64), _GLOBAL, _TEN]),
    ((28, 28, 1), [{"type": "RandomRotation", "factor": 0.1}, _FLATTEN, _TEN]),
    (
        (28, 28, 1),
        [_conv(16, strides=2), _NORM, {"type": "SeparableConv2D", "filters": 32, "kernel_size": 3}, _GLOBAL, _TEN],
    ),
    (
        (28, 28, 1),
        [
            *(_conv(16), {"type": "ReLU"}, {"type": "Dropout", "rate": 0.2}, _NORM),
            *({"type": "AveragePooling2D", "pool_size": 2}, {"type": "DepthwiseConv2D", "kernel_size": 3}),
            *(_GLOBAL, _TEN),
        ],
    ),
)
"""Small, and between them every kind of work in different shares."""


class Bench:
    """One of the networks, compiled in each precision; it remembers the fastest time of all it was asked to do."""

    def __init__(self, network: Network) -> None:
        shape, layers = network
        data = {"version": 1, "name": "calibration", "input_shape": list(shape), "layers": layers}
        self._architecture = Architecture.from_dict(data)
        self._loops = {precision: self._loop(precision) for precision in PRECISIONS}
        generator = np.random.default_rng(0)
        self._images = generator.integers(0, 256, (EVALUATION_BATCH, *shape), dtype=np.uint8)
        self._labels = generator.integers(0, CLASSES, EVALUATION_BATCH, dtype=np.int64)
        self._groups = [generator.integers(0, EVALUATION_BATCH, (STEPS, batch), dtype=np.int32) for batch in BATCHES]
        self._fastest: dict[tuple[str, int], float] = {}
        for loop in self._loops.values():
            loop.hold(self._images, self._labels)
        for _ in range(2):  # the first time compiles, and the second is still several times slower than all later ones
            self._go()
        self._fastest.clear()

    def measure(self) -> None:
        """Do everything a few times."""
        began = time.perf_counter()
        for _ in range(MOST):
            self._go()
            if time.perf_counter() - began > MOST_SECONDS:
                break

    def rows(self) -> Measured:
        """What was done and, at best, how long it took."""
        evaluate = validation_work(self._architecture, EVALUATION_BATCH)
        taken = self._fastest[VALIDATION, EVALUATION_BATCH]
        return Measured(self._trained("float32"), self._trained("mixed_bfloat16"), [(evaluate, taken)])

    def _trained(self, precision: str) -> list[MeasuredCost]:
        return [(work(self._architecture, batch), self._fastest[precision, batch] / STEPS) for batch in BATCHES]

    def _loop(self, precision: str) -> Loop:
        settings = RunSettings(precision=precision)
        return Loop(build_model(self._architecture, seed=0), self._architecture, settings)

    def _go(self) -> None:
        for precision, loop in self._loops.items():
            for group in self._groups:
                self._time((precision, group.shape[1]), partial(loop.train, group))
        scores = self._loops["float32"]
        self._time((VALIDATION, EVALUATION_BATCH), partial(scores.evaluate, self._images, self._labels))

    def _time(self, place: tuple[str, int], action: Callable[[], object]) -> None:
        start = time.perf_counter()
        action()
        taken = time.perf_counter() - start
        self._fastest[place] = min(taken, self._fastest.get(place, taken))


def measure(networks: Sequence[Network] = NETWORKS, passes: int = PASSES) -> Measured:
    """Train and validate each of the networks for a moment, in turns.

    The fastest time counts, over turns some seconds apart: what else the machine does for a moment is left out.
    """
    benches = [Bench(network) for network in networks]
    began = time.perf_counter()
    for turn in range(passes):
        if turn and time.perf_counter() - began > LIMIT_SECONDS:
            break
        for bench in benches:
            bench.measure()
    measured = [bench.rows() for bench in benches]
    return Measured(
        [row for one in measured for row in one.train],
        [row for one in measured for row in one.mixed],
        [row for one in measured for row in one.evaluate],
    )


def is_busy() -> bool:
    """Whether on the average of the last minute every processor had other work; a measurement is then too slow."""
    return psutil.getloadavg()[0] > (psutil.cpu_count() or 1)


def calibrate(measured: Measured, busy: bool = False) -> Calibration:
    """The calibration that explains what was measured best."""
    train, error = fit_costs(measured.train)
    mixed, mixed_error = fit_costs(measured.mixed)
    evaluate, _ = fit_costs(measured.evaluate)
    return Calibration(train, mixed, evaluate, max(error, mixed_error), busy, training_device())


def main(settings: Settings, networks: Sequence[Network] = NETWORKS, passes: int = PASSES) -> int:
    """Measure and write the file; `DISTURBED` where a run waits or trains, or began to meanwhile."""
    with Store.open(settings) as store:
        if store.active():
            return DISTURBED
        busy = is_busy()
        calibration = calibrate(measure(networks, passes), busy)
        if store.active():
            return DISTURBED
    write_calibration(calibration_file(settings), calibration)
    return 0


if __name__ == "__main__":
    sys.exit(main(Settings.from_env()))
