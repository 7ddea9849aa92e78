"""A run's best model as TensorFlow's SavedModel, in a zip file, run once more as it was written."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import gives_probabilities, in_use, network_input
from cnn_builder.engine.export.agreement import ExportSubject
from cnn_builder.engine.verify import softmax


def write_saved_model(subject: ExportSubject, path: Path) -> dict[str, Any]:
    """Write the zip file, and read the run's whole test set with what is in it.

    Returns what `ExportSubject.checked` found. Raises OSError.
    """
    architecture = subject.architecture
    with TemporaryDirectory(prefix="cnn-builder-") as folder:
        in_use(subject.model, architecture).export(folder, verbose=False)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(Path(folder).rglob("*")):
                packed.write(file, file.relative_to(folder))
        served = tf.saved_model.load(folder)

        def probabilities(images: np.ndarray) -> np.ndarray:
            outputs = np.asarray(served.serve(network_input(images, architecture)))
            return outputs if gives_probabilities(architecture) else softmax(outputs)

        return subject.checked(probabilities)
