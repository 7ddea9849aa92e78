"""`deterministic` has TensorFlow refuse what it could not do again. It holds for a whole process: one of its own."""

import subprocess
import sys

PROBE = """
from cnn_builder.engine.backend import tf
from cnn_builder.engine.optimizer_factory import make_deterministic
from cnn_builder.runs import RunSettings

def refuses_chance():
    try:
        tf.random.uniform([1])
    except RuntimeError:
        return True
    return False

make_deterministic(RunSettings())
print(refuses_chance())
make_deterministic(RunSettings(deterministic=True))
print(refuses_chance())
"""


def test_only_a_run_that_asks_for_it_is_deterministic() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
