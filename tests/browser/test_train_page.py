"""The Train page in Chromium while digits really train."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.runs import Store
from cnn_builder.settings import Settings
from tests.support.accessibility import WHOLE_NUMBERS

QuietWatch = Callable[[Page], Callable[[], bool]]
TRAINING_MS = 600_000
POINTS = "plot => plot.data.map(trace => trace.x.length)"


def open_page(page: Page, app: Any, query: str = "") -> None:
    page.goto(f"{app.url}/")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.goto(f"{app.url}/train{query}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


def choose_digits(page: Page, epochs: int, seed: int) -> None:
    data_set = page.get_by_role("combobox", name="Data set")
    if data_set.input_value() != "Digits 8×8 (built in)":
        data_set.click()
        page.get_by_role("option", name="Digits 8×8 (built in)").click()
    page.locator("summary", has_text="Data").click()  # the group the seed is in
    for name, value in (("epochs", epochs), ("seed", seed)):
        field = page.locator(f".st-key-run-{name} input")
        field.fill(str(value))
        field.press("Enter")
        expect(field).to_have_value(str(value))
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def train(page: Page) -> Locator:
    """Press Train (twice, as people do) and wait for the chart."""
    page.get_by_role("button", name="Train", exact=True).dblclick()
    page.locator(".curves[data-ready=true]").wait_for(timeout=TRAINING_MS)
    return page.locator("[data-chart=accuracy]")


def status(page: Page) -> Locator:
    return page.locator(".st-key-run-status")


def wait_for_points(page: Page, chart: Locator, at_least: int) -> None:
    deadline = TRAINING_MS // 250
    for _ in range(deadline):
        if chart.evaluate(POINTS)[0] >= at_least:
            return
        page.wait_for_timeout(250)
    pytest.fail(f"The chart stayed at {chart.evaluate(POINTS)} points: {status(page).inner_text()}")


def show_layers(page: Page) -> None:
    page.locator(".st-key-run-view").get_by_role("radio", name="Layers", exact=True).click()
    expect(page.get_by_role("region", name="The layers after epoch")).to_contain_text("1 · Conv2D")
    expect(page.get_by_role("img", name="Filters after epoch 0")).to_be_visible()


def store_of(app: Any) -> Store:
    return Store.open(Settings(home=app.home))


@pytest.mark.fault(7, 8)
def test_a_run_is_watched_from_click_to_score(
    app: Any, page: Page, new_page: Callable[..., Page], quiet_watch: QuietWatch
) -> None:
    open_page(page, app)
    choose_digits(page, epochs=2000, seed=11)  # it may not end before it was looked at
    chart = train(page)
    wait_for_points(page, chart, 4)

    with store_of(app) as store:
        (run,) = [run for run in store.list() if run.settings.seed == 11]  # a double click is one run
    assert f"run={run.run_id}" in page.url

    # Zoom with the mouse; later updates append and leave it alone.
    plot = chart.locator(".nsewdrag").first
    chart.evaluate("plot => plot.scrollIntoView({ block: 'center' })")  # the click on Train scrolled it away
    box = plot.bounding_box()
    assert box is not None
    whole = chart.evaluate("plot => [...plot.layout.xaxis.range]")
    page.mouse.move(box["x"] + 10, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 150, steps=5)
    page.mouse.up()
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    zoomed = chart.evaluate("plot => [...plot.layout.xaxis.range]")
    assert zoomed[1] - zoomed[0] < 0.5 * (whole[1] - whole[0])
    wait_for_points(page, chart, chart.evaluate(POINTS)[0] + 3)
    assert chart.evaluate("plot => [...plot.layout.xaxis.range]") == pytest.approx(zoomed)

    # A second tab shows the same run, from its first row on.
    other = new_page()
    other.goto(page.url)
    other.locator(".curves[data-ready=true]").wait_for(timeout=TRAINING_MS)
    expect(status(other)).to_contain_text(re.compile("Training|Evaluating|Finished"))
    wait_for_points(other, other.locator("[data-chart=accuracy]"), chart.evaluate(POINTS)[0])

    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_contain_text("Stopped", timeout=TRAINING_MS)
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()
    expect(page.get_by_text("on 360 test images")).to_be_visible()
    expect(page.locator(".samples figure")).to_have_count(5)
    assert chart.evaluate("plot => [...plot.layout.xaxis.range]") == pytest.approx(zoomed)
    with store_of(app) as store:
        assert chart.evaluate(POINTS)[1] == len(store.metrics(run.run_id, kind="epoch"))

    # Nothing is asked for any more once the run has ended.
    other.close()
    quiet = quiet_watch(page)
    page.reload()
    page.locator(".curves[data-ready=true]").wait_for()
    wait_for_points(page, page.locator("[data-chart=accuracy]"), 4)
    assert quiet()


def test_stop_ends_the_run_and_keeps_its_score(app: Any, page: Page) -> None:
    open_page(page, app)
    choose_digits(page, epochs=2000, seed=12)
    chart = train(page)
    wait_for_points(page, chart, 4)
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_contain_text("Stopped", timeout=TRAINING_MS)
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)

    # What was kept of its layers, one after the other.
    show_layers(page)
    page.locator("[data-testid=stMain]").get_by_role("combobox", name="Layer", exact=True).click()
    page.get_by_role("option", name="3 · Conv2D").click()
    page.get_by_role("radio", name="Gradients").click()
    expect(page.locator(".st-key-layers-chart .js-plotly-plot").filter(has_text="Gradients")).to_be_visible()
    page.get_by_role("radio", name="Curves").click()
    page.locator(".curves[data-ready=true]").wait_for()


def test_on_a_phone_the_run_comes_into_view_and_the_menu_goes(app: Any, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{app.url}/")
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Train").tap()
    expect(page.get_by_test_id("stSidebarNavLink").first).not_to_be_in_viewport()
    choose_digits(page, epochs=2000, seed=13)
    page.get_by_role("button", name="Train", exact=True).tap()
    # At the top, below the page's head: the tap was made far above it.
    page.wait_for_function(
        """() => {
          const top = document.querySelector(".st-key-run-status")?.getBoundingClientRect().top ?? -1;
          return top > 50 && top < 160;
        }"""
    )
    region = page.get_by_role("status").filter(has_text="Training of")
    expect(region).to_have_text("Training of L1 has started.", timeout=TRAINING_MS)
    page.locator(".curves[data-ready=true]").wait_for()
    page.get_by_role("button", name="Stop").tap()
    expect(region).to_contain_text("Training of L1 was stopped", timeout=TRAINING_MS)


def test_the_forms_numbers_can_be_read_to_their_last_digit(app: Any, page: Page) -> None:
    """Those of the second lesson, at every width from a small window to a projector."""
    open_page(page, app)
    for group in ("Schedule", "Regularization", "Stopping", "Data"):
        page.locator("summary", has_text=group).click()
    images = page.locator(".st-key-run-train_limit input")
    images.fill("15000")
    images.press("Enter")
    expect(page.locator("summary", has_text="first 15,000 training images")).to_be_visible()
    for width in (390, 700, 900, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(WHOLE_NUMBERS)
