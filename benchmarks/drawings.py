"""How many drawings are read right once they are prepared: digits in other pens, places, papers and lights.

    CNN_BUILDER_DATA=folder python -m benchmarks.drawings [RUN_ID] [--count 100] [--seed 1]

RUN_ID is a trained run on MNIST; without one L1 is trained for five epochs first. The digits are MNIST's test digits,
which no network here was trained on, as strokes (see `benchmarks.pens`). Exit code 1 below the target of 97 %.
"""

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.pens import WAYS, Hand, is_drawn
from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS, load, prepare
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.checkpoints import load as load_model
from cnn_builder.engine.train import train
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

TARGET = 0.97


def predictor(run: Run, settings: Settings) -> Predictor:
    return Predictor(load_model(run.architecture, settings.run_folder(run.run_id) / BEST), run.architecture)


def trained(settings: Settings) -> Predictor:
    """L1 after five epochs of MNIST."""
    with tempfile.TemporaryDirectory() as folder:
        own = Settings(home=Path(folder), data=settings.data)
        with Store.open(own) as store:
            store.create_run(PRESETS["L1"].architecture, "mnist", RunSettings(epochs=5))
            run = store.claim_next(1)
            if run is None:
                raise RuntimeError("The run could not be claimed.")
            train(run, store, own)
            return predictor(store.get(run.run_id), own)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("run_id", nargs="?")
    parser.add_argument("--count", type=int, default=100, help="digits drawn in each way")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    settings = Settings.from_env()
    if asked.run_id:
        with Store.open(settings) as store:
            model = predictor(store.get(asked.run_id), settings)
    else:
        model = trained(settings)
    random = np.random.default_rng(asked.seed)
    dataset = load("mnist", settings.data)
    shuffled = (place for place in random.permutation(len(dataset.x_test)) if is_drawn(dataset.x_test[place]))
    places = np.fromiter(itertools.islice(shuffled, asked.count), int)
    hands = [Hand(dataset.x_test[place], random) for place in places]
    labels = dataset.y_test[places]
    as_they_are = np.mean(model.probabilities(dataset.x_test[places]).argmax(axis=1) == labels)
    print(f"{asked.count} test digits as they are: {as_they_are:.1%} right\n\nway          right  refused   ms")
    shares = []
    for way in WAYS:
        pictures = [way(hand) for hand in hands]
        start = time.process_time()
        prepared = [prepare(picture, DATASETS["mnist"]).image for picture in pictures]
        took = (time.process_time() - start) / len(pictures)
        read = [-1 if image is None else int(model.probabilities(image[np.newaxis]).argmax()) for image in prepared]
        shares.append(float(np.mean(np.array(read) == labels)))
        refused = sum(image is None for image in prepared)
        print(f"{way.__name__:12} {shares[-1]:6.1%} {refused:8} {1000 * took:4.0f}", flush=True)
    mean = float(np.mean(shares))
    print(f"{'all':12} {mean:6.1%}            target ≥ {TARGET:.0%}")
    return int(mean < TARGET)


if __name__ == "__main__":
    sys.exit(main())
