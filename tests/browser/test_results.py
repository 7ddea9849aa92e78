"""What is read of ended runs, in Chromium: the images behind a confusion, two runs compared, files taken away."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.data import describe
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.results import evaluation as kept
from cnn_builder.runs.sweeps.plan import SweepPlan
from cnn_builder.runs.sweeps.search import propose
from cnn_builder.runs.sweeps.variables import parse_variable
from cnn_builder.settings import Settings
from tests.support.accessibility import barriers, sideways
from tests.support.ended_runs import ended_run
from tests.support.places import take_all_places

Idle = Callable[[Page], Locator]
RunApp = Callable[..., AbstractContextManager[Any]]
QuietWatch = Callable[[Page], Callable[[], bool]]
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def full_app(run_app: RunApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server whose places are all taken, so that it starts no worker for the runs that the tests make."""
    with run_app(tmp_path_factory.mktemp("full")) as app:
        take_all_places(Settings(home=app.home))
        yield app


@pytest.fixture(scope="module")
def runs(app: Any) -> Iterator[tuple[str, str]]:
    settings = Settings(home=app.home)
    with Store.open(settings) as store:
        yield ended_run(store, settings, "L2", 40, 0), ended_run(store, settings, "LeNet-5", 5, 1)


def open_page(page: Page, app: Any, path: str) -> None:
    page.goto(f"{app.url}/")
    page.locator(IDLE).wait_for()
    page.goto(f"{app.url}/{path}")
    page.locator(IDLE).wait_for()


def test_a_cell_opens_its_images(app: Any, page: Page, runs: tuple[str, str]) -> None:
    open_page(page, app, f"train?run={runs[0]}")
    worst = page.locator(f".st-key-confusion-{runs[0]} button[aria-pressed=true]")
    expect(worst).to_have_attribute("aria-label", re.compile(r"\d+ images? of \d predicted as \d"))
    page.get_by_role("button", name=re.compile(r"of 3 classified correctly")).click()
    expect(
        page.get_by_text(re.compile(r"^3 classified correctly: \d+ images, the \d+ most confident$"))
    ).to_be_visible()
    shown = page.locator(".cnn-pictures img")
    expect(shown.first).to_have_attribute("alt", re.compile(r"Test image \d+, 3"))
    # With the keyboard: to the right, over the empty cells, and Enter.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^3 predicted as 4: \d+ images?$"))).to_be_visible()
    expect(worst).to_have_attribute("aria-label", re.compile("images? of 3 predicted as 4"))
    count = int(str(worst.text_content()))
    expect(shown).to_have_count(count)

    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    report = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == f"L2-{runs[0]}.html" and "Confusion matrix" in report
    with page.expect_download() as download:
        page.get_by_role("button", name="Model", exact=True).click()
    assert Path(download.value.path()).read_bytes() == b"a model"


