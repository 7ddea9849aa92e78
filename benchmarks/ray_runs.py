"""Small runs on the two nodes of a Ray cluster against one after the other, and how long until a run's first batch.

    python -m scripts.postgres run python -m scripts.ray_nodes run python -m benchmarks.ray_runs [RUNS]

Both ways are on the cluster, with a store in PostgreSQL; each run has one processor. On a machine with fewer than two
free processors for the nodes the ratio says nothing. What a click adds in the browser is in `click_to_batch`.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store, Supervisor
from cnn_builder.runs.workers.choice import launcher_for
from cnn_builder.runs.workers.launcher import Launcher
from cnn_builder.settings import Settings

RUNS, EPOCHS, NODES = 8, 20, 2
STORE = "CNN_BUILDER_TEST_STORE"
"""Variable with the store's URL, which `scripts.postgres run` sets."""


def measure(store: Store, launcher: Launcher, count: int, at_once: int, first_seed: int) -> tuple[float, float]:
    """Seconds until all of so many runs have finished, and until the first metric of the first one."""
    supervisor = Supervisor(store, launcher, at_once)
    began = time.monotonic()
    settings = [RunSettings(epochs=EPOCHS, seed=first_seed + place) for place in range(count)]
    ids = [store.create_run(PRESETS["L2"].architecture, "digits", one).run_id for one in settings]
    first = 0.0
    while any(store.get(run_id).is_active for run_id in ids):
        supervisor.tick()
        if not first and store.latest(ids[0], "step", 1):
            first = time.monotonic() - began
        time.sleep(0.02)
    took = time.monotonic() - began
    for run_id in ids:
        if (run := store.get(run_id)).status != "finished":
            raise RuntimeError(f"Run {run_id} {run.status}: {run.reason}")
    return took, first


def main(arguments: list[str]) -> int:
    """Print both times, their ratio, and the time to the first batch."""
    if os.environ.get("CNN_BUILDER_LAUNCHER") != "ray" or STORE not in os.environ:
        print(__doc__, file=sys.stderr)
        return 2
    count = int(arguments[0]) if arguments else RUNS
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_env(
            {**os.environ, "CNN_BUILDER_HOME": str(Path(home)), "CNN_BUILDER_STORE": os.environ[STORE]}
        )
        launcher = launcher_for(settings)
        with Store.open(settings) as store:
            launcher.look()  # connected before the clock starts, as a server is
            alone, first = measure(store, launcher, count, 1, 0)
            together, _ = measure(store, launcher, count, NODES, 1_000)
        launcher.close()
    print(f"{count} runs one after the other: {alone:.1f} s; on {NODES} nodes: {together:.1f} s")
    print(f"ratio {alone / together:.2f}; request to the first batch {first:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
