"""How long `cnn_builder train` takes beside the lesson's own script: both as whole commands, in turns.

    python -m benchmarks.train_vs_lesson [ROUNDS]

Turns, because other work on the machine then slows both; the middle one of the ratios is what counts.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOAL = 0.90
LESSON = [sys.executable, str(Path(__file__).with_name("lesson_l2.py"))]
OURS = [
    *(sys.executable, "-m", "cnn_builder", "train", "L2", "--dataset", "fashion_mnist"),
    *("--train-limit", "15000", "--test-limit", "3000", "--validation-split", "0.2"),
    *("--epochs", "6", "--batch-size", "64"),
]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall time of a whole command. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main(rounds: int) -> int:
    ratios = []
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CNN_BUILDER_HOME": home, "TF_CPP_MIN_LOG_LEVEL": "2"}
        for _ in range(rounds):
            lesson, ours = seconds(LESSON, environment), seconds(OURS, environment)
            ratios.append(ours / lesson)
            print(f"lesson {lesson:5.1f} s   cnn_builder {ours:5.1f} s   ratio {ours / lesson:.2f}", flush=True)
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.2f}; the goal is at most {GOAL:.2f}")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
