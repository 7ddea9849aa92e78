"""The live curves and the coach in Chromium, on runs whose rows the tests write themselves."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Event, Metric, ResumePoint, RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.places import take_all_places

QuietWatch = Callable[[Page], Callable[[], bool]]
STEPS = 100  # an epoch; a row for every ten
FIRST_MS = 240_000  # a new server imports much for its first page
RANGE = "plot => [...plot.layout.xaxis.range]"
OVERFITTING = [0.9, 0.5, 0.4, 0.31, 0.35, 0.4, 0.46]


@pytest.fixture
def store(app: Any) -> Iterator[Store]:
    with Store.open(Settings(home=app.home)) as opened:
        yield opened


@pytest.fixture(scope="module", autouse=True)
def _no_room(app: Any) -> None:
    take_all_places(Settings(home=app.home))


def begun(store: Store, epochs: int = 20, seed: int = 0, steps: int = STEPS) -> str:
    """A run that trains as far as the store knows, without a worker."""
    run_id = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(epochs=epochs, seed=seed)).run_id
    assert store.claim_next(1000) is not None
    store.begin(run_id, epochs * steps)
    return run_id


def epoch_rows(epoch: int, val_loss: float) -> list[Metric]:
    first, loss = (epoch - 1) * STEPS, 1.0 / epoch
    steps = [Metric(epoch, first + step, "step", loss, 1 - loss / 2) for step in range(10, STEPS + 1, 10)]
    return [*steps, Metric(epoch, first + STEPS, "epoch", loss, 1 - loss / 2, val_loss, 1 - val_loss / 2)]


def train(store: Store, run_id: str, epochs: list[int], losses: list[float] = OVERFITTING) -> None:
    for epoch in epochs:
        store.append(run_id, epoch_rows(epoch, losses[epoch - 1]))
        store.beat(run_id, epoch * STEPS, epoch)


def watch(page: Page, app: Any, store: Store, run_id: str) -> Locator:
    """Open the run; the accuracy chart once all rows are in it."""
    page.goto(f"{app.url}/train?run={run_id}")
    page.locator(".curves[data-seq]").wait_for(timeout=FIRST_MS)
    painted(page, store, run_id)
    return page.locator("[data-chart=accuracy]")


def painted(page: Page, store: Store, run_id: str) -> None:
    page.locator(f".curves[data-seq='{store.metrics(run_id)[-1].seq}']").wait_for()


def zoom(page: Page, chart: Locator, share: tuple[float, float]) -> list[float]:
    """Drag a box over a share of the chart's width; the range shown then."""
    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    before = chart.evaluate(RANGE)
    page.mouse.move(box["x"] + share[0] * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + share[1] * box["width"], box["y"] + 150, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="Reset zoom")).to_be_visible()
    zoomed: list[float] = chart.evaluate(RANGE)
    assert zoomed != before
    return zoomed


def test_zoom_and_hover_stay_while_points_arrive(app: Any, page: Page, store: Store) -> None:
    run_id = begun(store)
    train(store, run_id, [1, 2, 3, 4])
    chart = watch(page, app, store, run_id)
    zoomed = zoom(page, chart, (0.02, 0.4))
    loss = page.locator("[data-chart=loss]")
    assert loss.evaluate(RANGE) == pytest.approx(zoomed)  # both look at the same epochs

    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 60)
    hover = chart.locator(".hoverlayer .legend")
    expect(hover).to_contain_text("validation")
    for epoch in (5, 6):
        train(store, run_id, [epoch])
        painted(page, store, run_id)
        expect(hover).to_contain_text("validation")
        assert chart.evaluate(RANGE) == pytest.approx(zoomed)
    assert chart.evaluate("plot => plot.data[1].x.length") == 6

    page.get_by_role("button", name="Reset zoom").click()
    expect(page.get_by_role("button", name="Reset zoom")).to_be_hidden()
    assert chart.evaluate(RANGE)[1] > 20
    store.finish(run_id, "stopped")


