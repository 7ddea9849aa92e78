"""A run's best model for LiteRT (TensorFlow Lite), in float32 or 8-bit whole numbers, run by its own runtime."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.engine.backend import keras, tf
from cnn_builder.engine.build import gives_probabilities, in_use, network_input
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.export.agreement import ExportSubject
from cnn_builder.engine.verify import softmax

CALIBRATION = 200
"""Training images by which the ranges of the 8-bit numbers are chosen."""


def write_float32(subject: ExportSubject, path: Path) -> dict[str, Any]:
    """Write the model in float32; see `_write`."""
    return _write(subject, path, None)


def write_int8(subject: ExportSubject, path: Path) -> dict[str, Any]:
    """Write the model in 8-bit whole numbers, its input and output still float32; see `_write`."""
    return _write(subject, path, subject.dataset.x_train[:CALIBRATION])


def _write(subject: ExportSubject, path: Path, images: np.ndarray | None) -> dict[str, Any]:
    """Write the file, and read the run's whole test set with it. Returns what `ExportSubject.checked` found.

    Raises ModelError where it cannot be converted, OSError.
    """
    content = converted(subject.model, subject.architecture, images)
    path.write_bytes(content)
    return subject.checked(Lite(content, subject.architecture).probabilities)


def converted(model: "keras.Sequential", architecture: Architecture, images: np.ndarray | None) -> bytes:
    """The model as a LiteRT file; with images, uint8 (n, height, width, channels), in 8-bit whole numbers.

    Raises ModelError where the converter refuses it.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(in_use(model, architecture))
    if images is not None:
        pixels = np.asarray(network_input(images, architecture))

        def examples() -> Iterator[list[np.ndarray]]:
            return ([pixels[place : place + 1]] for place in range(len(pixels)))

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = examples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    try:
        return bytes(converter.convert())
    except Exception as error:  # the converter raises whatever its compiler does
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"The converter to LiteRT refuses this network: {reason:.200}") from error


class Lite:
    """A LiteRT file, run by its own runtime."""

    def __init__(self, content: bytes, architecture: Architecture) -> None:
        self._architecture = architecture
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it moves to a package of its own, which TensorFlow 2.21 does not need
            self._interpreter = tf.lite.Interpreter(model_content=content)
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._batch = 0

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """One row of probabilities per image, (n, classes). `images` is uint8 (n, height, width, channels)."""
        if len(images) != self._batch:
            self._batch = len(images)
            self._interpreter.resize_tensor_input(self._input, [self._batch, *self._architecture.input_shape])
            self._interpreter.allocate_tensors()
        self._interpreter.set_tensor(self._input, np.asarray(network_input(images, self._architecture)))
        self._interpreter.invoke()
        outputs = np.asarray(self._interpreter.get_tensor(self._output))
        return outputs if gives_probabilities(self._architecture) else softmax(outputs)
