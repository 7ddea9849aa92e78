"""Rebuilds an imported model from our own layers and tests it. A process of its own.

`python -m cnn_builder.engine.adopt FOLDER [DATASET]`; one line on stderr and exit code 1 where it cannot be done.
FOLDER has the network and its weights, which another process has read as data; here it gets the run's own files.
"""

import json
import sys
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs.image_kind import images_of_network
from cnn_builder.runs.model_import.adding import EVALUATED, NETWORK
from cnn_builder.runs.model_import.reader import WEIGHTS
from cnn_builder.settings import Settings

IMAGES = 100
"""Random images on which the written file is compared with the model, where there is no data set."""


def adopt(folder: Path, dataset: str | None, settings: Settings) -> dict[str, Any]:
    """Write the run's model and, with a data set, its evaluation; what the store keeps of it.

    Raises ModelError, DatasetError, OSError.
    """
    from cnn_builder.data import load_dataset
    from cnn_builder.engine.build import Predictor, build_model
    from cnn_builder.engine.errors import ModelError
    from cnn_builder.engine.evaluate import Tested, evaluation
    from cnn_builder.engine.training.checkpoints import save_model
    from cnn_builder.engine.training.loop import Loop
    from cnn_builder.engine.verify import verified
    from cnn_builder.runs import RunSettings
    from cnn_builder.runs.run_files import BEST

    architecture = Architecture.from_json((folder / NETWORK).read_bytes())
    model = build_model(architecture)
    try:
        with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
            for index, layer in enumerate(model.layers):
                count = len(layer.weights)
                if count:
                    layer.set_weights([arrays[f"{index}.{place}"] for place in range(count)])
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(f"The weights do not fit the network: {str(error).splitlines()[0]:.200}") from error
    save_model(model, folder / BEST)
    predictor = Predictor(model, architecture)
    if dataset is None:
        shape = images_of_network(architecture).input_shape
        images = np.random.default_rng(0).integers(0, 256, (IMAGES, *shape), np.uint8)
        return {"evaluation": {"model": verified(folder, predictor, architecture, images)}}
    loaded = load_dataset(dataset, settings)
    score, outputs = Loop(model, architecture, RunSettings()).examine(loaded.x_test, loaded.y_test)
    tested = Tested(outputs, None)
    return {
        "test_loss": score.loss,
        "test_accuracy": score.accuracy,
        "evaluation": evaluation(tested, predictor, architecture, loaded, folder),
    }


def main(folder: str, dataset: str | None = None) -> int:
    """Adopt the model in a folder."""
    try:
        found = adopt(Path(folder), dataset, Settings.from_env())
        (Path(folder) / EVALUATED).write_text(json.dumps(found), encoding="utf-8")
    except (CnnBuilderError, OSError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
