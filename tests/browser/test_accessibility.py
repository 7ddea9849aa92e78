"""Every page in every view, opened once and looked at in both colours.

axe looks at every view, light at 1280 pixels and dark on a phone; at each page's first view in both colours at both
widths. That one is also seen at 200 % zoom (a window of 1280 is one of 640 then) and on a projector. Panels that open
on a page have tests of their own. LOOK=FOLDER keeps a picture of each.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.learn.assignments.pack import read_pack, shipped_packs
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.settings import Settings
from cnn_builder.ui.shared.navigation import HIDDEN, PAGES
from tests.support.accessibility import barriers, cut_off, sideways
from tests.support.build_page import selected, start_from
from tests.support.ended_runs import ended_run
from tests.support.own_data import imported

Idle = Callable[[Page], Locator]
Views = Iterator[str]
LOOKS = (("light", 1280), ("dark", 390))
FIRST_LOOKS = (*LOOKS, ("dark", 1280), ("light", 390), ("light", 1920), ("light", 640))
AXE_WIDTHS = (1280, 390)
WAKING_MS = 240_000
OVERFITTING = [0.9, 0.5, 0.4, 0.31, 0.35, 0.4, 0.46]
BUILD_VIEWS = {
    "Costs": ".st-key-costs",
    "Code": ".st-key-code-exchange",
    "Differences": "[aria-label^='Compare with']",
    "Trace": ".cnn-table",
}
INSPECT_VIEWS = {
    "One output": ".cnn-products",
    "Attribution": ".cnn-heat",
    "Robustness": ".cnn-levels",
    "Ablation": "[data-testid=stMetric]",
    "Embedding": ".js-plotly-plot",
}


class Visit:
    """Somebody who looks at the pages of a server that has a trained network."""

    def __init__(self, page: Page, app: Any, idle: Idle) -> None:
        self.page, self.app, self.idle, self.settings = page, app, idle, Settings(home=app.home)
        page.set_default_timeout(WAKING_MS)

    def open(self, address: str, part: str) -> None:
        """Open an address, and wait for a part of its page."""
        self.page.goto(f"{self.app.url}/{address}")
        expect(self.page.get_by_role("link", name="Build", exact=True).first).to_be_attached(timeout=WAKING_MS)
        self.page.locator(part).first.wait_for()

    def choose(self, view: str, part: str) -> None:
        """Choose a view of the page that is open, and wait for a part of it."""
        self.page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).first.click()
        self.page.locator(part).first.wait_for()

    def problems(self, view: str, scheme: Any, width: int) -> Iterator[str]:
        """What is wrong with the view as it stands, in these colours and at this width."""
        page = self.page
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"document.documentElement.style.colorScheme === '{scheme}'")
        self.idle(page)
        if folder := os.environ.get("LOOK"):
            page.screenshot(path=Path(folder) / f"{view.replace(' ', '-')}-{width}-{scheme}.png", full_page=True)
        if too_wide := sideways(page):
            yield f"{view}, {scheme}, {width}: {too_wide} pixels too wide"
        if words := cut_off(page):
            yield f"{view}, {scheme}, {width}: cut off: {words}"
        if width in AXE_WIDTHS and (report := barriers(page)):
            yield f"{view}, {scheme}, {width}: {report}"


def start_views(visit: Visit, run: str) -> Views:
    visit.open("", "text=Go on")
    yield "the latest run"


def build_views(visit: Visit, run: str) -> Views:
    page = visit.page
    visit.open("build", "[role=option][aria-selected=true]")
    selected(page).wait_for()
    yield "a layer"
    for name, content in BUILD_VIEWS.items():
        visit.choose(name, content)
        yield name
    page.get_by_role("button", name=re.compile("^Input")).click()
    yield "the input"
    start_from(page, "L3")
    yield "a broken stack"
    page.get_by_role("button", name="Add a layer at the start").click()
    page.get_by_role("heading", name="Add layer 1").wait_for()
    yield "the palette"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys", exact=True).click()
    page.get_by_role("dialog", name="Keys").wait_for()
    yield "the keys"


def train_views(visit: Visit, run: str) -> Views:
    page = visit.page
    visit.open(f"train?run={run}", ".curves[data-ready=true]")
    page.locator(".st-key-take-away").wait_for()
    yield "a run that has ended"
    visit.choose("Layers", ".st-key-layers-chart .js-plotly-plot")
    yield "its layers"
    with Store.open(visit.settings) as store:
        at_work = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(epochs=8)).run_id
        assert store.claim_next(100) is not None
        store.take(at_work)  # this process is its worker
        store.begin(at_work, 800)
        for epoch, loss in enumerate(OVERFITTING, 1):
            rows = (
                Metric(epoch, epoch * 100 - 50, "step", 1 / epoch, 0.9),
                Metric(epoch, epoch * 100, "epoch", 1 / epoch, 0.9, loss, 1 - loss / 2),
            )
            store.append(at_work, rows)
            store.beat(at_work, epoch * 100, epoch)
        visit.open(f"train?run={at_work}", ".curves[data-seq='14']")
        expect(page.locator(".st-key-run-status")).to_contain_text("Training")
        yield "a run at work"
        store.finish(at_work, "finished", None, {"best_epoch": 4})
        expect(page.locator(".st-key-coach")).to_contain_text("Validation loss rose")
        yield "the coach"
        store.delete(at_work)


def draw_views(visit: Visit, run: str) -> Views:
    page = visit.page
    visit.open(f"draw?run={run}", "canvas.pad")
    yield "nothing drawn"
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 4 / 5, steps=8)
    page.mouse.up()
    page.get_by_role("region", name="Answer").get_by_role("listitem").first.wait_for()
    page.get_by_text("Preprocessing steps").click()
    page.get_by_role("img", name="Centre of mass").wait_for()
    yield "an answer"


def inspect_views(visit: Visit, run: str) -> Views:
    visit.open(f"inspect?run={run}", ".cnn-tiles")
    yield "Activations"
    for name, part in INSPECT_VIEWS.items():
        visit.choose(name, part)
        yield name


def compare_views(visit: Visit, run: str) -> Views:
    with Store.open(visit.settings) as store:
        other = ended_run(store, visit.settings, "L2", 40, 7)
        visit.open("compare", ".st-key-verdict")
        visit.page.locator(".st-key-compare-scatter .main-svg").first.wait_for()
        yield "two runs"
        store.delete(other)


def data_views(visit: Visit, run: str) -> Views:
    imported(visit.app.home)
    visit.open("data", "h1")
    yield "bringing in"
    visit.open("data?set=pets", "text=Add images")
    yield "a set of one's own"


def learn_views(visit: Visit, run: str) -> Views:
    visit.open("learn", ".st-key-lesson-card-L1")
    yield "lessons"
    visit.choose("Drills", ".st-key-drill-answer-1")
    yield "drills"
    visit.choose("Assignments", "h2")
    yield "assignments"
    visit.choose("Glossary", "h2")
    yield "glossary"
    task = read_pack(shipped_packs()["mnist-10k"]).to_link()
    for name, query in (
        ("a step with shapes", "lesson=L1&step=layers"),
        ("a step with counts", "lesson=L2&step=parameters"),
        ("an assignment", f"assignment={task}"),
    ):
        visit.open(f"learn?{query}", "h2")
        yield name


def status_views(visit: Visit, run: str) -> Views:
    visit.open("status", "[aria-label=Processes]")
    yield "nothing at work"


VIEWS = {
    "start": start_views,
    "build": build_views,
    "train": train_views,
    "compare": compare_views,
    "draw": draw_views,
    "inspect": inspect_views,
    "data": data_views,
    "learn": learn_views,
    "status": status_views,
}


def test_no_page_is_left_out() -> None:
    assert set(VIEWS) == {*PAGES, *HIDDEN}


def test_what_is_cut_off_is_found(page: Page) -> None:
    box = "<div style='width: 60px; white-space: nowrap; {style}'><p>{words}</p></div>"
    styles = {"clipped at once": "overflow: hidden", "scrolled to": "overflow: auto", "in sight of all": ""}
    page.set_content("".join(box.format(style=style, words=words) for words, style in styles.items()))
    assert cut_off(page) == ["clipped at once"]


def test_everybody_can_use_the_pages_of_a_new_server(page: Page, app: Any, idle: Idle) -> None:
    visit, found = Visit(page, app, idle), []
    for name, part in {"": "canvas.pad", "draw": "button", "inspect": "button", "compare": "button"}.items():
        visit.open(name, f"[data-testid=stMain] {part}")
        for scheme, width in LOOKS:
            found += visit.problems(f"{name or PAGES[0]}, nothing trained", scheme, width)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", VIEWS)
def test_everybody_can_use_the_page(page: Page, app: Any, idle: Idle, trained_run: str, name: str) -> None:
    visit, found = Visit(page, app, idle), []
    for number, view in enumerate(VIEWS[name](visit, trained_run)):
        for scheme, width in LOOKS if number else FIRST_LOOKS:
            found += visit.problems(f"{name}, {view}", scheme, width)
    assert not found, "\n".join(found)