def test_best_epoch_gap_and_events_are_marked(app: Any, page: Page, store: Store) -> None:
    run_id = begun(store, seed=1)
    page.goto(f"{app.url}/train?run={run_id}")
    chart = page.locator("[data-chart=accuracy]")
    expect(chart.locator(".xtick")).to_have_text(["1", "4", "8", "12", "16", "20"], timeout=FIRST_MS)
    assert chart.evaluate("plot => plot.layout.yaxis.range") == [0, 1]  # nothing in it yet
    store.append(run_id, [Metric(1, 5, "step", 2.2, 0.1)])  # near guessing: not a reason to begin the axis there
    train(store, run_id, [1, 2, 3])
    painted(page, store, run_id)
    expect(chart.locator(".xtick").first).to_have_text("0")
    at = "plot => plot.layout.shapes.map(line => line.x0)"
    assert chart.evaluate(at) == [3]
    assert chart.evaluate("plot => [plot.data[2].fill, plot._fullData[2].fillcolor]") == [
        "tonexty", "rgba(194, 65, 12, 0.09)",
    ]  # fmt: skip
    store.add_event(run_id, Event("learning_rate", 250, 3, 0.0005))
    train(store, run_id, [4, 5, 6, 7])
    painted(page, store, run_id)
    assert chart.evaluate(at) == [4, 2.5]
    words = chart.locator(".annotation-text")
    expect(words).to_have_text(["best: 4, by validation accuracy", "learning rate 0.0005"])
    clipped = page.locator(".curves-note").first  # above the chart, where it covers no point
    expect(clipped).to_have_text(re.compile("batches below 0.4\\d\\d are not shown"))
    assert clipped.evaluate("note => note.closest('.js-plotly-plot')") is None
    assert chart.evaluate("plot => plot.layout.yaxis.range[0] > 0.4")
    edges = chart.evaluate(
        "plot => [plot, ...plot.querySelectorAll('.annotation-text')].map(one => one.getBoundingClientRect().right)"
    )
    assert max(edges[1:]) <= edges[0]  # no words are cut off, wherever the best epoch stands
    page.get_by_label("Fit accuracy to the epochs").uncheck()
    expect(clipped).to_have_text("")
    assert chart.evaluate("plot => plot.layout.yaxis.range[0] < 0.1")
    store.finish(run_id, "stopped", None, {"best_epoch": 4})


def test_a_resumed_run_goes_on_with_the_same_curve(app: Any, page: Page, store: Store) -> None:
    run_id = begun(store, seed=2)
    train(store, run_id, [1, 2, 3])
    chart = watch(page, app, store, run_id)
    zoomed = zoom(page, chart, (0.02, 0.5))
    store.finish(run_id, "crashed", "killed (signal 9)")
    expect(page.locator(".st-key-run-status")).to_contain_text("Crashed")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".st-key-run-status")).to_contain_text("Queued")
    assert store.claim_next(1000) is not None
    store.begin(run_id, 20 * STEPS, ResumePoint(step=2 * STEPS, epoch=2, epochs_done=2))
    train(store, run_id, [3, 4])
    painted(page, store, run_id)
    assert chart.evaluate("plot => [...plot.data[1].x]") == [1, 2, 3, 4]
    steps = chart.evaluate("plot => [...plot.data[0].x]")
    assert len(steps) == 40 and steps == sorted(steps)
    assert chart.evaluate(RANGE) == pytest.approx(zoomed)
    expect(chart.locator(".annotation-text")).to_contain_text(["resumed"])
    store.finish(run_id, "stopped")


def test_runs_that_are_called_alike_are_told_apart(app: Any, page: Page, store: Store) -> None:
    alike = [begun(store, seed=seed) for seed in (20, 21)]
    for run_id in alike:
        train(store, run_id, [1])
    watch(page, app, store, alike[1])
    store.finish(alike[1], "crashed", "killed (signal 9)")
    expect(page.locator(".st-key-run-status")).to_contain_text("Crashed")
    assert f"run={alike[1]}" in page.url
    store.finish(alike[0], "stopped")


