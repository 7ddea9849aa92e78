"""The whole way as a newcomer goes it: build, train, draw."""

import math
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

TRAINING_MS = 90_000
Idle = Callable[[Page], Locator]


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """One stroke with the mouse; points are shares of the drawing area, (across, down)."""
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    across, down = points[0]
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    page.mouse.down()
    for across, down in points[1:]:
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=3)
    page.mouse.up()


ZERO = [(0.5 + 0.2 * math.sin(turn), 0.5 - 0.32 * math.cos(turn)) for turn in (2 * math.pi * i / 24 for i in range(25))]


def answer(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer")


def test_build_train_draw(page: Page, app_url: str, idle: Idle) -> None:
    page.goto(app_url)
    idle(page)
    # Build: a preset, one edit, the new total.
    page.get_by_label("Start from").click()
    page.get_by_role("option").filter(has_text="L2").first.click()
    expect(page.get_by_text("421,642").first).to_be_visible()
    data_set = page.get_by_role("combobox", name="Data set")
    if "Digits" not in data_set.input_value():
        data_set.click()
        page.get_by_role("option").filter(has_text="Digits").click()
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("16")
    filters.press("Enter")
    # 3·3·1·16 + 16, then 3·3·16·64 + 64; the dense layers stay.
    expect(page.get_by_text("412,266").first).to_be_visible()

    # Train: the chart grows while it trains, and the score comes from the test images.
    page.get_by_role("link", name="Train").first.click()
    epochs = page.locator(".st-key-run-epochs input")
    epochs.fill("8")
    epochs.press("Enter")
    idle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".curves[data-ready=true]").wait_for()
    chart = page.locator("[data-chart=accuracy]")
    count = "plot => plot.data[0].x.length"
    seen: set[int] = set()
    for _ in range(TRAINING_MS // 250):
        seen.add(chart.evaluate(count))
        if page.locator(".st-key-run-status").get_by_text(re.compile("finished", re.IGNORECASE)).count():
            break
        page.wait_for_timeout(250)
    assert len(seen) > 2, f"the chart did not grow: {seen}"
    expect(page.get_by_text("Test accuracy").first).to_be_visible()

    # Draw: the answer, in words and as ten probabilities.
    page.get_by_role("link", name="Draw").first.click()
    expect(answer(page)).to_contain_text("Draw a digit")
    draw(page, ZERO)
    expect(answer(page).get_by_role("status")).to_have_text(re.compile(r"a 0$"))
    expect(answer(page).get_by_role("list", name="Probability of each class").get_by_role("listitem")).to_have_count(10)
