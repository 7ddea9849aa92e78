"""Going about a page by keyboard alone."""

import re

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 60


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab, or another key, until the target has the focus; fails after `MOST_TABS`."""
    for _ in range(MOST_TABS):
        if target.evaluate("node => node.getRootNode().activeElement === node"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{MOST_TABS} presses of {key} do not lead to {target}")


def choose_preset(page: Page, name: str) -> None:
    """Choose it from Build's list of networks."""
    tab_to(page, page.get_by_role("combobox", name="Start from"))
    page.keyboard.type(name)
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)} ·")).wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
