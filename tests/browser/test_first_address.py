"""A server whose first visitor asks for any page; and the page for whoever runs it, which is not in the menu."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
from cnn_builder.ui.shared.navigation import PAGES


def test_a_new_server_may_be_asked_for_any_page_first(
    page: Page, app_url: str, idle: Callable[[Page], Locator]
) -> None:
    page.goto(f"{app_url}/train")
    expect(page.get_by_role("link", name="Build")).to_be_visible()
    idle(page)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(len(PAGES))
    expect(page.get_by_test_id("stTopNavLink").filter(has_text="Status")).to_have_count(0)


def test_the_status_with_a_run_training_and_one_queued(page: Page, app: Any) -> None:
    with Store.open(Settings(home=app.home)) as store:
        made = [
            store.create_run(PRESETS[name].architecture, "digits", RunSettings(epochs=1_000)).run_id
            for name in ("LeNet-5", "L1")
        ]
        try:
            page.goto(f"{app.url}/status")
            runs = page.get_by_role("region", name="Runs at work and in the queue")
            expect(runs.get_by_role("row").nth(1)).to_contain_text(made[0], timeout=60_000)
            expect(runs.get_by_role("row").nth(2)).to_contain_text(made[1])
            expect(runs.get_by_role("rowheader", name="1", exact=True)).to_be_visible()
            training = page.get_by_role("region", name="Processes").get_by_role("row").filter(has_text="training")
            expect(training).to_contain_text("MB", timeout=60_000)
            metrics = page.request.get(f"{app.url}/metrics").text()
            assert "cnn_builder_sessions 1\n" in metrics and 'cnn_builder_runs{status="queued"} 1\n' in metrics
            assert 'cnn_builder_processes{kind="training"} 1\n' in metrics
        finally:
            for run_id in reversed(made):
                store.request_stop(run_id)
