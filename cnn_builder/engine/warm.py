"""What the first training in a process does slower than all later ones, done before there is anything to train."""

from cnn_builder.architecture import PRESETS
from cnn_builder.data import load_dataset
from cnn_builder.engine.backend import keras
from cnn_builder.engine.build import build_model
from cnn_builder.engine.data_split import Parts
from cnn_builder.engine.training.loop import Loop
from cnn_builder.engine.training.pipeline import Chunks, epoch_order
from cnn_builder.runs import RunSettings


def warm_up_tensorflow() -> None:
    """Build a small network, train it by one group of steps, and forget it.

    It halves the time to the first batch: TensorFlow sets up its devices, kernels and tracing at their first use.
    Keras' state (names, graphs, seeds) is put back.
    """
    settings = RunSettings(batch_size=8)
    architecture = PRESETS["L2"].architecture
    digits = load_dataset("digits").limited(40, 8)
    parts = Parts.of(digits, settings)
    loop = Loop(build_model(architecture, settings.seed), architecture, settings)
    loop.hold(*parts.train)
    order = epoch_order(len(parts.train[0]), settings.seed, 1)
    loop.train(next(iter(Chunks().of(order, settings.batch_size))))
    loop.evaluate(digits.x_test, digits.y_test)
    keras.backend.clear_session()
