"""How fast is trace()? A stack of 20 layers in at most 300 µs, and a layer costs the same in a stack of 100.

    python -m benchmarks.trace_speed

Exits with 1 when a goal is missed. Times are the best of many: what the code takes, not what the machine is doing.
"""

import sys
import timeit
from itertools import cycle, islice
from typing import Any

from cnn_builder.architecture import LAYER_TYPES, Architecture, Layer, trace

MOST_MICROSECONDS = 300.0
MOST_RATIO = 1.25
"""Time per layer in a stack of 100 over that in a stack of 20; 5 would be quadratic."""
REPEATS, ROUNDS = 200, 10


def stack(layers: int) -> Architecture:
    """An ordinary stack: blocks of convolution, normalization, activation and pooling, then the dense end."""
    block: list[tuple[str, dict[str, Any]]] = [
        ("Conv2D", {"filters": 32, "kernel_size": 3, "padding": "same"}),
        ("BatchNormalization", {}),
        ("ReLU", {}),
        ("SeparableConv2D", {"filters": 32, "kernel_size": 3, "padding": "same", "activation": "relu"}),
        ("MaxPooling2D", {"pool_size": 2, "strides": 1, "padding": "same"}),
        ("Dropout", {"rate": 0.1}),
    ]
    end = [LAYER_TYPES["Flatten"].create({}), LAYER_TYPES["Dense"].create({"units": 10, "activation": "softmax"})]
    body: list[Layer] = [
        LAYER_TYPES[name].create(settings) for name, settings in islice(cycle(block), layers - len(end))
    ]
    return Architecture((28, 28, 1), (*body, *end), f"{layers} layers")


def microseconds(layers: int) -> float:
    """Best time of one trace()."""
    network = stack(layers)
    assert len(trace(network).rows) == layers
    return min(timeit.repeat(lambda: trace(network), number=ROUNDS, repeat=REPEATS)) / ROUNDS * 1e6


def main() -> int:
    times = {layers: microseconds(layers) for layers in (5, 20, 60, 100)}
    print("layers   trace()   per layer")
    for layers, time in times.items():
        print(f"{layers:6}   {time:4.0f} µs   {time / layers:6.2f} µs")
    ratio = times[100] / 100 / (times[20] / 20)
    good = times[20] <= MOST_MICROSECONDS and ratio <= MOST_RATIO
    print(f"20 layers: {times[20]:.0f} µs (goal: at most {MOST_MICROSECONDS:.0f})")
    print(f"a layer of 100 : a layer of 20 = {ratio:.2f} (goal: at most {MOST_RATIO})")
    print("good" if good else "MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
