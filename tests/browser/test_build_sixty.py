"""A stack of sixty layers (and one of a hundred) takes fast keys, moves and edits without losing any."""

import re

import pytest
from conftest import App
from playwright.sync_api import Page, expect

from tests.support.build_page import Idle, filters, layers, open_network, scrolled, selected, spoken, strip, tall


def layer(page: Page, number: int) -> None:
    """Wait until the server shows the settings of this layer."""
    expect(page.get_by_role("heading", name=re.compile(f"^Layer {number} ·"))).to_be_visible()


def press(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)


@pytest.mark.parametrize("count", [60, 100])
def test_no_keystroke_is_lost(page: Page, app: App, idle: Idle, count: int) -> None:
    open_network(page, app.url, app.home, idle, tall(count))
    strip(page).focus()
    press(page, "ArrowRight", count)
    expect(selected(page)).to_have_accessible_name(re.compile(f"^Layer {count}: Dense"))
    expect(selected(page)).to_be_in_viewport()
    layer(page, count)
    press(page, "ArrowLeft", 20)
    press(page, "Delete", 10)
    expect(layers(page)).to_have_count(count - 10)
    # Layers count−20 … count−11 are gone; the one that follows them is selected and moved nine places to the left.
    press(page, "Alt+ArrowLeft", 9)
    layer(page, count - 29)
    expect(strip(page)).to_be_focused()
    idle(page)
    order = [*range(1, count - 29), count - 10 + 0, *range(count - 29, count - 20), *range(count - 9, count - 1)]
    assert filters(page) == order
    expect(selected(page)).to_have_accessible_name(re.compile(f"^Layer {count - 29}: Conv2D, {count - 10} @"))
    press(page, "Control+z", 19)
    expect(layers(page)).to_have_count(count)
    idle(page)
    assert filters(page) == list(range(1, count - 1))


def test_settings_and_strip_change_together(page: Page, app: App, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, tall(60))
    strip(page).focus()
    press(page, "ArrowRight", 29)
    layer(page, 30)
    for value in (31, 32, 33):
        field = page.get_by_role("spinbutton", name="Filters")
        field.fill(str(value))
        # Not committed yet: it is when the strip takes the focus, together with what the keys below do.
        strip(page).focus()
        press(page, "Alt+ArrowRight", 2)
        press(page, "ArrowRight", 3)
        press(page, "ArrowLeft", 3)
        expect(selected(page)).to_have_accessible_name(re.compile(f"Conv2D, {value} @"))
        # The field follows the strip by a message: until then it may be another layer's.
        layer(page, 30 + 2 * (value - 30))
        idle(page)
        expect(field).to_have_value(str(value))
    idle(page)
    assert filters(page) == [*range(1, 30), *range(31, 37), 33, *range(37, 59)]


def test_a_number_lands_on_the_layer_it_was_typed_for(page: Page, app: App, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, tall(60))
    for number in (1, 2, 3):
        page.get_by_role("spinbutton", name="Filters").fill(str(100 + number))
        layers(page).nth(number).click()
        layer(page, number + 1)
    idle(page)
    assert filters(page) == [101, 102, 103, *range(4, 59)]
    assert spoken(page)[3].startswith("Layer 4: Conv2D, 4 @")


def test_the_place_in_a_long_stack_is_kept(page: Page, app: App, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, tall(60))
    strip(page).focus()
    press(page, "ArrowRight", 39)
    layer(page, 40)
    place = scrolled(page)
    assert place > 1000
    field = page.get_by_role("spinbutton", name="Filters")
    field.fill("41")
    field.press("Enter")
    expect(selected(page)).to_have_accessible_name(re.compile("Conv2D, 41 @"))
    idle(page)
    assert scrolled(page) == place
    page.get_by_role("link", name="Train").click()
    expect(page).to_have_url(re.compile("/train"))
    idle(page)
    page.get_by_role("link", name="Build").click()
    expect(selected(page)).to_have_accessible_name(re.compile("^Layer 40: Conv2D, 41 @"))
    expect(selected(page)).to_be_in_viewport()