def test_smoothing_and_scale_are_remembered(app: Any, page: Page, store: Store) -> None:
    run_id = begun(store, seed=3)
    train(store, run_id, [1, 2, 3])
    store.finish(run_id, "stopped")
    watch(page, app, store, run_id)
    loss = page.locator("[data-chart=loss]")
    plain = loss.evaluate("plot => [...plot.data[2].y]")
    page.get_by_role("slider", name="Smoothing").fill("0.6")
    page.get_by_label("Log scale for loss").check()

    def there_and_back() -> None:
        page.get_by_role("link", name="Build").click()
        page.get_by_role("option").first.wait_for()
        page.get_by_role("link", name="Train", exact=True).click()

    for come_back in (lambda: None, page.reload, there_and_back):
        come_back()
        painted(page, store, run_id)
        drawn = loss.evaluate("plot => [plot.layout.yaxis.type, plot.data[5].visible, plot.data[2].opacity]")
        assert drawn == ["log", True, 0.35]
    assert loss.evaluate("plot => [...plot.data[2].y]") == plain  # what was measured stays in sight
    smooth = loss.evaluate("plot => [...plot.data[5].y]")
    # By hand: 0.6 of the mean before, made up for its start.
    assert smooth == pytest.approx([0.9, (0.24 * 0.9 + 0.4 * 0.5) / 0.64, (0.144 * 0.9 + 0.24 * 0.5 + 0.16) / 0.784])


def test_a_long_line_shows_its_extremes_and_all_its_points_where_it_is_zoomed(
    app: Any, page: Page, store: Store
) -> None:
    run_id = begun(store, epochs=10, seed=4, steps=400)
    rows = [Metric(1 + place // 400, place + 1, "step", 0.5, 0.8 + place % 7 / 100) for place in range(3600)]
    rows[1234] = Metric(4, 1235, "step", 9.0, 0.05)
    store.append(run_id, rows)
    store.finish(run_id, "stopped")
    chart = watch(page, app, store, run_id)
    shown = chart.evaluate("plot => [plot.data[0].y.length, Math.min(...plot.data[0].y)]")
    assert shown[0] <= 1000 and shown[1] == 0.05
    assert max(page.locator("[data-chart=loss]").evaluate("plot => [...plot.data[0].y]")) == 9.0
    start, end = zoom(page, chart, (0.3, 0.38))
    inside = "([plot, from, to]) => plot.data[0].x.filter(x => x >= from && x <= to).length"
    wanted = len([row for row in rows if start <= row.step / 400 <= end])
    handle = chart.element_handle()
    page.wait_for_function(f"(given) => ({inside})(given) === {wanted}", arg=[handle, start, end])


def test_the_coach_speaks_and_fills_the_form(app: Any, page: Page, store: Store) -> None:
    run_id = begun(store, epochs=7, seed=60)
    train(store, run_id, [1, 2, 3, 4, 5, 6, 7])
    store.finish(run_id, "finished", None, {"best_epoch": 4})
    watch(page, app, store, run_id)
    coach = page.locator(".st-key-coach")
    expect(coach).to_contain_text("Validation loss rose from 0.31 (epoch 4) to 0.46 while training loss fell")

    coach.get_by_role("button", name="Try: Dropout 0.3").click()
    expect(page.get_by_text("The form now has")).to_be_visible()
    for name, value in (("epochs", "7"), ("seed", "60")):
        expect(page.locator(f".st-key-run-{name} input")).to_have_value(value)
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".curves").wait_for()
    expect(page).not_to_have_url(re.compile(run_id))
    after = store.list(1)[0]
    assert [layer.type for layer in after.architecture.layers][-2:] == ["Dropout", "Dense"]
    assert after.settings == store.get(run_id).settings and after.dataset == "digits"
    store.request_stop(after.run_id)


def test_nothing_is_asked_for_when_nothing_runs(app: Any, page: Page, store: Store, quiet_watch: QuietWatch) -> None:
    """The last one here: it ends the runs that hold every place. While any run is active, the list of runs follows."""
    run_id = begun(store, seed=5)
    train(store, run_id, [1, 2, 3])
    for run in store.active():
        if run.run_id != run_id:
            store.finish(run.run_id, "stopped")
    quiet = quiet_watch(page)
    watch(page, app, store, run_id)
    assert not quiet()
    store.finish(run_id, "finished")
    expect(page.locator(".st-key-run-status")).to_contain_text("Finished")
    assert quiet()
    page.goto(f"{app.url}/train")
    page.get_by_role("button", name="Train", exact=True).wait_for()
    assert quiet()
