"""The Inspect page in a browser: every view of a trained network, muting, a service that is killed, a phone."""

import os
import re
import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# The first question starts the service, which imports TensorFlow.
WAKING_MS = 60_000


@pytest.fixture
def inspected(page: Page, app: Any, trained_run: str) -> Page:
    page.goto(f"{app.url}/inspect?run={trained_run}")
    page.locator(".cnn-tiles").first.wait_for(timeout=WAKING_MS)
    return page


def show(page: Page, view: str) -> None:
    page.locator(".st-key-inspect-view").get_by_role("radio", name=view, exact=True).click()


def serves(process: psutil.Process, home: str) -> bool:
    """Whether the process is the service of the app with this home."""
    if "service" not in (process.info["cmdline"] or []):
        return False
    return process.environ().get("CNN_BUILDER_HOME") == home


def test_every_view_answers(inspected: Page) -> None:
    expect(inspected.locator(".cnn-tiles").first.locator("span")).to_have_count(6)
    show(inspected, "One number")
    expect(inspected.locator(".cnn-products table")).to_have_count(3)
    expect(inspected.locator(".cnn-sum")).to_contain_text("tanh")
    expect(inspected.locator(".cnn-field")).to_contain_text("5×5 of the image's 28×28")
    show(inspected, "Why")
    expect(inspected.locator(".cnn-heat img")).to_have_count(3)
    show(inspected, "Map")
    expect(inspected.get_by_text("360 test images")).to_be_visible()
    expect(inspected.locator(".js-plotly-plot")).to_be_visible()
    expect(inspected.get_by_role("alert")).to_have_count(0)


def test_another_layer_has_other_maps(inspected: Page) -> None:
    inspected.get_by_role("combobox", name="Layer").click()
    inspected.get_by_role("option", name=re.compile("^6")).click()
    expect(inspected.locator(".cnn-tiles").first.locator("span")).to_have_count(120)


def test_muting_everything_leaves_a_guess_and_restoring_brings_it_back(inspected: Page) -> None:
    show(inspected, "Mute")
    accuracy = inspected.get_by_test_id("stMetric").filter(has_text="Test accuracy")
    before = accuracy.get_by_test_id("stMetricValue").inner_text()
    inspected.get_by_role("combobox", name="Muted filters").click()
    inspected.get_by_role("option", name="all", exact=True).click()
    expect(accuracy.get_by_test_id("stMetricDelta")).to_contain_text("points")
    expect(accuracy.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"^\s*\d?\d\.\d"))
    muted = float(re.sub(r"[^\d.]", "", accuracy.get_by_test_id("stMetricValue").inner_text()))
    assert muted < 25 < float(re.sub(r"[^\d.]", "", before))
    inspected.keyboard.press("Escape")
    inspected.get_by_role("combobox", name="Layer").press("ArrowDown")
    inspected.get_by_role("option", name=re.compile("^3")).click()
    expect(inspected.get_by_text("Muted in layer 1: all.")).to_be_visible()  # of a layer that is not shown, too
    inspected.get_by_role("button", name="Restore all").click()
    expect(accuracy.get_by_test_id("stMetricValue")).to_have_text(before)


def test_a_killed_service_is_not_noticed(inspected: Page, app: Any) -> None:
    services = [process for process in psutil.process_iter(["cmdline"]) if serves(process, str(app.home))]
    assert len(services) == 1
    os.kill(services[0].pid, signal.SIGKILL)
    show(inspected, "Why")
    expect(inspected.locator(".cnn-heat img")).to_have_count(3, timeout=WAKING_MS)
    expect(inspected.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_inspect_page_is_accessible_on_a_phone(
    new_page: Callable[..., Page], app_url: str, trained_run: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.goto(f"{app_url}/inspect?run={trained_run}")
    page.locator(".cnn-tiles").first.wait_for(timeout=WAKING_MS)
    for view, part in (("Layers", ".cnn-tiles"), ("One number", ".cnn-products"), ("Why", ".cnn-heat")):
        show(page, view)
        page.locator(part).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
        serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert serious == [], view


def test_a_point_of_the_map_opens_its_image(inspected: Page) -> None:
    show(inspected, "Map")
    chart = inspected.locator(".js-plotly-plot")
    chart.wait_for()
    inspected.wait_for_timeout(500)  # Plotly lays itself out once more when its fonts are there
    # The point farthest to the right, which no other covers.
    across, down = chart.evaluate(
        """plot => {
             const { xaxis, yaxis } = plot._fullLayout;
             const points = plot._fullData.flatMap((t) => Array.from(t.x, (x, i) => [x, t.y[i]]));
             const [x, y] = points.reduce((best, point) => (point[0] > best[0] ? point : best));
             const box = plot.getBoundingClientRect();
             return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)];
           }"""
    )
    inspected.mouse.move(across, down)
    inspected.mouse.click(across, down)
    expect(inspected.locator(".cnn-picked figcaption")).to_have_text(re.compile(r"^Test image \d+: an? \d"))
