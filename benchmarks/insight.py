"""How long the service takes for each view of a trained network, warm, and each time of another image.

    python -m benchmarks.insight [IMAGES]

Prints milliseconds, median and 95th percentile, for L1 and L2; the goal is 300 ms for each.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnn_builder.architecture import PRESETS
from cnn_builder.data import load_dataset
from cnn_builder.runs import LocalLauncher, RunSettings, ServiceClient, Store, Supervisor
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.settings import Settings

GOAL_MS = 300.0
Ask = Callable[[np.ndarray, int], object]


def trained(settings: Settings, name: str) -> str:
    """Id of a new run of a preset, one epoch on the built-in digits."""
    with Store.open(settings) as store:
        run = store.create_run(PRESETS[name].architecture, "digits", RunSettings(epochs=1))
        launcher = LocalLauncher(settings)
        supervisor = Supervisor(store, launcher, 1)
        while store.get(run.run_id).is_active:
            supervisor.tick()
            time.sleep(0.1)
        launcher.close()
        ended = store.get(run.run_id)
    if ended.status != "finished":
        raise SystemExit(f"{name} was not trained: {ended.status}, {ended.reason}")
    return run.run_id


def views(ask: Questions, maps: int) -> dict[str, Ask]:
    """What each view asks; `maps` is the last layer with a map."""
    return {
        "prediction": lambda image, _: ask.probabilities(image),
        "activations": lambda image, _: ask.activations(image, 0),
        "one output": lambda image, number: ask.unit(image, 0, number % 20, 3, number % 8),
        "saliency": lambda image, _: ask.saliency(image, 1),
        "Grad-CAM": lambda image, _: ask.grad_cam(image, 1, maps),
        "occlusion": lambda image, _: ask.occlusion(image, 1),
        "ablation": lambda image, number: ask.ablation(image, [(0, [number % 8])]),
        "embedding": lambda image, _: ask.embedding(),
    }


def measure(ask: Ask, images: np.ndarray) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds over the images; the first, which compiles, is left out."""
    took = []
    for number, image in enumerate(images):
        began = time.perf_counter()
        ask(image, number)
        took.append(1000 * (time.perf_counter() - began))
    return float(np.median(took[1:])), float(np.quantile(took[1:], 0.95))


def main(count: int) -> int:
    images, worst = load_dataset("digits").x_test[: count + 1], 0.0
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), standby=False)
        for name, maps in (("L1", 2), ("L2", 3)):
            client = ServiceClient(settings)
            for view, ask in views(Questions(client, trained(settings, name)), maps).items():
                median, late = measure(ask, images)
                worst = max(worst, late)
                print(f"{name}  {view:15}  p50 {median:6.1f} ms   p95 {late:6.1f} ms", flush=True)
            client.close()
    print(f"slowest p95 {worst:.0f} ms; the goal is at most {GOAL_MS:.0f} ms")
    return 0 if worst <= GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
