"""What is read of ended runs, in Chromium: the images behind a confusion, two runs compared, files taken away."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.data import load
from cnn_builder.engine.counted import evaluated
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs import evaluation as kept
from cnn_builder.runs.model_file import digest
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"


def finished(store: Store, settings: Settings, preset: str, wrong: int, seed: int) -> str:
    """A run that reads the first so many test images as the next digit."""
    store.create_run(PRESETS[preset].architecture, "digits", RunSettings(seed=seed))
    run = store.claim_next(1)
    assert run is not None
    store.begin(run.run_id, 30)
    rows = [Metric(epoch, epoch * 10, "epoch", 1 / epoch, 0.8, 0.5, 0.6 + epoch / 10) for epoch in (1, 2, 3)]
    store.append(run.run_id, rows)
    store.beat(run.run_id, 30, 3)
    digits, folder = load("digits"), settings.run_folder(run.run_id)
    read = digits.y_test.copy()
    read[:wrong] = (read[:wrong] + 1) % 10
    kept.write(folder, evaluated(digits, read, np.full((len(read), 10), 0.1)))
    (folder / BEST).write_bytes(b"a model")
    model = {"verified": True, "images": 100, "difference": 0.0, "sha256": digest(folder / BEST)}
    evaluation = {"images": len(read), "details": True, "samples": [], "model": model}
    score = {"test_accuracy": 1 - wrong / len(read), "test_loss": 0.2, "best_epoch": 3, "seconds": 2.0}
    store.finish(run.run_id, "finished", None, {**score, "evaluation": evaluation})
    return run.run_id


@pytest.fixture(scope="module")
def runs(app: Any) -> Iterator[tuple[str, str]]:
    settings = Settings(home=app.home)
    with Store.open(settings) as store:
        yield finished(store, settings, "L2", 40, 0), finished(store, settings, "LeNet-5", 5, 1)


def open_page(page: Page, app: Any, path: str) -> None:
    page.goto(f"{app.url}/")
    page.locator(IDLE).wait_for()
    page.goto(f"{app.url}/{path}")
    page.locator(IDLE).wait_for()


def test_a_cell_opens_its_images(app: Any, page: Page, runs: tuple[str, str]) -> None:
    open_page(page, app, f"train?run={runs[0]}")
    worst = page.locator(f".st-key-confusion-{runs[0]} button[aria-pressed=true]")
    expect(worst).to_have_attribute("aria-label", re.compile(r"\d+ of \d read as \d"))
    page.get_by_role("button", name=re.compile(r"of 3 read right")).click()
    expect(page.get_by_text(re.compile(r"^3 read right: \d+ images, the \d+ surest$"))).to_be_visible()
    shown = page.locator(".cnn-pictures img")
    expect(shown.first).to_have_attribute("alt", re.compile(r"Test image \d+, 3"))
    # With the keyboard: to the right, over the empty cells, and Enter.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^3 read as 4: \d+ images?$"))).to_be_visible()
    expect(worst).to_have_attribute("aria-label", re.compile("of 3 read as 4"))
    count = int(str(worst.text_content()))
    expect(shown).to_have_count(count)

    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    report = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == f"L2-{runs[0]}.html" and "Confusion matrix" in report
    with page.expect_download() as download:
        page.get_by_role("button", name="Model", exact=True).click()
    assert Path(download.value.path()).read_bytes() == b"a model"


def test_two_runs_are_compared(app: Any, page: Page, runs: tuple[str, str]) -> None:
    open_page(page, app, "compare")
    expect(page.locator(".st-key-verdict")).to_contain_text("B is better")
    expect(page.locator(".st-key-verdict")).to_contain_text("35 are read right by B alone and 0 by A alone")
    lines = page.locator(".st-key-compare-curves .legendtext")
    expect(lines).to_have_text(["A · L2", "B · LeNet-5"])
    # The newest run's row, at the top: without it there is nothing to judge.
    table = page.locator("[data-testid=stDataFrame]").bounding_box()
    assert table is not None
    page.mouse.click(table["x"] + 18, table["y"] + 52)
    expect(lines).to_have_text(["A · L2"])
    expect(page.locator(".st-key-verdict")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").count("\n") == 3


def test_a_run_at_work_is_followed_and_nothing_polls_after_it(app: Any, page: Page) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    with Store.open(Settings(home=app.home)) as store:
        run_id = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=9), name="At work").run_id
        while store.get(run_id).status == "queued":
            store.claim_next(100)
        store.take(run_id)  # this process is its worker
        store.begin(run_id, 30)
        store.append(run_id, [Metric(1, 10, "epoch", 1.0, 0.8, seconds=1.0)])
        store.beat(run_id, 10, 1)
        open_page(page, app, "compare")
        page.get_by_label("Find").fill("At work")
        page.get_by_label("Find").press("Enter")
        expect(page.get_by_text("None of these runs has a validation accuracy yet.")).to_be_visible()
        store.append(run_id, [Metric(2, 20, "epoch", 1.0, 0.8, 0.5, 0.7, seconds=1.0)])
        store.beat(run_id, 20, 2)
        expect(page.locator(".st-key-compare-curves .main-svg").first).to_be_visible()
        store.finish(run_id, "finished", None, {"test_accuracy": 0.9, "test_loss": 0.3, "seconds": 1.0})
        expect(page.locator(".st-key-compare-scatter .main-svg").first).to_be_visible()
        page.locator(IDLE).wait_for()
        page.wait_for_timeout(500)
        before = len(sent)
        page.wait_for_timeout(5_000)
        assert len(sent) == before
        store.delete(run_id)


def test_deleting_asks_in_words_that_can_be_seen(app: Any, page: Page, runs: tuple[str, str]) -> None:
    open_page(page, app, f"train?run={runs[0]}")
    page.get_by_role("button", name="Delete", exact=True).click()
    label = page.get_by_text("Delete the run")
    expect(label).to_be_visible()
    box = label.bounding_box()
    assert box is not None and box["width"] > 60


@pytest.mark.parametrize(("path", "scheme"), [("train", "dark"), ("compare", "light")])
def test_results_can_be_read_by_everybody(
    app: Any, new_page: Callable[..., Page], runs: tuple[str, str], path: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    open_page(page, app, f"{path}?run={runs[0]}")
    page.locator(".st-key-take-away, .st-key-compare-curves").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(page, context={"include": [["[data-testid=stMain]"]]})
    serious = {
        rule["id"]: [node["html"][:300] for node in rule["nodes"]]
        for rule in found.response["violations"]
        if rule["impact"] in ("serious", "critical")
    }
    assert not serious
