"""The whole way as a newcomer goes it: build, train, draw. And what the Draw page promises on the way."""

import math
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import LocalLauncher, RunSettings, Store, Supervisor
from cnn_builder.settings import Settings

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
    expect(answer(page).get_by_role("listitem")).to_have_count(10)


@pytest.fixture(scope="module")
def trained(app: Any) -> None:
    """A finished run on digits: the one of the test above, or else a quick one."""
    settings = Settings(home=app.home)
    with Store.open(settings) as store:
        if any(run.status == "finished" for run in store.list()):
            return
        run = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(epochs=4))
        launcher = LocalLauncher(settings)
        supervisor = Supervisor(store, launcher, 1)
        deadline = time.monotonic() + TRAINING_MS / 1000
        while store.get(run.run_id).is_active and time.monotonic() < deadline:
            supervisor.tick()
            time.sleep(0.2)
        while launcher.exit_reason(store.get(run.run_id)) is None and time.monotonic() < deadline:
            time.sleep(0.1)  # the process ends a moment after its run
        launcher.close()
        assert store.get(run.run_id).status == "finished"


@pytest.fixture
def drawing_page(page: Page, app: Any, idle: Idle, trained: None) -> Page:
    """The Draw page with a trained network."""
    page.goto(f"{app.url}/draw")
    idle(page)
    page.locator("canvas.pad").wait_for()
    return page


def test_a_blank_canvas_is_refused(drawing_page: Page) -> None:
    draw(drawing_page, ZERO)
    expect(answer(drawing_page).get_by_role("status")).to_have_text(re.compile(r"a 0$"))
    drawing_page.get_by_role("button", name="Clear").click()
    expect(answer(drawing_page).get_by_role("status")).to_have_text("Nothing drawn yet")
    drawing_page.get_by_role("button", name="Undo").click()
    expect(answer(drawing_page).get_by_role("status")).to_have_text(re.compile(r"a 0$"))


def test_a_dot_is_never_a_confident_answer(drawing_page: Page) -> None:
    draw(drawing_page, [(0.5, 0.5), (0.5, 0.505)])
    expect(answer(drawing_page)).not_to_have_attribute("data-kind", "empty")
    expect(answer(drawing_page).get_by_role("status")).not_to_have_text(re.compile("^This is"))


def test_the_drawing_survives_a_page_switch(drawing_page: Page, idle: Idle) -> None:
    draw(drawing_page, ZERO)
    expect(answer(drawing_page).get_by_role("status")).to_have_text(re.compile(r"a 0$"))
    drawing_page.get_by_role("link", name="Build").first.click()
    idle(drawing_page)
    drawing_page.get_by_role("link", name="Draw").first.click()
    expect(answer(drawing_page).get_by_role("status")).to_have_text(re.compile(r"a 0$"))
    expect(drawing_page.get_by_role("button", name="Undo")).to_be_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_draw_page_is_accessible_on_a_phone(
    new_page: Callable[..., Page], app_url: str, idle: Idle, trained: None, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.goto(f"{app_url}/draw")
    idle(page)
    page.locator("canvas.pad").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []
