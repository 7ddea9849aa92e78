"""How long from the click on Train to the first batches' metric in the store: warm (a worker waits) and cold.

    python -m benchmarks.click_to_batch [ROUNDS]
    python -m scripts.postgres run python -m scripts.ray_nodes run python -m benchmarks.click_to_batch [ROUNDS]

In Chromium, on the built-in digits with L2. Warm and cold take turns, each with a server of its own; the best of the
rounds is what counts, so that a busy machine is not the result. The second line measures a Ray cluster, where no worker
waits. Exit code 1 when warm misses its goal. Needs Chromium.
"""

import os
import sys
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.serving import chromium, served
from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.runs import Store
from cnn_builder.runs.workers.launcher import NEXT_AFTER
from cnn_builder.settings import Settings

GOAL_S = 1.0
ON_RAY = os.environ.get("CNN_BUILDER_LAUNCHER") == "ray"
STORE = "CNN_BUILDER_TEST_STORE"
"""Variable with the store's URL, which `scripts.postgres run` sets."""
CLICKS = 3  # by round


def wait_until_rested(patience: float = 120) -> None:
    """Wait until all processes below this one have rested for a second: the standby worker has loaded everything."""
    time.sleep(NEXT_AFTER + 1)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        busy = spent()
        time.sleep(1.0)
        if spent() - busy < 0.15:
            return
    print("warning: the processes did not come to rest; the numbers will be too high", file=sys.stderr)


def spent() -> float:
    """Seconds of processor that the server and its workers have used; what the browser does is left out."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if "python" in process.name():
                times = process.cpu_times()
                total += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return total


def click(page: Page, store: Store, seed: int) -> float:
    """Seconds from the click to the first metric of the run it makes, which is ended then."""
    page.locator("summary", has_text="Data").click()
    field = page.locator(".st-key-run-seed input")
    field.fill(str(seed))
    field.press("Enter")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    wait_until_rested()
    known = {run.run_id for run in store.list()}
    began = time.monotonic()
    page.get_by_role("button", name="Train", exact=True).click()
    run_id = None
    stages: dict[str, float] = {}
    while run_id is None or not store.metrics(run_id):
        run_id = run_id or next((run.run_id for run in store.list(1) if run.run_id not in known), None)
        stage = store.get(run_id).status if run_id else "click"
        stages.setdefault(stage, time.monotonic() - began)
        if time.monotonic() - began > 120:
            raise RuntimeError("No metric came within 120 s.")
        time.sleep(0.005)
    took = time.monotonic() - began
    print("   ", ", ".join(f"{name} after {seconds:.2f} s" for name, seconds in stages.items()), flush=True)
    store.request_stop(run_id)
    while store.get(run_id).is_active:
        time.sleep(0.1)
    return took


def settings_in(home: Path) -> Settings:
    """What the server with this home has been told."""
    return Settings.from_env({**os.environ, "CNN_BUILDER_HOME": str(home)})


def measure(standby: bool, seed: int) -> list[float]:
    """Seconds of each click, with a server of its own."""
    with served(standby=standby) as (port, home), chromium() as browser, Store.open(settings_in(home)) as store:
        document = DocumentStore.new_id()
        DocumentStore(Path(home) / "documents").save(document, Document.of(PRESETS["L2"].architecture, "digits"))
        times = []
        for number in range(CLICKS):
            page = browser.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"http://localhost:{port}/train?doc={document}")
            times.append(click(page, store, seed + number))
            page.close()
        return times


def main(rounds: int) -> int:
    best: dict[str, float] = {}
    ways: tuple[tuple[str, bool], ...] = (("warm", True), ("cold", False))
    if ON_RAY:
        ways = (("on Ray", False),)
        os.environ["CNN_BUILDER_STORE"] = os.environ[STORE]
    for number in range(rounds):
        for name, standby in ways:
            times = measure(standby, 10 * number)
            best[name] = min(best.get(name, times[0]), *times)
            print(f"{name}  {'  '.join(f'{seconds:5.2f} s' for seconds in times)}", flush=True)
    if ON_RAY:
        print(f"click → first batch: {best['on Ray']:.2f} s")
        return 0
    print(f"click → first batch: warm {best['warm']:.2f} s (goal ≤ {GOAL_S:.1f} s), cold {best['cold']:.2f} s")
    return int(best["warm"] > GOAL_S)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2))
