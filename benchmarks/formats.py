"""What every preset's other formats are worth on MNIST: `python -m benchmarks.formats [--markdown]`.

Each preset is trained briefly, its model converted to every format, and each file read by its own runtime over all
10,000 test images. The table in docs/formats.md is made of it. Needs MNIST, as CNN_BUILDER_DATA names it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnn_builder.architecture import LAYER_TYPES, PRESETS, trace
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.runs.exports.formats import CHECKED_FORMATS

TRAINING = ("--dataset", "mnist", "--epochs", "5", "--train-limit", "12000")


def command(home: str, *arguments: str) -> list[dict[str, Any]]:
    """What the command line prints as JSON, with a home of its own."""
    environment = {**os.environ, "CNN_BUILDER_HOME": home, "CNN_BUILDER_CALIBRATE": "false"}
    words = [sys.executable, "-m", "cnn_builder", *arguments, "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def networks(folder: Path) -> dict[str, str]:
    """SPEC of each preset for MNIST's images, by its name; L3 with the Flatten that it lacks."""
    found = {}
    for name, preset in PRESETS.items():
        architecture = preset.architecture
        if architecture.input_shape != (28, 28, 1):
            continue
        broken = trace(architecture).error
        if broken is not None:
            architecture = architecture.insert(broken.index, LAYER_TYPES["Flatten"].example())
        path = folder / f"{name}.json"
        path.write_text(architecture.to_json(), encoding="utf-8")
        found[name if broken is None else f"{name} with Flatten"] = str(path)
    return found


def rows(name: str, spec: str, home: str) -> list[tuple[str, ...]]:
    """The formats of one preset, trained now: a row each, as text."""
    run_id = command(home, "train", spec, *TRAINING)[-1]["run_id"]
    return [
        (
            name, CHECKED_FORMATS[one["format"]].title, bytes_text(one["bytes"]), f"{one['test_accuracy']:.4f}",
            f"{len(one['changed']):,}", f"{one['gained']} / {one['lost']}", f"{one['milliseconds']:.2f}", one["worth"],
        )
        for one in command(home, "runs", "formats", run_id)
    ]  # fmt: skip


def main() -> None:
    head = ("Network", "Format", "Size", "Test accuracy", "Changed", "Gained / lost", "ms an image", "")
    markdown = "--markdown" in sys.argv
    print(f"| {' | '.join(head)} |\n| {' | '.join('---' for _ in head)} |" if markdown else "  ".join(head))
    with TemporaryDirectory(prefix="cnn-builder-") as folder:
        for name, spec in networks(Path(folder)).items():
            for row in rows(name, spec, folder):
                print(f"| {' | '.join(row)} |" if markdown else "  ".join(row), flush=True)


if __name__ == "__main__":
    main()
