"""How many drawings are read right: digits as many hands write them, and in other pens, papers and lights.

    CNN_BUILDER_DATA=folder python -m benchmarks.drawings [RUN_ID…] [--count 12] [--seed 1] [--pens 100]

RUN_IDs are finished runs; without one First-reader is trained on the MNIST sample first, as `train` does. First come
drawings stroke by stroke (`benchmarks.hands`), with the share read right by each hand, a column a run, and how sure the
run says it is. Then MNIST's test digits, thinned to strokes and drawn again with 18 pens and papers
(`benchmarks.pens`), which need MNIST: left out with --pens 0. Exit code 1 below a target.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks import handwriting, pens
from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS, load_dataset, prepare
from cnn_builder.engine.build import Predictor
from cnn_builder.engine.train import train
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

TARGET = 0.97


def predictor(run: Run, settings: Settings) -> Predictor:
    return Predictor(load_model(run.architecture, settings.run_folder(run.run_id) / BEST), run.architecture)


@contextmanager
def runs(names: list[str]) -> Iterator[tuple[list[Run], Settings]]:
    """The runs of these ids; without any, First-reader trained in a home of its own."""
    settings = Settings.from_env()
    if names:
        with Store.open(settings) as store:
            yield [store.get(name) for name in names], settings
        return
    with tempfile.TemporaryDirectory() as folder:
        own, preset = Settings(home=Path(folder), data=settings.data), PRESETS["First-reader"]
        with Store.open(own) as store:
            store.create_run(preset.architecture, "mnist_sample", RunSettings(**preset.training))
            run = store.claim_next(1)
            if run is None:
                raise RuntimeError("The run could not be claimed.")
            train(run, store, own)
            yield [store.get(run.run_id)], own


def by_pen(model: Predictor, count: int, seed: int, settings: Settings) -> float:
    """Print the share of MNIST's test digits read right in each pen and light; their mean."""
    random = np.random.default_rng(seed)
    dataset = load_dataset("mnist", settings)
    shuffled = (place for place in random.permutation(len(dataset.x_test)) if pens.is_drawn(dataset.x_test[place]))
    places = np.fromiter(itertools.islice(shuffled, count), int)
    hands = [pens.Hand(dataset.x_test[place], random) for place in places]
    labels = dataset.y_test[places]
    as_they_are = np.mean(model.probabilities(dataset.x_test[places]).argmax(axis=1) == labels)
    print(f"{count} test digits as they are: {as_they_are:.1%} right\n\nway          right  refused   ms")
    shares = []
    for way in pens.WAYS:
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
    return mean


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("run_id", nargs="*")
    parser.add_argument("--count", type=int, default=12, help="drawings by each hand in the usual style")
    parser.add_argument("--pens", type=int, default=100, help="MNIST digits drawn with each pen; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    met = True
    with runs(asked.run_id) as (chosen, settings):
        drawn = handwriting.prepared(asked.count, asked.seed, DATASETS["mnist"])
        found = {f"{run.name} {run.dataset}": handwriting.outcomes(run, settings, drawn) for run in chosen}
        print(handwriting.table(found), flush=True)
        met &= all(handwriting.is_good(all_) for all_ in found.values())
        for run in chosen if asked.pens else ():
            print(f"\n{run.name}")
            met &= by_pen(predictor(run, settings), asked.pens, asked.seed, settings) >= TARGET
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
