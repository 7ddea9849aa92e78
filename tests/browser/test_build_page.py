import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from building import Idle, NewPage, layers, names, open_build, selected, start_from, strip, totals
from playwright.sync_api import Page, expect


def test_a_preset_an_edit_a_new_total(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start_from(page, "L2")
    expect(totals(page)).to_contain_text("421,642")
    field = page.get_by_role("spinbutton", name="Filters")
    field.fill("64")
    field.press("Enter")
    expect(totals(page)).to_contain_text("440,394")
    expect(selected(page)).to_have_accessible_name(re.compile("64 @ 3×3 .*output 28×28×64"))


def test_fast_keys_are_not_lost(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
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


def test_a_layer_is_added_where_the_plus_stands(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    page.get_by_role("button", name="Add a layer after layer 4").click()
    page.get_by_role("button", name="Dropout", exact=True).click()
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 5: Dropout"))
    expect(page.get_by_role("heading", name="Layer 5 · Dropout")).to_be_visible()


def test_a_reload_loses_nothing(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
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


def test_an_impossible_layer_is_shown_and_repaired_in_one_click(page: Page, app_url: str, idle: Idle) -> None:
    open_build(page, app_url, idle)
    start_from(page, "L3")
    expect(page.locator("[role=option].broken")).to_have_accessible_name(re.compile("Layer 6: Dense.*does not fit"))
    expect(page.locator("[role=option].after")).to_have_count(1)
    expect(page.locator(".st-key-misfit")).to_contain_text("Dense needs a vector")
    page.get_by_role("button", name="Insert Flatten before it").click()
    expect(totals(page)).to_contain_text("93,322")
    expect(page.locator("[role=option].broken")).to_have_count(0)


VIEWS = {
    "Costs": ".st-key-costs",
    "Code": ".st-key-code-exchange",
    "Compare": "[aria-label^='Compare with']",
    "Trace": ".cnn-table",
}
# Streamlit's file uploader is a drop area marked as presentation that has a name of its own; not ours to change.
RULES = {"rules": {"presentation-role-conflict": {"enabled": False}}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_barrier_is_found(new_page: NewPage, app_url: str, idle: Idle, scheme: str, width: int) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    open_build(page, app_url, idle)
    changes = {
        "a layer": lambda: selected(page).wait_for(),
        **{name: lambda name=name, content=content: open_view(page, name, content) for name, content in VIEWS.items()},
        "the input": lambda: page.get_by_role("button", name=re.compile("^Input")).click(),
        "a broken stack": lambda: start_from(page, "L3"),
        "the palette": lambda: open_palette(page),
        "the keys": lambda: open_keys(page),
    }
    found = {}
    for name, change in changes.items():
        change()
        idle(page)
        result = Axe().run(page, options=RULES)
        if result.violations_count:
            found[name] = result.generate_report()
    assert not found, "\n".join(f"{name}:\n{report}" for name, report in found.items())


def open_view(page: Page, name: str, content: str) -> None:
    page.get_by_role("radiogroup", name="View").get_by_role("radio", name=name, exact=True).click()
    page.locator(content).first.wait_for()


def open_palette(page: Page) -> None:
    page.get_by_role("button", name="Add a layer at the start").click()
    page.get_by_role("heading", name="Add layer 1").wait_for()


def open_keys(page: Page) -> None:
    page.get_by_role("button", name="Keys", exact=True).click()
    page.get_by_role("dialog", name="Keys").wait_for()
