"""The whole way by keyboard alone: a preset is chosen, trained, shown an image and compared. Nothing is clicked."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.build_page import layers
from tests.support.keyboard import choose_preset, tab_to

Idle = Callable[[Page], Locator]
TRAINING_MS = 600_000
WAKING_MS = 120_000


def go_to(page: Page, name: str, idle: Idle) -> None:
    """To another page by its link above all pages."""
    idle(page)
    tab_to(page, page.get_by_test_id("stTopNavLink").filter(has_text=name), "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{name.lower()}**")
    idle(page)


def test_from_start_to_compare(page: Page, app: Any, idle: Idle) -> None:
    page.goto(app.url)
    page.locator("canvas.pad").wait_for(timeout=TRAINING_MS)
    idle(page)
    tab_to(page, page.get_by_test_id("stTopNavLink").filter(has_text="Build"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/build**")
    layers(page).first.wait_for()
    idle(page)
    choose_preset(page, "LeNet-5")
    page.keyboard.press("Escape")

    go_to(page, "Train", idle)
    data_set = page.get_by_role("combobox", name="Data set")
    tab_to(page, data_set)
    page.keyboard.type("Digits")
    page.get_by_role("option", name="Digits 8×8 (built in)").wait_for()
    page.keyboard.press("Enter")
    expect(data_set).to_have_value("Digits 8×8 (built in)")
    idle(page)
    epochs = page.locator(".st-key-run-epochs input")
    tab_to(page, epochs)
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    idle(page)
    tab_to(page, page.get_by_role("button", name="Train", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-run-status")).to_contain_text("Finished", timeout=TRAINING_MS)

    go_to(page, "Draw", idle)
    tab_to(page, page.locator("summary", has_text="Classify a picture"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Use a random test image"))
    page.keyboard.press("Enter")
    answer = page.get_by_role("region", name="Answer")
    expect(answer.get_by_role("listitem").filter(has_text="%")).to_have_count(10, timeout=WAKING_MS)

    go_to(page, "Compare", idle)
    expect(page.get_by_role("heading", name="Compare", level=1)).to_be_visible()
    tab_to(page, page.get_by_role("textbox", name="Find"))
    page.keyboard.type("LeNet")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
