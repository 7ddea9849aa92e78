import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

Idle = Callable[[Page], Locator]
NewPage = Callable[..., Page]


def open_build(page: Page, url: str, idle: Idle) -> None:
    page.goto(url)
    layers(page).first.wait_for()
    idle(page)


def layers(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Layers of the network").get_by_role("option")


def selected(page: Page) -> Locator:
    return page.locator("[role=option][aria-selected=true]")


def totals(page: Page) -> Locator:
    return page.locator(".st-key-totals")


def start_from(page: Page, name: str) -> None:
    page.get_by_label("Start from").click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)} ·")).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)


def names(page: Page) -> list[str]:
    return [
        re.split(r"[:,]", name or "")[1].strip()
        for name in (node.get_attribute("aria-label") for node in layers(page).all())
    ]


def test_a_preset_an_edit_a_new_total(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start_from(page, "L2")
    expect(totals(page)).to_contain_text("421,642")
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("64")
    filters.press("Enter")
    expect(totals(page)).to_contain_text("440,394")
    expect(selected(page)).to_have_accessible_name(re.compile("64 @ 3×3 .*output 28×28×64"))


def test_the_stack_is_worked_by_keyboard(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start_from(page, "L1")
    expect(layers(page)).to_have_count(6)
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowRight")
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 2: MaxPooling2D"))
    page.keyboard.press("Alt+ArrowRight")
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 3: MaxPooling2D"))
    page.keyboard.press("Control+d")
    expect(layers(page)).to_have_count(7)
    expect(page.get_by_role("heading", name="Layer 4 · MaxPooling2D")).to_be_visible()
    page.keyboard.press("Delete")
    expect(layers(page)).to_have_count(6)
    page.keyboard.press("Control+z")
    expect(layers(page)).to_have_count(7)
    expect(page.get_by_role("heading", name="Layer 4 · MaxPooling2D")).to_be_visible()


def test_fast_keys_are_not_lost(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start_from(page, "LeNet-5")
    expect(layers(page)).to_have_count(8)
    page.get_by_role("listbox").focus()
    for _ in range(3):
        page.keyboard.press("Delete")
    for _ in range(2):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_role("heading", name="Layer 3 · AveragePooling2D")).to_be_visible()
    idle(page)
    page.reload()
    layers(page).first.wait_for()
    assert names(page) == ["Flatten", "Dense", "AveragePooling2D", "Dense", "Dense"]


def test_a_layer_is_added_where_the_plus_stands(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    page.get_by_role("button", name="Add a layer after layer 4").click()
    page.get_by_role("button", name="Dropout", exact=True).click()
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 5: Dropout"))
    expect(page.get_by_role("heading", name="Layer 5 · Dropout")).to_be_visible()


def test_a_reload_loses_nothing(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("7")
    filters.press("Enter")
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


def test_an_impossible_layer_is_shown_and_repaired_in_one_click(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start_from(page, "L3")
    expect(page.locator("[role=option].broken")).to_have_accessible_name(re.compile("Layer 6: Dense.*does not fit"))
    expect(page.locator("[role=option].after")).to_have_count(1)
    expect(page.locator(".st-key-misfit")).to_contain_text("Dense needs a vector")
    page.get_by_role("button", name="Insert Flatten before it").click()
    expect(totals(page)).to_contain_text("93,322")
    expect(page.locator("[role=option].broken")).to_have_count(0)


def test_files_go_out_and_come_in(page: Page, app_url: str, idle: Idle, tmp_path: Path) -> None:
    open_build(page, app_url, idle)
    start_from(page, "L2")
    page.get_by_role("button", name="Files").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON", exact=True).click()
    network = json.loads(download.value.path().read_text())
    assert network["layers"][0]["filters"] == 32
    network["layers"][0]["filters"] = 5
    (tmp_path / "mine.json").write_text(json.dumps(network))
    (tmp_path / "bad.json").write_text('{"version": 1, "input_shape": [28, 28, 1], "layers": [{"type": "Conv2D"}]}')
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    expect(selected(page)).to_have_accessible_name(re.compile("5 @ 3×3"))
    page.locator("input[type=file]").set_input_files(tmp_path / "bad.json")
    expect(page.get_by_role("alert")).to_contain_text("Layer 1 (Conv2D, counted from 1): filters")
    expect(selected(page)).to_have_accessible_name(re.compile("5 @ 3×3"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(new_page: NewPage, app_url: str, idle: Idle, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    open_build(page, app_url, idle)
    for change in (lambda: None, lambda: start_from(page, "L3"), lambda: add_layer(page)):
        change()
        idle(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def add_layer(page: Page) -> None:
    page.get_by_role("button", name="Add a layer at the start").click()
    page.get_by_role("heading", name="Add layer 1").wait_for()


def test_a_phone_shows_it_without_sideways_scrolling(new_page: NewPage, app_url: str, idle: Idle) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    open_build(page, app_url, idle)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    layers(page).nth(1).tap()
    expect(page.get_by_role("heading", name="Layer 2 · MaxPooling2D")).to_be_visible()
