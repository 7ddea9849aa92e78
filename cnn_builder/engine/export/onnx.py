"""A run's best model as ONNX, written by tf2onnx and run by ONNX Runtime; both are optional."""

import logging
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cnn_builder.engine.build import gives_probabilities, in_use, network_input
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.export.agreement import ExportSubject
from cnn_builder.engine.verify import softmax
from cnn_builder.runs.exports.formats import missing_packages, missing_words


def write_onnx(subject: ExportSubject, path: Path) -> dict[str, Any]:
    """Write the file, and read the run's whole test set with it.

    Returns what `ExportSubject.checked` found. Raises ModelError where the packages are missing, or the converter
    leaves an operation that ONNX does not have; OSError.
    """
    if missing_packages("onnx"):
        raise ModelError(missing_words("onnx"))
    path.write_bytes(_converted(subject))
    return subject.checked(_reader(path.read_bytes(), subject))


def _converted(subject: ExportSubject) -> bytes:
    model = in_use(subject.model, subject.architecture)
    model(np.zeros((1, *subject.architecture.input_shape), np.float32))  # Keras exports only what was called
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)  # what it could not convert is told by the runtime, below
    with TemporaryDirectory(prefix="cnn-builder-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy and TensorFlow, for names that tf2onnx still uses
        file = Path(folder) / "model.onnx"
        try:
            model.export(file, format="onnx", verbose=False)
        except Exception as error:  # the converter raises whatever its compiler does
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelError(f"The converter to ONNX refuses this network: {reason:.200}") from error
        return file.read_bytes()


def _reader(content: bytes, subject: ExportSubject) -> Any:
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own kinds of errors are not part of its interface
        reason = " ".join(str(error).split())
        raise ModelError(f"ONNX Runtime refuses the converted network: {reason:.200}") from error
    name = session.get_inputs()[0].name
    architecture = subject.architecture

    def probabilities(images: np.ndarray) -> np.ndarray:
        outputs = np.asarray(session.run(None, {name: np.asarray(network_input(images, architecture))})[0])
        return outputs if gives_probabilities(architecture) else softmax(outputs)

    return probabilities
