"""Training on a data set that is read from the disk, beside the same one in memory: the ratio of times, and the memory.

    python -m benchmarks.streaming [ROUNDS]

24,000 images of 96×96×3 (664 MB) train a light network, for which reading is most of the work; each round in a process
of its own, in turns. The best epoch after the first counts. It prints numbers and fails for none.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.data import describe
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.own.version import Images, Version
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings

IMAGES, SIDE, CLASSES, EPOCHS, NAME = 24_000, 96, 4, 4, "many"
NETWORK = Architecture.from_dict(
    {
        "version": 1,
        "name": "light",
        "input_shape": [SIDE, SIDE, 3],
        "layers": [
            {"type": "Conv2D", "filters": 16, "kernel_size": 3, "strides": 2, "activation": "relu"},
            {"type": "MaxPooling2D"},
            {"type": "Conv2D", "filters": 32, "kernel_size": 3, "activation": "relu"},
            {"type": "GlobalAveragePooling2D"},
            {"type": "Dense", "units": CLASSES, "activation": "softmax"},
        ],
    }
)
WAYS = {"memory": 100_000, "streamed": 0}
"""The limit, in MB, above which a data set is streamed."""


def make(home: Path) -> None:
    """Noise, brighter for each class."""
    random = np.random.default_rng(0)
    labels = np.arange(IMAGES, dtype=np.int64) % CLASSES
    images = random.integers(0, 160, (IMAGES, SIDE, SIDE, 3), dtype=np.uint8)
    images += (20 * labels).astype(np.uint8)[:, np.newaxis, np.newaxis, np.newaxis]
    classes = tuple(map(str, range(CLASSES)))
    version = Version(classes, (SIDE, SIDE, 3), "crop", False, (), ())
    tests = IMAGES // 12
    parts = Images(images[tests:], labels[tests:], images[:tests], labels[:tests])
    OwnDatasets(home / "datasets").save(NAME, version, parts, new=True)


def measured(home: Path, way: str) -> None:
    """Train in this process; print the seconds of the best epoch and the peak memory in MB: all, and by training."""
    from cnn_builder.engine.train import train

    settings = Settings(home=home, stream_over_mb=WAYS[way])
    with Store.open(settings) as store:
        request = RunSettings(epochs=EPOCHS, batch_size=32, validation_split=0.1)
        run_id = store.create_run(NETWORK, describe(NAME, settings).name, request).run_id
        run = store.claim_next(1)
        assert run is not None
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        train(run, store, settings)
        epochs = [row.seconds or 0.0 for row in store.metrics(run_id) if row.kind == "epoch"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(min(epochs[1:]), peak / 1000, (peak - before) / 1000)


def main() -> None:
    if len(sys.argv) == 3:
        measured(Path(sys.argv[1]), sys.argv[2])
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as place:
        make(Path(place))
        for _ in range(rounds):
            for way in WAYS:
                command = [sys.executable, "-m", "benchmarks.streaming", place, way]
                line = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
                found[way].append([float(number) for number in line.split()])
    size = IMAGES * SIDE * SIDE * 3 / 1e6
    for way, rows in found.items():
        seconds, peak, grown = (min(column) for column in zip(*rows, strict=True))
        print(f"{way:9} {seconds:.2f} s an epoch, peak memory {peak:,.0f} MB, {grown:,.0f} MB of them by training")
    ratio = min(row[0] for row in found["streamed"]) / min(row[0] for row in found["memory"])
    print(f"streamed : in memory = {ratio:.2f} for {size:,.0f} MB of images")


if __name__ == "__main__":
    main()
