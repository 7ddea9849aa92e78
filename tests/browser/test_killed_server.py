"""Train pressed in two tabs at once, then the web server is killed: one run, which the next server finds at work."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import link
from cnn_builder.runs import Store
from cnn_builder.settings import Settings

Idle = Callable[[Page], Locator]
RunApp = Callable[..., AbstractContextManager[Any]]
SLOW = 240_000
LONG = 3000
"""Epochs: the run is at work until it is stopped."""


def kill_server(home: Path) -> None:
    """Kill the web server of this home as `kill -9` does, and wait for its end; its worker is left alone."""
    servers = [
        process
        for process in psutil.process_iter(["cmdline"])
        if "streamlit" in (process.info["cmdline"] or []) and process.environ().get("CNN_BUILDER_HOME") == str(home)
    ]
    assert len(servers) == 1
    servers[0].kill()
    psutil.wait_procs(servers, timeout=60)


def form(page: Page, url: str, idle: Idle) -> Locator:
    """The Train page with a long run of L1 on the digits in its form; the button that starts it."""
    page.goto(f"{url}/train?net={link.encode(PRESETS['L1'].architecture, 'digits')}")
    button = page.get_by_role("button", name="Train", exact=True)
    button.wait_for(timeout=SLOW)
    idle(page)
    epochs = page.locator(".st-key-run-epochs input")
    epochs.fill(str(LONG))
    epochs.press("Enter")
    idle(page)
    expect(epochs).to_have_value(str(LONG))
    return button


def rows_shown(page: Page) -> int:
    """How many rows of the run's metrics are in its charts, once there are some."""
    curves = page.locator(".curves[data-seq]:not([data-seq='0'])")
    curves.wait_for(timeout=SLOW)
    return int(curves.get_attribute("data-seq") or 0)


@pytest.mark.fault(5, 7, 8)
def test_one_run_is_started_and_outlives_its_server(
    run_app: RunApp, new_page: Callable[..., Page], tmp_path: Path, idle: Idle
) -> None:
    tabs = [new_page(), new_page()]
    with run_app(tmp_path, runs_go_on=True) as app, Store.open(Settings(home=app.home)) as store:
        for button in [form(tab, app.url, idle) for tab in tabs]:
            button.click(no_wait_after=True)
        for tab in tabs:
            rows_shown(tab)
        (run,) = store.list()
        assert all(f"run={run.run_id}" in tab.url for tab in tabs)
        kill_server(app.home)
        before = store.metrics(run.run_id)[-1].seq
    with run_app(tmp_path) as app, Store.open(Settings(home=app.home)) as store:
        page = tabs[0]
        page.goto(f"{app.url}/train?run={run.run_id}")
        expect(page.locator(".st-key-run-status")).to_contain_text("Training", timeout=SLOW)
        assert rows_shown(page) >= before
        page.reload()
        again = rows_shown(page)
        page.get_by_role("link", name="Build", exact=True).click()
        page.wait_for_url("**/build**")
        idle(page)
        page.go_back()
        expect(page).to_have_url(re.compile(f"/train.*run={run.run_id}"))
        assert rows_shown(page) >= again
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator(".st-key-run-status")).to_contain_text("Stopped", timeout=SLOW)
        assert [one.run_id for one in store.list()] == [run.run_id]
        rows = store.metrics(run.run_id)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        steps = [row.step for row in rows if row.kind == "step"]
        assert steps == sorted(set(steps))
