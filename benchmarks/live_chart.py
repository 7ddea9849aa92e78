"""What an update of the live curves costs at 100,000 points beside 1,000: on the server, on the wire, in the browser.

    python -m benchmarks.live_chart

Two pages watch two runs, a short and a long one, whose rows this program writes; both get the same rows in turns.
Server: milliseconds to read the new rows and make the data; wire: its bytes; browser: milliseconds to apply it.
The median of the updates, the best of several rounds. Exit code 1 when a ratio is above the goal. Needs Chromium.
"""

import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from benchmarks.serving import chromium, served
from cnn_builder.architecture import PRESETS
from cnn_builder.figures.curve_feed import next_rows
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.settings import Settings

SIZES = (1_000, 100_000)
GOAL = 1.5
ROUNDS, UPDATES, ROWS = 3, 6, 20
A_DELIVERY = 4_000  # rows at a time while a page is filled: no more than one update takes in whole


@dataclass
class Watched:
    """A run that is watched, and what its updates cost: milliseconds, bytes, milliseconds."""

    store: Store
    page: Page
    run_id: str
    size: int
    written: int = 0
    feed: dict[str, Any] = field(default_factory=dict)
    costs: list[tuple[float, float, float]] = field(default_factory=list)

    def write(self, count: int) -> None:
        """Append so many rows to the run."""
        steps = range(self.written + 1, self.written + count + 1)
        self.store.append(self.run_id, [Metric(1, step, "step", 1 / step**0.5, step % 97 / 97) for step in steps])
        self.written += count

    def painted(self) -> float:
        """Wait until the page shows every row; the milliseconds the browser took to apply the last ones."""
        self.page.locator(f".curves[data-seq='{self.written}']").wait_for(timeout=120_000)
        return float(self.page.locator(".curves").get_attribute("data-took") or "nan")

    def update(self) -> None:
        """Write a few rows, and note what showing them costs."""
        run = self.store.get(self.run_id)
        next_rows(run, self.store, self.feed)
        self.write(ROWS)
        began = time.perf_counter()
        data = next_rows(run, self.store, self.feed)
        server = 1000 * (time.perf_counter() - began)
        self.costs.append((server, float(len(json.dumps(data))), self.painted()))


def watched(store: Store, page: Page, port: int, size: int) -> Watched:
    """A run of so many rows, shown in a page that was there from the first row on."""
    run = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(epochs=1, seed=size))
    while store.get(run.run_id).status == "queued":
        store.claim_next(1000)
    store.begin(run.run_id, size + 10_000)
    one = Watched(store, page, run.run_id, size)
    one.write(1)
    page.goto(f"http://localhost:{port}/train?run={run.run_id}")
    one.painted()
    while one.written < size:
        one.write(min(A_DELIVERY, size - one.written))
        one.painted()
    return one


def middle(costs: list[tuple[float, float, float]]) -> list[float]:
    """The median of each of the three."""
    return [statistics.median(column) for column in zip(*costs, strict=True)]


def main() -> int:
    rounds: dict[int, list[list[float]]] = {size: [] for size in SIZES}
    with served() as (port, home), chromium() as browser, Store.open(Settings(home=home)) as store:
        pages = [watched(store, browser.new_page(), port, size) for size in SIZES]
        for _ in range(ROUNDS):
            for _ in range(UPDATES):
                for one in pages:
                    one.page.bring_to_front()
                    one.update()
            for one in pages:
                rounds[one.size].append(middle(one.costs))
                one.costs.clear()
        for one in pages:
            store.finish(one.run_id, "stopped")
    short, long = ([min(column) for column in zip(*rounds[size], strict=True)] for size in SIZES)
    print(f"an update of {ROWS} rows, median of {UPDATES}, best of {ROUNDS} rounds\n")
    print(f"{'':16}{SIZES[0]:>10,}{SIZES[1]:>10,}   ratio (goal ≤ {GOAL})")
    missed = False
    for name, few, many in zip(("server, ms", "wire, bytes", "browser, ms"), short, long, strict=True):
        missed |= many > GOAL * few
        print(f"{name:16}{few:10.1f}{many:10.1f}{many / few:8.2f}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
