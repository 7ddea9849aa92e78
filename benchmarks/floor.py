"""An epoch of L2 in the app beside the least this machine needs for it in float32, and beside PyTorch if installed.

    python -m benchmarks.floor [ROUNDS]

The floor: a convolution or Dense layer is a matrix product of (positions · batch, kernel · channels in) by (kernel ·
channels in, channels out), so its forward pass is that product, and its backward pass one for the kernel's gradient
and one for the input's (none for the first layer's). The floor is the time `tf.matmul` takes for these products in
float32, on matrices in memory already, for all batches of an epoch and, forward only, of its validation. Nothing else
is in it: no gathering of windows, no pooling, no activation, no optimizer.

The app: `cnn_builder train` with its live metrics, in float32 and in mixed bfloat16, the time of an epoch after the
first. Each in turns; the best of the rounds counts. It prints numbers and fails for none.

    python -m benchmarks.floor pytorch          only PyTorch's best epoch, in seconds: for an environment of its own,
    python -m benchmarks.floor ROUNDS PYTHON    whose Python the whole benchmark then takes it from
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec

from cnn_builder.architecture import PRESETS, trace

IMAGES, VALIDATION, BATCH, EPOCHS = 12_000, 3_000, 64, 3
OURS = [
    *(sys.executable, "-m", "cnn_builder", "train", "L2", "--dataset", "fashion_mnist", "--json"),
    *("--train-limit", "15000", "--test-limit", "3000", "--validation-split", "0.2"),
    *("--epochs", str(EPOCHS), "--batch-size", str(BATCH)),
]
NAMES = ("floor", "app", "app, mixed", "PyTorch eager")
Product = tuple[int, int, int]
"""Rows, inner size and columns of a matrix product."""


def products(batch: int, training: bool) -> list[Product]:
    """The matrix products of L2 for a batch: its multiply-adds, thrice to train, less a third of the first's."""
    found: list[Product] = []
    for row in trace(PRESETS["L2"].architecture).rows:
        if not row.macs:
            continue
        columns = row.output_shape[-1]
        rows = batch * math.prod(row.output_shape[:-1])
        inner = row.macs * batch // (rows * columns)
        found.append((rows, inner, columns))
        if training:
            found.append((inner, rows, columns))
            if row.index:
                found.append((rows, columns, inner))
    return found


def timer(sizes: list[Product]) -> Callable[[], float]:
    """Gives the seconds all these products take, the best of ten."""
    import tensorflow as tf

    pairs = [(tf.random.normal((m, k)), tf.random.normal((k, n))) for m, k, n in sizes]

    def once() -> float:
        began = time.perf_counter()
        for left, right in pairs:
            result = tf.matmul(left, right)
        result.numpy()
        return time.perf_counter() - began

    return lambda: min(once() for _ in range(10))


def floor() -> Callable[[], float]:
    """Gives the floor of an epoch in seconds."""
    training, validation = timer(products(BATCH, training=True)), timer(products(256, training=False))
    return lambda: training() * math.ceil(IMAGES / BATCH) + validation() * math.ceil(VALIDATION / 256)


def app(home: str, precision: str) -> float:
    """Seconds of an epoch in the app, validation included. Raises CalledProcessError where it fails."""
    environment = {**os.environ, "CNN_BUILDER_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [*OURS, "--precision", precision]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return statistics.median(row["seconds"] for row in rows[1:] if "epoch" in row)


def pytorch() -> float:
    """Seconds of an epoch of the same network in PyTorch's eager mode, images in memory, with validation."""
    import torch
    from torch import nn

    model = nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    images, labels = torch.rand(IMAGES + VALIDATION, 1, 28, 28), torch.randint(0, 10, (IMAGES + VALIDATION,))
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()

    def epoch() -> float:
        began = time.perf_counter()
        for places in torch.randperm(IMAGES).split(BATCH):
            optimizer.zero_grad()
            loss(model(images[places]), labels[places]).backward()
            optimizer.step()
        with torch.no_grad():
            for part in torch.arange(IMAGES, IMAGES + VALIDATION).split(256):
                loss(model(images[part]), labels[part])
        return time.perf_counter() - began

    return min(epoch() for _ in range(EPOCHS))


def pytorch_of(python: str) -> float:
    """As `pytorch`, by another environment's Python. Raises CalledProcessError where it fails."""
    command = [python, "-m", "benchmarks.floor", "pytorch"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(rounds: int, python: str | None) -> int:
    least = floor()
    times: list[list[float]] = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(rounds):
            times.append([least(), app(home, "float32"), app(home, "mixed_bfloat16")])
            if python is not None:
                times[-1].append(pytorch_of(python))
            print("   ".join(f"{name} {took:.2f} s" for name, took in zip(NAMES, times[-1], strict=False)), flush=True)
    best = [min(column) for column in zip(*times, strict=True)]
    macs = sum(m * k * n for m, k, n in products(BATCH, training=True)) * math.ceil(IMAGES / BATCH)
    print(f"an epoch of L2 is {macs / 1e9:.0f} billion multiply-adds to train; the floor takes {best[0]:.2f} s")
    print(f"app / floor: {best[1] / best[0]:.2f}; app in mixed bfloat16 / app: {best[2] / best[1]:.2f}")
    print(f"app / PyTorch eager: {best[1] / best[3]:.2f}" if python else "PyTorch is not installed: not compared")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["pytorch"]:
        print(pytorch())
    else:
        given = sys.argv[1:]
        own = sys.executable if find_spec("torch") is not None else None
        sys.exit(main(int(given[0]) if given else 3, given[1] if len(given) > 1 else own))