def test_formats_are_told_with_the_images_that_changed(app: Any, page: Page, runs: tuple[str, str]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, app, f"train?run={runs[0]}")
    table = page.get_by_role("region", name="Formats of the model")
    expect(table.get_by_role("row", name="LiteRT int8")).to_contain_text("0.7500")
    assert table.evaluate("frame => frame.scrollWidth - frame.clientWidth") <= 0  # a phone shows all its columns
    with page.expect_download() as download:
        page.get_by_role("button", name="LiteRT int8").click()
    assert Path(download.value.path()).read_bytes() == b"converted"
    assert download.value.suggested_filename.endswith(".int8.tflite")
    page.get_by_text("Images whose answer changed").click()
    expect(page.get_by_role("img", name="Test image 8, 3")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Model card").click()
    assert "| LiteRT int8 | 9 B |" in Path(download.value.path()).read_text(encoding="utf-8")


# How far the matrix reaches beyond its place, and how many counts reach beyond their cells.
OVERHANG = """frame => [
  Math.max(...[...frame.querySelectorAll("button, th")].map((cell) => cell.getBoundingClientRect().right))
    - frame.getBoundingClientRect().right,
  [...frame.querySelectorAll("button")].filter((cell) => cell.scrollWidth > cell.clientWidth).length,
]"""


def test_the_whole_confusion_matrix_is_in_view(full_app: Any, page: Page) -> None:
    """With the counts of MNIST's 10,000 test images, which have four digits, on laptop, projector and phone."""
    settings = Settings(home=full_app.home)
    with Store.open(settings) as store:
        run_id = ended_run(store, settings, "LeNet-5", 40, 2)
        folder = settings.run_folder(run_id)
        small = kept.read_evaluation(folder)
        assert small is not None
        kept.write_evaluation(folder, replace(small, confusion=small.confusion * 31))
        open_page(page, full_app, f"train?run={run_id}")
        frame = page.locator(f".st-key-confusion-{run_id} .frame")
        for width in (1280, 1920, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            expect(frame.get_by_role("button").first).to_have_text(re.compile(r"^\d,\d{3}$"))
            beyond, clipped = frame.evaluate(OVERHANG)
            assert beyond <= 0 and clipped == 0, width
        # On a phone it has the whole width: its counts can be read.
        count = frame.get_by_role("button").first.bounding_box()
        assert count is not None and count["width"] > 24
        store.delete(run_id)


def test_two_runs_are_compared(app: Any, page: Page, runs: tuple[str, str]) -> None:
    open_page(page, app, "compare")
    expect(page.locator(".st-key-verdict")).to_contain_text("B is better")
    expect(page.locator(".st-key-verdict")).to_contain_text("35 are classified correctly only by B and 0 only by A")
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


def test_a_sweep_is_read_by_everybody(full_app: Any, page: Page, idle: Idle) -> None:
    plan, asked = SweepPlan((parse_variable("layers.0.filters=4,8,16"),), 3), RunSettings(epochs=1)
    network = PRESETS["L2"].architecture
    found = propose(network, asked, describe("digits"), plan, 10**11)
    with Store.open(Settings(home=full_app.home)) as store:
        sweep = store.create_sweep(network, "digits", asked, plan, found.candidates)
        for one in sweep.candidates:
            result = {"test_accuracy": 0.8 + one.number / 20, "best_epoch": 1, "seconds": 2.0}
            store.append(one.run_id, [Metric(1, 10, "epoch", 0.5, 0.5, 0.5, 0.8 + one.number / 20)])
            store.finish(one.run_id, "finished", result=result)
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, full_app, f"compare?sweep={sweep.sweep_id}")
    expect(page.get_by_text("Best by validation accuracy: No. 3")).to_be_visible()
    expect(page.locator(".st-key-sweep-front .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text("No. 3 against the start")).to_be_visible()
    idle(page)  # a click on what is drawn anew reaches nothing
    page.get_by_text("MACs", exact=True).first.click()
    expect(page.locator(".st-key-sweep-front").get_by_text("MACs")).to_be_visible()
    idle(page)
    assert sideways(page) == 0
    assert not barriers(page, within=["[data-testid=stMain]"], serious=True)
    page.get_by_role("link", name="Open the run of No. 3").click()
    expect(page.get_by_text("Candidate 3 of 3 of a sweep")).to_be_visible()
    page.get_by_text("Sweep", exact=True).click()
    expect(page.get_by_role("combobox", name="What varies")).to_be_visible()
    assert sideways(page) == 0


def test_a_run_at_work_is_followed_and_nothing_polls_after_it(
    run_app: RunApp, tmp_path: Path, page: Page, quiet_watch: QuietWatch
) -> None:
    quiet = quiet_watch(page)
    with run_app(tmp_path) as app, Store.open(Settings(home=app.home)) as store:
        run_id = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(), name="At work").run_id
        assert store.claim_next(1) is not None
        store.take(run_id)  # this process is its worker
        store.begin(run_id, 30)
        store.append(run_id, [Metric(1, 10, "epoch", 1.0, 0.8, seconds=1.0)])
        store.beat(run_id, 10, 1)
        open_page(page, app, "compare")
        page.get_by_label("Find").fill("At work")
        page.get_by_label("Find").press("Enter")
        expect(page.get_by_text("None of these runs has a validation accuracy yet.")).to_be_visible()
        assert not quiet()
        store.append(run_id, [Metric(2, 20, "epoch", 1.0, 0.8, 0.5, 0.7, seconds=1.0)])
        store.beat(run_id, 20, 2)
        expect(page.locator(".st-key-compare-curves .main-svg").first).to_be_visible()
        store.finish(run_id, "finished", None, {"test_accuracy": 0.9, "test_loss": 0.3, "seconds": 1.0})
        expect(page.locator(".st-key-compare-scatter .main-svg").first).to_be_visible()
        assert quiet()
        store.delete(run_id)


def test_deleting_asks_in_words_that_can_be_seen(app: Any, page: Page, runs: tuple[str, str]) -> None:
    open_page(page, app, f"train?run={runs[0]}")
    page.get_by_role("button", name="Delete", exact=True).click()
    label = page.get_by_text("Delete the run")
    expect(label).to_be_visible()
    box = label.bounding_box()
    assert box is not None and box["width"] > 60
