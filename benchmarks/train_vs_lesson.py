"""How long `cnn_builder train` takes beside the lesson's own script: both as whole commands, in turns.

    python -m benchmarks.train_vs_lesson [ROUNDS]

Turns, because other work on the machine then slows both; the middle one of the ratios is what counts. Besides the whole
commands it compares a typical epoch, validation included and, here, with the live metrics written to the store. The
first epoch, which compiles, is left out of both.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL, EPOCH_GOAL = 0.90, 0.85
LESSON = [sys.executable, str(Path(__file__).with_name("lesson_l2.py"))]
OURS = [
    *(sys.executable, "-m", "cnn_builder", "train", "L2", "--dataset", "fashion_mnist"),
    *("--train-limit", "15000", "--test-limit", "3000", "--validation-split", "0.2"),
    *("--epochs", "6", "--batch-size", "64", "--json"),
]


def lesson(environment: dict[str, str], folder: Path) -> tuple[float, float]:
    """Seconds of the whole script, and of a typical epoch. Raises CalledProcessError where it fails."""
    times = folder / "times"
    times.unlink(missing_ok=True)
    whole, _ = timed([*LESSON, str(times)], environment)
    return whole, statistics.median([float(line) for line in times.read_text().splitlines()][1:])


def ours(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of the whole command, and of a typical epoch. Raises CalledProcessError where it fails."""
    whole, output = timed(OURS, environment)
    rows = [json.loads(line) for line in output.splitlines()]
    return whole, statistics.median([row["seconds"] for row in rows if "epoch" in row][1:])


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, str]:
    """Wall time of a command and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def main(rounds: int) -> int:
    ratios: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CNN_BUILDER_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "2"}
        for _ in range(rounds):
            (theirs, their_epoch), (mine, my_epoch) = lesson(environment, Path(home)), ours(environment)
            ratios.append((mine / theirs, my_epoch / their_epoch))
            print(f"whole: lesson {theirs:5.1f} s, cnn_builder {mine:5.1f} s, ratio {ratios[-1][0]:.2f}", end="   ")
            print(f"epoch: {their_epoch:.2f} s, {my_epoch:.2f} s, ratio {ratios[-1][1]:.2f}", flush=True)
    whole, epoch = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(
        f"median ratio of the whole {whole:.2f} (goal ≤ {GOAL:.2f}), of an epoch {epoch:.2f} (goal ≤ {EPOCH_GOAL:.2f})"
    )
    return int(whole > GOAL or epoch > EPOCH_GOAL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
