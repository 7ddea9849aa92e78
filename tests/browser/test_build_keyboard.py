"""Everything on the Build page by keyboard alone: no test here calls the mouse, clicks or sets a focus."""

import re

from building import Idle, layers, names, open_build, selected, strip, totals
from playwright.sync_api import Locator, Page, expect

MOST_TABS = 60


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(MOST_TABS):
        if target.evaluate("node => node.getRootNode().activeElement === node"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} presses of Tab do not lead to {target}")


def choose_preset(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("combobox", name="Start from"))
    page.keyboard.type(name)
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)} ·")).wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)


def test_a_network_is_built_by_keyboard(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    choose_preset(page, "L1")
    expect(layers(page)).to_have_count(6)
    idle(page)

    # A layer after the second, found by its name.
    page.keyboard.press("Escape")
    tab_to(page, strip(page))
    page.keyboard.press("ArrowRight")
    expect(selected(page)).to_have_accessible_name(re.compile("^Layer 2: MaxPooling2D"))
    page.keyboard.press("Enter")
    search = page.get_by_role("combobox", name="Find a layer")
    expect(search).to_be_focused()
    page.keyboard.type("Dropout")
    page.get_by_role("option", name=re.compile("^Dropout")).first.wait_for()
    page.keyboard.press("Enter")
    expect(selected(page)).to_have_accessible_name(re.compile("^Layer 3: Dropout"))
    expect(strip(page)).to_be_focused()

    # Its setting.
    tab_to(page, page.get_by_role("spinbutton", name="Rate"))
    page.keyboard.press("Control+a")
    page.keyboard.type("0.4")
    page.keyboard.press("Enter")
    expect(selected(page)).to_have_accessible_name(re.compile(r"Dropout, 0\.4|Dropout, 40"))

    # Copied, moved, deleted, and back again.
    for _ in range(MOST_TABS):
        if strip(page).evaluate("node => node.getRootNode().activeElement === node"):
            break
        page.keyboard.press("Shift+Tab")
    expect(strip(page)).to_be_focused()
    start = names(page)
    page.keyboard.press("Control+d")
    expect(selected(page)).to_have_accessible_name(re.compile("^Layer 4: Dropout"))
    page.keyboard.press("Alt+End")
    expect(page.get_by_role("heading", name="Layer 8 · Dropout")).to_be_visible()
    page.keyboard.press("Delete")
    expect(layers(page)).to_have_count(7)
    expect(strip(page)).to_be_focused()
    idle(page)
    assert names(page) == start
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("heading", name="Layer 4 · Dropout")).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("heading", name="Layer 8 · Dropout")).to_be_visible()
    page.keyboard.press("Control+y")
    expect(layers(page)).to_have_count(7)
    idle(page)
    assert names(page) == start


def test_undo_works_wherever_the_focus_is_but_in_text(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start = names(page)
    tab_to(page, strip(page))
    for _ in range(3):
        page.keyboard.press("Delete")
    expect(layers(page)).to_have_count(3)
    tab_to(page, page.get_by_role("button", name="Delete", exact=True))
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(4)
    idle(page)
    assert names(page) == start[2:]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(6)
    assert names(page) == start


def test_a_broken_stack_is_mended_by_keyboard(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    choose_preset(page, "L3")
    idle(page)
    tab_to(page, page.get_by_role("button", name="Insert Flatten before it"))
    page.keyboard.press("Enter")
    expect(totals(page)).to_contain_text("93,322")


def test_the_keys_are_told(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    tab_to(page, page.get_by_role("button", name="Keys", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Alt + ← →")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(strip(page)).to_have_accessible_description(re.compile("Enter adds one after it"))
