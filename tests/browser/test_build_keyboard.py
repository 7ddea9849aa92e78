"""Everything on the Build page by keyboard alone: no test here calls the mouse, clicks or sets a focus."""

import re

from playwright.sync_api import Page, expect

from tests.support.build_page import Idle, layers, names, open_build, selected, strip, totals
from tests.support.keyboard import MOST_TABS, choose_preset, tab_to


def test_a_network_is_built_by_keyboard(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
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


def test_undo_works_wherever_the_focus_is_but_in_text(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    start = names(page)
    tab_to(page, strip(page))
    for _ in range(3):
        page.keyboard.press("Delete")
    expect(layers(page)).to_have_count(3)
    tab_to(page, page.get_by_role("button", name="Add after"))
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(4)
    idle(page)
    assert names(page) == start[2:]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(6)
    assert names(page) == start


def test_a_broken_stack_is_mended_by_keyboard(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    choose_preset(page, "L3")
    idle(page)
    tab_to(page, page.get_by_role("button", name="Insert Flatten before it"))
    page.keyboard.press("Enter")
    expect(totals(page)).to_contain_text("93,322")


def test_the_keys_are_told(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    tab_to(page, page.get_by_role("button", name="Hide shapes and counts"))
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Keys", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Alt + ← →")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("F2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(strip(page)).to_have_accessible_description(re.compile("Enter adds one after it"))


def test_few_tabs_and_one_key_lead_from_the_layers_to_their_settings(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    # The link to a page shows that it has the focus.
    tab_to(page, page.get_by_test_id("stTopNavLink").filter(has_text="Train"))
    link = page.get_by_test_id("stTopNavLink").filter(has_text="Train")
    assert link.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"

    tab_to(page, strip(page))
    page.keyboard.press("Delete")  # Undo is a stop of Tab now, too
    expect(layers(page)).to_have_count(5)
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(6)
    filters = page.get_by_role("spinbutton", name="Filters")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(filters).to_be_focused()
    page.keyboard.press("F2")
    expect(strip(page)).to_be_focused()
    page.keyboard.press("F2")
    expect(filters).to_be_focused()
    page.keyboard.type("7")
    expect(selected(page)).to_have_accessible_name(re.compile("Conv2D, 7 @"))

    # A layer without settings has its actions.
    page.keyboard.press("F2")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Layer 4 · Flatten")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.get_by_role("toolbar", name="Actions").get_by_role("button").first).to_be_focused()


def test_what_a_button_opens_comes_after_it(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    networks = page.get_by_role("button", name="Networks")
    tab_to(page, networks)
    page.keyboard.press("Enter")
    body = page.get_by_test_id("stPopoverBody")
    save = body.get_by_role("button").first
    expect(save).to_be_visible()
    idle(page)
    page.keyboard.press("Tab")
    expect(save).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(networks).to_be_focused()
    page.keyboard.press("Tab")
    expect(save).to_be_focused()
    for _ in range(body.locator("button:visible").count()):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Share")).to_be_focused()
