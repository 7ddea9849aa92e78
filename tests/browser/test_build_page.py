import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.accessibility import barriers
from tests.support.build_page import Idle, NewPage, layers, names, open_build, selected, start_from, strip, totals


def test_a_preset_an_edit_a_new_total(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    start_from(page, "L2")
    expect(totals(page)).to_contain_text("421,642")
    field = page.get_by_role("spinbutton", name="Filters")
    field.fill("64")
    field.press("Enter")
    expect(totals(page)).to_contain_text("440,394")
    expect(selected(page)).to_have_accessible_name(re.compile("64 @ 3×3 .*output 28×28×64"))


def test_what_changes_while_a_component_is_loaded_is_shown(page: Page, build_url: str, idle: Idle) -> None:
    """The files of the layer's settings and of its formula arrive after another network was opened."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/(inspector|formula)/main.js"), hold)
    open_build(page, build_url, idle)
    start_from(page, "L2")
    expect(totals(page)).to_contain_text("421,642")
    idle(page)
    assert len(held) == 2
    for route in held:
        route.continue_()
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("32")
    expect(page.get_by_role("heading", name="Formula")).to_be_visible()


def test_fast_keys_are_not_lost(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    start_from(page, "LeNet-5")
    expect(layers(page)).to_have_count(8)
    strip(page).focus()
    for _ in range(3):
        page.keyboard.press("Delete")
    for _ in range(2):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("heading", name="Layer 3 · AveragePooling2D")).to_be_visible()
    idle(page)
    page.reload()
    layers(page).first.wait_for()
    assert names(page) == ["Flatten", "Dense", "AveragePooling2D", "Dense", "Dense"]


def test_a_layer_is_added_where_the_plus_stands(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    page.get_by_role("button", name="Add a layer after layer 4").click()
    page.get_by_role("button", name="Dropout", exact=True).click()
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 5: Dropout"))
    expect(page.get_by_role("heading", name="Layer 5 · Dropout")).to_be_visible()


def test_a_reload_loses_nothing(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    field = page.get_by_role("spinbutton", name="Filters")
    field.fill("7")
    field.press("Enter")
    expect(selected(page)).to_have_accessible_name(re.compile("7 @ 3×3"))
    idle(page)
    page.reload()
    expect(selected(page)).to_have_accessible_name(re.compile("7 @ 3×3"))
    page.get_by_role("link", name="Train").click()
    expect(page).to_have_url(re.compile("/train"))
    idle(page)
    page.get_by_role("link", name="Build").click()
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("7")
    expect(page).to_have_url(re.compile("doc="))


def test_an_impossible_layer_is_shown_and_repaired_in_one_click(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    start_from(page, "L3")
    expect(page.locator("[role=option].broken")).to_have_accessible_name(re.compile("Layer 6: Dense.*does not fit"))
    expect(page.locator("[role=option].after")).to_have_count(1)
    expect(page.locator(".st-key-misfit")).to_contain_text("Dense needs a vector")
    page.get_by_role("button", name="Insert Flatten before it").click()
    expect(totals(page)).to_contain_text("93,322")
    expect(page.locator("[role=option].broken")).to_have_count(0)


def test_shapes_are_hidden_worked_out_and_checked(new_page: NewPage, build_url: str, idle: Idle) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(build_url)
    idle(page)
    # Before: the parameters of a phone's trace are in sight without scrolling sideways.
    table = page.get_by_role("region", name="Trace of the network")
    assert table.evaluate("node => node.scrollWidth <= node.clientWidth")
    expect(table.get_by_text("495,680")).to_be_visible()
    page.get_by_role("button", name="Hide shapes and counts").tap()
    expect(table).to_have_count(0)
    expect(page.get_by_role("option", name="Layer 1: Conv2D, 32 @ 3×3 · relu, output hidden")).to_have_count(1)
    page.get_by_role("textbox", name="Output of layer 1, Conv2D").fill("26x26x32")
    page.get_by_role("textbox", name="Parameters of layer 1, Conv2D").fill("300")
    page.get_by_role("button", name="Check").tap()
    expect(page.get_by_role("textbox", name="Output of layer 1, Conv2D, right")).to_be_visible()
    wrong = page.get_by_role("textbox", name="Parameters of layer 1, Conv2D, not right")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    wrong.fill("320")
    expect(page.get_by_role("textbox", name="Parameters of layer 1, Conv2D", exact=True)).to_have_value("320")
    page.get_by_role("button", name="Check").tap()
    expect(page.get_by_text("2 of 12 are right.")).to_be_visible()
    assert not barriers(page, within=[".st-key-answers"])


def test_on_a_phone_what_does_not_fit_is_in_sight_with_its_repair(
    new_page: NewPage, build_url: str, idle: Idle
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(build_url)
    idle(page)
    start_from(page, "L3")
    repair = page.get_by_role("button", name="Insert Flatten before it")
    for seen in (page.get_by_text("Dense needs a vector"), repair):
        expect(seen).to_be_in_viewport(ratio=1)
    strip(page).evaluate("node => node.scrollIntoView({block: 'start'})")  # it stays there wherever the page is
    expect(repair).to_be_in_viewport(ratio=1)
    repair.tap()
    expect(totals(page)).to_contain_text("93,322")
    expect(page.locator(".st-key-misfit")).to_have_count(0)


def test_text_is_larger_on_a_wide_screen_and_numbers_are_whole_on_a_narrow_one(
    new_page: NewPage, build_url: str, idle: Idle
) -> None:
    page = new_page(viewport={"width": 1920, "height": 1080})
    page.goto(build_url)
    idle(page)
    name = page.get_by_role("option", name="Layer 1: Conv2D").locator(".type")
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    large = name.evaluate(size)
    start_from(page, "L3")
    told = page.get_by_role("option", name="Layer 6: Dense, 64 · relu, does not fit").locator(".shape")
    assert told.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size({"width": 900, "height": 900})
    assert large > 1.2 * name.evaluate(size)
    field = page.get_by_role("spinbutton", name="Kernel height")
    field.fill("15000")
    assert field.evaluate(
        """node => {
          const style = getComputedStyle(node);
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = style.font;
          const room = node.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
          return pen.measureText("1500000").width <= room;
        }"""
    )


@pytest.mark.parametrize(("locale", "written"), [("de-DE", "515.146"), ("fr-FR", "515\u202f146")])
def test_numbers_are_written_as_the_browser_has_them(
    new_page: NewPage, build_url: str, idle: Idle, locale: str, written: str
) -> None:
    page = new_page(locale=locale)
    open_build(page, build_url, idle)
    expect(totals(page).get_by_text(written)).to_be_visible()
    expect(page.get_by_role("region", name="Trace of the network").locator("tfoot")).to_contain_text(written)
    macs = written.replace("515", "194").replace("146", "688")  # the first layer's, at the end of their formula
    expect(page.locator(".cnn-formula")).to_contain_text(f"26·26 places × 3·3·1·32 = {macs}")
