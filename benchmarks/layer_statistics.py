"""What the statistics of the layers cost a training, as a paired ratio: the same run with and without them.

    python -m benchmarks.layer_statistics [PRESET] [DATASET] [EPOCHS] [PAIRS]

Each pair is the same seed, in turn first with and first without. Prints the seconds of training (as a run has them)
of each, their ratio, that of the processor time, and how many epochs were kept; the goal is a median ratio of at most
1.03. On a machine that does other work the time of one run says little: the share of the training that was spent on
looking is printed as well.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from cnn_builder.architecture import PRESETS
from cnn_builder.data import Dataset, load_dataset
from cnn_builder.engine.train import train
from cnn_builder.engine.training.layer_recorder import LayerRecorder
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.layer_statistics.kept import read_statistics
from cnn_builder.settings import Settings

GOAL = 1.03


class Stopwatch:
    """Adds up the time that looking at the layers takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._look = LayerRecorder._look

    def __enter__(self) -> "Stopwatch":
        def timed(recorder: LayerRecorder, epoch: int) -> None:
            began = time.perf_counter()
            self._look(recorder, epoch)
            if epoch:  # the one before training is before its clock starts
                self.seconds += time.perf_counter() - began

        LayerRecorder._look = timed  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *_: object) -> None:
        LayerRecorder._look = self._look  # type: ignore[method-assign]


def trained(
    preset: str, dataset: Dataset, request: RunSettings, with_statistics: bool
) -> tuple[float, float, float, int]:
    """Seconds of training, of processor time, the share of them that looking took, and how many epochs were kept."""
    with tempfile.TemporaryDirectory() as home, Stopwatch() as watch:
        settings = Settings(home=Path(home), layer_statistics=with_statistics)
        with Store.open(settings) as store:
            store.create_run(PRESETS[preset].architecture, dataset.info.name, request)
            run = store.claim_next(1)
            if run is None:
                raise SystemExit("The run was not given out.")
            busy = time.process_time()
            train(run, store, settings, lambda: dataset)
            busy = time.process_time() - busy
            seconds = store.get(run.run_id).seconds or 0.0
        kept = len(read_statistics(settings.run_folder(run.run_id)))
    return seconds, busy, watch.seconds / seconds, kept


def main(preset: str, name: str, epochs: int, pairs: int) -> int:
    dataset = load_dataset(name, Settings.from_env())
    request = RunSettings(epochs=epochs)
    trained(preset, dataset.limited(1000, 100), replace_epochs(request), True)  # wakes up TensorFlow
    ratios, shares = [], []
    for pair in range(pairs):
        found = {}
        for with_statistics in (True, False) if pair % 2 else (False, True):
            found[with_statistics] = trained(preset, dataset, request, with_statistics)
        seconds, busy, share, kept = found[True]
        ratios.append(seconds / found[False][0])
        shares.append(share)
        print(
            f"with {seconds:.2f} s, without {found[False][0]:.2f} s: {ratios[-1]:.3f} "
            f"(processor time {busy / found[False][1]:.3f}); looking took {share:.1%}, "
            f"{kept} of {epochs + 1} epochs kept", flush=True,
        )  # fmt: skip
    print(f"{preset} on {name}: median ratio {median(ratios):.3f}, looking {median(shares):.1%}; the goal is {GOAL}")
    return 0 if median(ratios) <= GOAL else 1


def replace_epochs(request: RunSettings) -> RunSettings:
    """One epoch of the same settings."""
    return RunSettings(**{**request.model_dump(), "epochs": 1})


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(
        main(
            given[0] if given else "L1",
            given[1] if len(given) > 1 else "mnist_sample",
            int(given[2]) if len(given) > 2 else 5,
            int(given[3]) if len(given) > 3 else 5,
        )
    )
