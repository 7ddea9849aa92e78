"""The Train page in Chromium while digits really train."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, WebSocket, expect

from cnn_builder.runs import Store
from cnn_builder.settings import Settings

TRAINING_MS = 60_000
POINTS = "plot => plot.data.map(trace => trace.x.length)"


def open_page(page: Page, app: Any, query: str = "") -> None:
    page.goto(f"{app.url}/")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.goto(f"{app.url}/train{query}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


def choose_digits(page: Page, epochs: int, seed: int) -> None:
    data_set = page.get_by_role("combobox", name="Data set")
    if data_set.input_value() != "Digits (built in)":
        data_set.click()
        page.get_by_role("option", name="Digits (built in)").click()
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
    page.locator(".curves[data-ready=true]").wait_for()
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


def store_of(app: Any) -> Store:
    return Store.open(Settings(home=app.home))


def test_a_run_is_watched_from_click_to_score(app: Any, page: Page, new_page: Callable[..., Page]) -> None:
    open_page(page, app)
    choose_digits(page, epochs=30, seed=11)
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
    page.mouse.move(box["x"] + 10, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 150, steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    zoomed = chart.evaluate("plot => [...plot.layout.xaxis.range]")
    assert zoomed[1] < 28
    wait_for_points(page, chart, chart.evaluate(POINTS)[0] + 3)
    assert chart.evaluate("plot => [...plot.layout.xaxis.range]") == pytest.approx(zoomed)

    # A second tab shows the same run, from its first row on.
    other = new_page()
    other.goto(page.url)
    other.locator(".curves[data-ready=true]").wait_for()
    expect(status(other)).to_contain_text(re.compile("Training|Scoring|Finished"))
    wait_for_points(other, other.locator("[data-chart=accuracy]"), chart.evaluate(POINTS)[0])

    expect(status(page)).to_contain_text("Finished", timeout=TRAINING_MS)
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()
    expect(page.get_by_text("on 360 test images")).to_be_visible()
    expect(page.locator(".samples figure")).to_have_count(5)
    assert chart.evaluate("plot => [...plot.layout.xaxis.range]") == pytest.approx(zoomed)
    assert chart.evaluate(POINTS)[1] == 30

    # Nothing is asked for any more once the run has ended.
    other.close()
    page.wait_for_timeout(1500)
    sent: list[str | bytes] = []
    sockets: list[WebSocket] = []

    def watch(socket: WebSocket) -> None:
        sockets.append(socket)
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", watch)
    page.reload()
    page.locator(".curves[data-ready=true]").wait_for()
    wait_for_points(page, page.locator("[data-chart=accuracy]"), 4)
    page.wait_for_timeout(1500)
    before = len(sent)
    page.wait_for_timeout(3500)
    assert sockets and len(sent) == before


def test_stop_ends_the_run_and_keeps_its_score(app: Any, page: Page) -> None:
    open_page(page, app)
    choose_digits(page, epochs=2000, seed=12)
    chart = train(page)
    wait_for_points(page, chart, 4)
    page.get_by_role("button", name="Stop").click()
    expect(status(page)).to_contain_text("Stopped", timeout=TRAINING_MS)
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_read_by_everybody(app: Any, new_page: Callable[..., Page], scheme: str) -> None:
    with store_of(app) as store:
        run_id = store.list()[-1].run_id
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    open_page(page, app, f"?run={run_id}")
    page.locator(".curves[data-ready=true]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page, context={"include": [["[data-testid=stMain]"]]})
    serious = {
        rule["id"]: [node["html"][:200] for node in rule["nodes"]]
        for rule in found.response["violations"]
        if rule["impact"] in ("serious", "critical")
    }
    assert not serious
