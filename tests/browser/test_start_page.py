"""From the address of an empty home to one's own digit, read right; then on a phone, in the dark."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

Idle = Callable[[Page], Locator]
TRAINING_MS = 600_000
SEVEN = [(0.28, 0.25), (0.72, 0.25), (0.6, 0.45), (0.5, 0.62), (0.44, 0.8)]
"""One stroke; shares of the drawing area, across and down."""


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    pad = page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    places = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def top(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"]


def test_a_digit_is_read_after_every_epoch_and_at_last_right(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.locator("canvas.pad").wait_for()
    page.get_by_role("button", name="Train a network now").click()
    expect(page.locator(".st-key-start-status")).to_contain_text("epoch 2 of 12", timeout=TRAINING_MS)
    draw(page, SEVEN)
    place = top(page, "canvas.pad")
    readings = page.get_by_role("list", name="Readings after each epoch").get_by_role("listitem")
    expect(page.locator(".st-key-start-status")).to_contain_text("Finished", timeout=TRAINING_MS)
    expect(page.get_by_role("region", name="Answer").get_by_role("status")).to_have_text("This is a 7")
    epochs = [int(re.findall(r"Epoch (\d+)", text)[0]) for text in readings.all_inner_texts()]
    assert epochs == sorted(epochs) and len(epochs) >= 5
    expect(page.get_by_text(re.compile(r"of the test images of MNIST sample"))).to_be_visible()
    assert abs(top(page, "canvas.pad") - place) < 2  # nobody's stroke is moved by the end of the training
    picture = page.get_by_role("link", name="Open First-reader on the Build page")
    assert picture.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size({"width": 390, "height": 844})  # a phone: canvas, answer, then the ways on
    assert top(page, "canvas.pad") < top(page, ".panel .title") < top(page, ".st-key-start-ways")
    assert top(page, ".st-key-start-ways") < top(page, ".st-key-curves")
    page.get_by_role("button", name="Draw more").click()
    expect(page).to_have_url(re.compile("/draw"))
    expect(page.get_by_role("region", name="Answer").get_by_role("status")).to_have_text("This is a 7")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_comes_again_goes_on_with_the_latest_run(
    new_page: Callable[..., Page], app: Any, idle: Idle, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Go on")).to_be_visible()
    idle(page)
    network = page.get_by_role("link", name="Open First-reader on the Build page")
    picture = np.asarray(Image.open(BytesIO(network.screenshot())).convert("L"))
    words = int(picture.max()) if scheme == "dark" else 255 - int(picture.min())
    assert (np.median(picture) < 64) == (scheme == "dark"), "the picture has not the page's colours"
    assert words > 190, f"its words cannot be read: {words}"
    network.tap()
    expect(page).to_have_url(re.compile("/build"))
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("First-reader")
