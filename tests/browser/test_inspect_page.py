"""The Inspect page in a browser: every view of a trained network, muting, and a service that is killed."""

import os
import re
import signal
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.support.build_page import Idle

# The first question starts the service, which imports TensorFlow.
WAKING_MS = 240_000


@pytest.fixture
def inspected(page: Page, app: Any, trained_run: str) -> Page:
    page.goto(f"{app.url}/inspect?run={trained_run}")
    page.locator(".cnn-tiles").first.wait_for(timeout=WAKING_MS)
    return page


def show(page: Page, view: str) -> None:
    page.locator(".st-key-inspect-view").get_by_role("radio", name=view, exact=True).click()


def choose(page: Page, name: str, option: str) -> None:
    """Choose from a list; one that the page closed because it was drawn anew is opened once more."""
    wanted = page.get_by_role("option", name=option)
    for _ in range(3):
        page.get_by_role("combobox", name=name).click()
        try:
            wanted.click(timeout=5_000)
        except PlaywrightTimeout:
            continue
        return
    pytest.fail(f"{name}: no {option} in its list")


def serves(process: psutil.Process, home: str) -> bool:
    """Whether the process is the service of the app with this home."""
    if "service" not in (process.info["cmdline"] or []):
        return False
    return process.environ().get("CNN_BUILDER_HOME") == home


def test_every_view_answers(inspected: Page) -> None:
    expect(inspected.locator(".cnn-tiles").first.locator("span")).to_have_count(6)
    show(inspected, "One output")
    expect(inspected.locator(".cnn-products table")).to_have_count(3)
    expect(inspected.locator(".cnn-sum")).to_contain_text("tanh")
    expect(inspected.locator(".cnn-field")).to_contain_text("5×5 of the image's 28×28")
    show(inspected, "Attribution")
    expect(inspected.locator(".cnn-heat img")).to_have_count(3)
    show(inspected, "Embedding")
    expect(inspected.get_by_text("360 test images")).to_be_visible()
    expect(inspected.locator(".js-plotly-plot")).to_be_visible()
    expect(inspected.get_by_role("alert")).to_have_count(0)


def test_what_breaks_it_and_the_run_with_the_layer_that_helps(inspected: Page, trained_run: str, idle: Idle) -> None:
    show(inspected, "Robustness")
    expect(inspected.locator(".cnn-levels figure")).to_have_count(7)
    inspected.get_by_role("button", name="Measure with 360 test images").click()
    table = inspected.get_by_role("region", name="What breaks the network")
    expect(table.locator("tbody tr")).to_have_count(9, timeout=WAKING_MS)
    idle(inspected)
    choose(inspected, "Perturbation", "Rotation")
    expect(inspected.locator(".cnn-levels figure")).to_have_count(11)
    inspected.get_by_role("button", name="Train again with RandomRotation").click()
    # It is trained by this server, which compares it when it has ended.
    expect(inspected.get_by_text("With RandomRotation, accuracy")).to_be_visible(timeout=2 * WAKING_MS)
    expect(inspected.get_by_text("On unchanged images:")).to_be_visible()
    inspected.reload()
    inspected.locator(".cnn-tiles").first.wait_for(timeout=WAKING_MS)
    show(inspected, "Robustness")
    expect(table.get_by_text("points at")).to_be_visible()  # kept with the runs
    expect(inspected.get_by_role("alert")).to_have_count(0)


def test_another_layer_has_other_maps(inspected: Page) -> None:
    inspected.get_by_role("combobox", name="Layer").click()
    inspected.get_by_role("option", name=re.compile("^6")).click()
    expect(inspected.locator(".cnn-tiles").first.locator("span")).to_have_count(120)


def test_muting_everything_leaves_a_guess_and_restoring_brings_it_back(inspected: Page) -> None:
    show(inspected, "Ablation")
    accuracy = inspected.get_by_test_id("stMetric").filter(has_text="Test accuracy")
    before = accuracy.get_by_test_id("stMetricValue").inner_text()
    inspected.get_by_role("combobox", name="Ablated filters").click()
    inspected.get_by_role("option", name="all", exact=True).click()
    expect(accuracy.get_by_test_id("stMetricDelta")).to_contain_text("points")
    expect(accuracy.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"^\s*\d?\d\.\d"))
    muted = float(re.sub(r"[^\d.]", "", accuracy.get_by_test_id("stMetricValue").inner_text()))
    assert muted < 25 < float(re.sub(r"[^\d.]", "", before))
    inspected.keyboard.press("Escape")
    inspected.get_by_role("combobox", name="Layer").press("ArrowDown")
    inspected.get_by_role("option", name=re.compile("^3")).click()
    expect(inspected.get_by_text("Ablated in layer 1: all.")).to_be_visible()  # of a layer that is not shown, too
    inspected.get_by_role("button", name="Restore all").click()
    expect(accuracy.get_by_test_id("stMetricValue")).to_have_text(before)


@pytest.mark.fault(19)
def test_a_killed_service_is_not_noticed(inspected: Page, app: Any) -> None:
    services = [process for process in psutil.process_iter(["cmdline"]) if serves(process, str(app.home))]
    assert len(services) == 1
    os.kill(services[0].pid, signal.SIGKILL)
    show(inspected, "Attribution")
    expect(inspected.locator(".cnn-heat img")).to_have_count(3, timeout=WAKING_MS)
    expect(inspected.get_by_role("alert")).to_have_count(0)


# Where the point farthest to the right is, which no other covers, once the fonts and two frames have passed.
FARTHEST = """async plot => {
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const { xaxis, yaxis } = plot._fullLayout;
  const points = plot._fullData.flatMap((t) => Array.from(t.x, (x, i) => [x, t.y[i]]));
  const [x, y] = points.reduce((best, point) => (point[0] > best[0] ? point : best));
  const box = plot.getBoundingClientRect();
  return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)];
}"""


def test_a_point_of_the_map_opens_its_image(inspected: Page) -> None:
    show(inspected, "Embedding")
    chart = inspected.locator(".js-plotly-plot")
    chart.wait_for()
    place = chart.evaluate(FARTHEST)
    while (settled := chart.evaluate(FARTHEST)) != place:  # Plotly lays itself out once more when its fonts are there
        place = settled
    across, down = place
    inspected.mouse.move(across, down)
    inspected.mouse.click(across, down)
    expect(inspected.locator(".cnn-picked figcaption")).to_have_text(re.compile(r"^Test image \d+: an? \d"))
