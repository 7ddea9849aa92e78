"""Import of 20,000 picture files from a zip: seconds, images a second, peak memory."""

import io
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from cnn_builder.data.imports.importing import ImportOptions, import_data
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import ImportLimits

IMAGES, CLASSES, SIDE = 20_000, 10, 64


def make(path: Path) -> None:
    """PNG files of soft random colours."""
    random = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(IMAGES):
            small = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
            content = io.BytesIO()
            small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(content, "PNG", compress_level=1)
            archive.writestr(f"class {number % CLASSES}/{number}.png", content.getvalue())


def measured(path: Path, folder: Path) -> None:
    """In a process of its own, whose peak memory is that of the import."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    steps: dict[str, float] = {}
    start = time.perf_counter()

    def told(words: str, done: int, total: int) -> None:
        steps.setdefault(words, time.perf_counter())

    limits = ImportLimits(2_000_000_000, 2_000_000_000)
    info = import_data(path, "many", OwnDatasets(folder / "datasets"), ImportOptions(), limits, told)
    end = time.perf_counter()
    reading = steps["Looking for duplicates"] - start
    kept = (info.train_size + info.test_size) * int(np.prod(info.input_shape)) / 1e6
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    print(
        f"{IMAGES:,} PNG files of {SIDE}×{SIDE} ({path.stat().st_size / 1e6:.0f} MB): {end - start:.1f} s, of which "
        f"reading {reading:.1f} s ({IMAGES / reading:,.0f} images a second), duplicates {end - start - reading:.1f} s; "
        f"peak memory {peak:.0f} MB above the start, the images are {kept:.0f} MB"
    )


def main() -> None:
    if len(sys.argv) == 3:
        measured(Path(sys.argv[1]), Path(sys.argv[2]))
        return
    with TemporaryDirectory() as place:
        path = Path(place) / "many.zip"
        make(path)
        subprocess.run([sys.executable, "-m", "benchmarks.import_images", str(path), place], check=True)


if __name__ == "__main__":
    main()
