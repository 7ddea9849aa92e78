"""The selected layer's settings: live as they are typed, one undo step a number, and nobody's typing is disturbed."""

import re

import pytest
from conftest import App
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from tests.support.accessibility import sideways
from tests.support.build_page import Idle, NewPage, layers, open_build, open_network, selected, strip, totals


def field(page: Page, name: str = "Filters") -> Locator:
    return page.get_by_role("spinbutton", name=name, exact=True)


def is_focused(node: Locator) -> bool:
    focused: bool = node.evaluate("node => node.getRootNode().activeElement === node")
    return focused


def caret(node: Locator) -> list[int]:
    places: list[int] = node.evaluate("node => [node.selectionStart, node.selectionEnd]")
    return places


@pytest.fixture
def built(page: Page, app: App, idle: Idle) -> Page:
    open_network(page, app.url, app.home, idle, PRESETS["L1"].architecture)
    return page


def type_slowly(page: Page, text: str) -> None:
    """Each key, and what it painted."""
    for number, key in enumerate(text, 1):
        page.keyboard.press(key)
        expect(selected(page)).to_have_accessible_name(re.compile(f" {text[:number]} @"))


def test_every_key_is_painted_and_the_number_is_one_undo_step(built: Page) -> None:
    field(built).focus()
    built.keyboard.press("Control+a")
    type_slowly(built, "128")
    expect(totals(built)).to_contain_text("571,402")
    assert is_focused(field(built)) and caret(field(built)) == [3, 3]
    built.keyboard.press("Control+z")
    expect(selected(built)).to_have_accessible_name(re.compile(" 32 @"))
    expect(field(built)).to_have_value("32")
    assert is_focused(field(built))
    expect(built.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    built.keyboard.press("Control+y")
    expect(field(built)).to_have_value("128")


def test_enter_ends_the_undo_step(built: Page) -> None:
    field(built).focus()
    for value in ("8", "9"):
        built.keyboard.press("Control+a")
        type_slowly(built, value)
        built.keyboard.press("Enter")
    built.keyboard.press("Control+z")
    expect(selected(built)).to_have_accessible_name(re.compile(" 8 @"))
    built.keyboard.press("Control+z")
    expect(selected(built)).to_have_accessible_name(re.compile(" 32 @"))


def test_fast_typing_loses_no_key(built: Page, idle: Idle) -> None:
    field(built).focus()
    built.keyboard.press("Control+a")
    built.keyboard.type("1234567")
    expect(selected(built)).to_have_accessible_name(re.compile(" 1234567 @"))
    idle(built)
    expect(field(built)).to_have_value("1234567")
    assert caret(field(built)) == [7, 7]


def test_arrows_pages_and_buttons_step_and_the_wheel_only_with_the_focus(built: Page) -> None:
    field(built).hover()
    built.mouse.wheel(0, -100)
    field(built).focus()
    for key, value in {"ArrowUp": 33, "PageUp": 43, "PageDown": 33, "ArrowDown": 32}.items():
        built.keyboard.press(key)
        expect(selected(built)).to_have_accessible_name(re.compile(f" {value} @"))
    built.mouse.wheel(0, -100)
    expect(field(built)).to_have_value("33")
    built.get_by_role("button", name="Increase Filters", include_hidden=True).click()
    expect(selected(built)).to_have_accessible_name(re.compile(" 34 @"))
    assert is_focused(field(built))


def test_a_refused_number_stays_with_its_reason_and_the_stack_keeps_the_last_good_one(built: Page, idle: Idle) -> None:
    field(built).fill("-5")
    reason = built.get_by_text("Expected a whole number from 1 to 1,000,000,000, received -5.")
    expect(reason).to_be_visible()
    expect(field(built)).to_have_attribute("aria-invalid", "true")
    built.keyboard.press("Tab")
    idle(built)
    expect(field(built)).to_have_value("-5")
    expect(selected(built)).to_have_accessible_name(re.compile(" 32 @"))
    field(built, "Kernel height").fill("5")
    expect(selected(built)).to_have_accessible_name(re.compile("5×3"))
    expect(field(built)).to_have_value("-5")
    field(built).focus()
    built.keyboard.press("Escape")
    expect(field(built)).to_have_value("32")
    expect(reason).to_be_hidden()


def test_tab_leads_from_field_to_field_while_edits_are_painted(built: Page, idle: Idle) -> None:
    field(built).focus()
    built.keyboard.press("Control+a")
    built.keyboard.type("16")
    built.keyboard.press("Tab")
    built.keyboard.type("5")
    built.keyboard.press("Tab")
    built.keyboard.type("4")
    expect(selected(built)).to_have_accessible_name(re.compile("16 @ 5×4"))
    idle(built)
    assert is_focused(field(built, "Kernel width"))
    for value in ("5×3", "3×3"):
        built.keyboard.press("Control+z")
        expect(selected(built)).to_have_accessible_name(re.compile(value))


def test_the_layer_under_the_caret_is_deleted(built: Page, idle: Idle) -> None:
    layers(built).nth(4).click()
    units = field(built, "Units")
    expect(units).to_have_value("64")
    units.focus()
    built.keyboard.type("12")
    built.get_by_role("button", name="Delete", exact=True).evaluate("node => node.click()")
    expect(layers(built)).to_have_count(5)
    expect(units).to_have_value("10")
    assert is_focused(units)
    built.keyboard.press("Control+a")
    built.keyboard.type("11")
    expect(selected(built)).to_have_accessible_name(re.compile("Layer 5: Dense, 11"))


def test_an_edit_from_a_second_tab_is_shown_and_the_focus_stays(built: Page, idle: Idle) -> None:
    other = built.context.new_page()
    open_build(other, built.url, idle)
    field(other, "Kernel height").fill("7")
    expect(selected(other)).to_have_accessible_name(re.compile("7×3"))
    field(built).focus()
    built.keyboard.press("Control+a")
    built.keyboard.type("20")
    expect(selected(built)).to_have_accessible_name(re.compile("20 @ 7×3"))
    expect(field(built, "Kernel height")).to_have_value("7")
    assert is_focused(field(built)) and caret(field(built)) == [2, 2]
    field(other).focus()
    other.keyboard.press("ArrowUp")
    expect(selected(other)).to_have_accessible_name(re.compile("(33|21) @ 7×3"))


def test_choices_switches_and_further_settings(built: Page, idle: Idle) -> None:
    built.get_by_label("Padding", exact=True).select_option("same")
    expect(selected(built)).to_have_accessible_name(re.compile("output 28×28×32"))
    built.get_by_text("More settings").click()
    built.get_by_role("switch", name="Use bias").uncheck()
    expect(totals(built)).to_contain_text("parameters")
    idle(built)
    built.get_by_role("button", name="Undo", exact=True).click()
    expect(built.get_by_role("switch", name="Use bias")).to_be_checked()
    built.get_by_role("button", name="Undo", exact=True).click()
    expect(built.get_by_label("Padding", exact=True)).to_have_value("valid")


def test_a_touch_screen_has_steppers_a_finger_can_hit(new_page: NewPage, build_url: str, idle: Idle) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_build(page, build_url, idle)
    stepper = page.get_by_role("button", name="Increase Filters", include_hidden=True)
    box = stepper.bounding_box()
    assert box is not None and box["width"] >= 44 and box["height"] >= 40
    stepper.tap()
    expect(selected(page)).to_have_accessible_name(re.compile(" 33 @"))
    assert sideways(page) == 0


def test_the_bar_above_follows_an_undo_of_its_own_fields(built: Page, idle: Idle) -> None:
    name = built.get_by_label("Name", exact=True)
    name.fill("Mine")
    name.press("Enter")
    idle(built)
    built.get_by_role("button", name="Undo", exact=True).click()
    expect(name).to_have_value("L1")
    strip(built).focus()
    built.keyboard.press("Control+y")
    expect(name).to_have_value("Mine")
