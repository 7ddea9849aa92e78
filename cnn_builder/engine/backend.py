"""TensorFlow and Keras, imported quietly and without the packages Keras would pull in and never uses here.

Every module of this package takes `keras` and `tf` from here. Keras looks for pandas, scikit-learn and SciPy to
accept their objects, and goes on without them; finding them costs about a third of its import.
"""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NOT_NEEDED = frozenset({"IPython", "jax", "matplotlib", "pandas", "pydot", "scipy", "sklearn", "torch"})


class _Absent(MetaPathFinder):
    """Says of some packages that they are not there, to one thread: another may load data with them meanwhile."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._thread = threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


@contextmanager
def _without(names: frozenset[str]) -> Iterator[None]:
    finder = _Absent(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Several processes share a GPU: the run, a worker that waits, the one that answers the pages. By default the first one
# would take all of its memory.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ["KERAS_BACKEND"] = "tensorflow"
with _without(NOT_NEEDED):
    import keras
    import tensorflow as tf
# On newer GPUs TensorFlow would multiply float32 with 10 bits, and the app compares a model's answers more closely.
# Who wants the speed trains in mixed bfloat16.
tf.config.experimental.enable_tensor_float_32_execution(False)

__all__ = ["keras", "tf"]
