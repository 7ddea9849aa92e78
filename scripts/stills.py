"""Takes the pictures of the README anew, from the app as it is: `python -m scripts.stills`.

It trains First-reader on the Start page, then L1 on 20,000 of MNIST's images, which CNN_BUILDER_DATA has to name.
"""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from benchmarks.serving import chromium, served
from cnn_builder.runs import Store
from cnn_builder.settings import Settings

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 900}
SEVEN = [(0.27, 0.22), (0.72, 0.2), (0.6, 0.42), (0.45, 0.82)]
TRAIN = ("train", "L1", "--dataset", "mnist", "--train-limit", "20000", "--epochs", "6")
TRAINING_MS = 600_000


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """One stroke with the mouse; points are shares of the drawing area, (across, down)."""
    box = page.locator("canvas.pad").bounding_box()
    if box is None:
        raise RuntimeError("There is no canvas to draw on.")
    for place, (across, down) in enumerate(points):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=8)
        if place == 0:
            page.mouse.down()
    page.mouse.up()


def take(page: Page, name: str) -> None:
    """A picture of the page once nothing is drawn anew, and with nothing under the mouse."""
    page.mouse.move(SIZE["width"] - 5, 5)
    page.evaluate("document.activeElement.blur()")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(f"wrote {IMAGES / f'{name}.png'}", flush=True)


def main() -> None:
    with served() as (port, home), chromium() as browser:
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(120_000)
        url = f"http://localhost:{port}"
        page.goto(url)
        page.locator("canvas.pad").wait_for()
        page.get_by_role("button", name="Train a network now").click()
        status = page.locator(".st-key-start-status")
        status.get_by_text("epoch 2 of 12").wait_for(timeout=TRAINING_MS)
        draw(page, SEVEN)
        status.get_by_text("Finished").wait_for(timeout=TRAINING_MS)
        take(page, "start")

        env = {**os.environ, "CNN_BUILDER_HOME": str(home)}
        subprocess.run([sys.executable, "-m", "cnn_builder", *TRAIN], env=env, check=True)
        with Store.open(Settings(home=home)) as store:
            run_id = store.list(1)[0].run_id
        page.goto(f"{url}/build")
        page.get_by_label("Start from").click()
        page.get_by_role("option").filter(has_text="L1").first.click()
        page.get_by_label("Name", exact=True).and_(page.locator("[value=L1]")).wait_for()
        take(page, "build")
        page.goto(f"{url}/train?run={run_id}")
        page.get_by_text("Test accuracy").first.wait_for()
        take(page, "train")
        page.goto(f"{url}/draw?run={run_id}")
        page.locator("canvas.pad").wait_for()
        draw(page, SEVEN)
        page.get_by_role("region", name="Answer").get_by_text("a 7").first.wait_for()
        take(page, "draw")
        page.goto(f"{url}/inspect?run={run_id}")
        page.get_by_role("img").first.wait_for()
        take(page, "inspect")


if __name__ == "__main__":
    main()
