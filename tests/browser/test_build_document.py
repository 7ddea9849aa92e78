"""The document behind the Build page: nothing is lost by reload, page change or a bad link; it is saved and shared."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.support.accessibility import barriers, sideways

Idle = Callable[[Page], Locator]
NewPage = Callable[..., Page]


def open_build(page: Page, url: str, idle: Idle) -> None:
    page.goto(url)
    layers(page).first.wait_for()
    idle(page)


def layers(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Layers of the network").get_by_role("option")


def totals(page: Page) -> Locator:
    return page.locator(".cnn-totals")


def number(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=name, exact=True)


def type_number(page: Page, name: str, value: str) -> None:
    number(page, name).fill(value)
    number(page, name).press("Enter")


def share_link(page: Page) -> str:
    page.get_by_role("button", name="Share").click()
    shown = page.get_by_test_id("stPopoverBody").locator("code")
    shown.wait_for()
    address = shown.inner_text().replace("\n", "")
    page.keyboard.press("Escape")
    return address


def test_an_edit_typed_and_reloaded_at_once_is_kept(page: Page, build_url: str, idle: Idle) -> None:
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    open_build(page, build_url, idle)
    expect(page).to_have_url(re.compile("doc="))
    # "At once" is when the server has begun: what it has not, Streamlit drops when a browser leaves.
    with sockets[-1].expect_event("framereceived"):
        type_number(page, "Filters", "7")
    page.reload()
    expect(number(page, "Filters")).to_have_value("7")
    expect(layers(page).first).to_have_accessible_name(re.compile("7 @ 3×3"))
    page.get_by_role("button", name="Undo").click()
    expect(number(page, "Filters")).to_have_value("32")


def test_the_way_back_leads_from_page_to_page_and_out(page: Page, build_url: str, idle: Idle) -> None:
    page.goto("about:blank")
    open_build(page, build_url, idle)
    page.locator(".st-key-stack [data-ready]").wait_for(state="attached")
    page.get_by_role("link", name="Train").click()
    expect(page).to_have_url(re.compile(r"/train\?doc="))
    idle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/build\?doc="))
    layers(page).first.wait_for()
    idle(page)
    for _ in range(2):  # the address of the first visit, without a document, is one step of its own
        page.go_back()
    expect(page).to_have_url("about:blank")


def test_undo_goes_back_several_steps_after_another_page(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    for value in ("8", "9"):
        type_number(page, "Filters", value)
        expect(layers(page).first).to_have_accessible_name(re.compile(f"{value} @"))
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(layers(page)).to_have_count(5)
    page.get_by_role("link", name="Draw").click()
    expect(page).to_have_url(re.compile("/draw"))
    idle(page)
    page.get_by_role("link", name="Build").click()
    layers(page).first.wait_for()
    idle(page)
    page.locator(".st-key-stack [data-ready]").wait_for(state="attached")
    # By keyboard, with the focus outside the strip: three fast presses, none lost.
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(number(page, "Filters")).to_have_value("32")
    expect(layers(page)).to_have_count(6)
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+z")
    expect(number(page, "Filters")).to_have_value("9")


def test_undo_in_a_text_field_is_the_fields_own(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    type_number(page, "Filters", "8")
    expect(layers(page).first).to_have_accessible_name(re.compile("8 @"))
    name = page.get_by_label("Name", exact=True)
    name.press_sequentially("xy")
    name.press("Control+z")
    idle(page)
    expect(number(page, "Filters")).to_have_value("8")


def test_a_number_goes_to_its_layer_when_another_is_clicked(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    number(page, "Filters").fill("5")
    layers(page).nth(2).click()
    expect(page.get_by_role("heading", name="Layer 3 · Conv2D")).to_be_visible()
    expect(layers(page).first).to_have_accessible_name(re.compile("5 @ 3×3"))
    expect(layers(page).nth(2)).to_have_accessible_name(re.compile("64 @ 3×3"))
    expect(number(page, "Filters")).to_have_value("64")


def test_a_shared_link_opens_a_copy(new_page: NewPage, build_url: str, idle: Idle) -> None:
    mine, yours = new_page(), new_page()
    open_build(mine, build_url, idle)
    type_number(mine, "Filters", "11")
    expect(layers(mine).first).to_have_accessible_name(re.compile("11 @"))
    address = share_link(mine)
    assert address.startswith(f"{build_url}?net=1.")
    open_build(yours, address, idle)
    expect(layers(yours).first).to_have_accessible_name(re.compile("11 @"))
    expect(yours).to_have_url(re.compile(r"/build\?doc=\w+$"))
    assert yours.url != mine.url
    type_number(yours, "Filters", "12")
    expect(layers(yours).first).to_have_accessible_name(re.compile("12 @"))
    yours.reload()
    expect(layers(yours).first).to_have_accessible_name(re.compile("12 @"))
    mine.reload()
    expect(layers(mine).first).to_have_accessible_name(re.compile("11 @"))


@pytest.mark.parametrize("damage", ["?net=1.cutsho", "?net=9.newer.form"])
def test_a_damaged_link_is_told_and_the_stack_kept(page: Page, build_url: str, idle: Idle, damage: str) -> None:
    open_build(page, build_url, idle)
    type_number(page, "Filters", "13")
    expect(layers(page).first).to_have_accessible_name(re.compile("13 @"))
    page.goto(f"{page.url}&{damage[1:]}")
    expect(page.get_by_role("alert")).to_contain_text("The link")
    expect(layers(page).first).to_have_accessible_name(re.compile("13 @"))
    expect(page).not_to_have_url(re.compile("net="))


def test_a_network_is_saved_and_opened(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    name = page.get_by_label("Name", exact=True)
    name.fill("<script>mine</script>")
    name.press("Enter")
    idle(page)
    page.get_by_role("button", name="Networks").click()
    page.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.get_by_text("is saved as it is here")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Start from").click()
    page.get_by_role("option", name=re.compile("^Empty")).click()
    expect(layers(page)).to_have_count(0)
    page.get_by_role("button", name="Networks").click()
    page.get_by_role("button", name="<script>mine</script>", exact=True).click()
    expect(layers(page)).to_have_count(6)
    expect(page.get_by_label("Name", exact=True)).to_have_value("<script>mine</script>")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(layers(page)).to_have_count(0)


def test_a_block_is_repeated_and_the_input_changed(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    page.get_by_role("button", name="Repeat…").click()
    number(page, "Times").fill("3")
    expect(page.get_by_text("3 times in a row: 8 layers in all")).to_be_visible()
    page.get_by_role("button", name="Repeat", exact=True).click()
    expect(layers(page)).to_have_count(8)
    expect(page.get_by_role("heading", name="Layer 2 · Conv2D")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(layers(page)).to_have_count(6)
    page.locator(".st-key-stack .input").click()
    expect(page.get_by_role("heading", name="Input", exact=True)).to_be_visible()
    type_number(page, "Height", "40")
    expect(layers(page).first).to_have_accessible_name(re.compile("output 38×26×32"))
    expect(number(page, "Height")).to_have_value("40")


def test_a_layer_is_added_by_keyboard_alone(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    page.get_by_role("listbox", name="Layers of the network").focus()
    page.keyboard.press("Enter")
    search = page.get_by_role("combobox", name="Find a layer")
    expect(search).to_be_focused()
    page.keyboard.type("drop")
    page.get_by_role("option", name=re.compile("^Dropout")).wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Layer 2 · Dropout")).to_be_visible()
    expect(page.get_by_role("listbox", name="Layers of the network")).to_be_focused()
    page.keyboard.press("Delete")
    expect(layers(page)).to_have_count(6)


def test_a_phone_shows_every_panel_without_sideways_scrolling(new_page: NewPage, build_url: str, idle: Idle) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    open_build(page, build_url, idle)
    box = page.locator(".st-key-stack").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844, "the whole strip is in the first screenful"
    page.get_by_role("button", name="Repeat…").click()
    page.get_by_role("form", name="Repeat a block of layers").wait_for()
    assert sideways(page) == 0
    page.keyboard.press("Escape")
    for panel in ("Networks", "Share"):
        page.get_by_role("button", name=panel).click()
        page.get_by_test_id("stPopoverBody").wait_for()
        idle(page)
        assert sideways(page) == 0, panel
        assert not barriers(page), panel
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.get_by_role("button", name="Add a layer at the start").tap()
    page.get_by_role("heading", name="Add layer 1").wait_for()
    idle(page)
    assert sideways(page) == 0
    expect(page.get_by_role("combobox", name="Find a layer")).not_to_be_focused()


def test_what_is_chosen_on_a_phone_comes_into_view(new_page: NewPage, build_url: str, idle: Idle) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_build(page, build_url, idle)
    page.get_by_role("button", name="Add a layer after layer 6").tap()
    last = page.get_by_role("button", name="RandomContrast")
    last.scroll_into_view_if_needed()
    expect(layers(page).first).not_to_be_in_viewport()
    last.tap()
    expect(layers(page).last).to_have_accessible_name(re.compile("^Layer 7: RandomContrast"))
    expect(layers(page).last).to_be_in_viewport(ratio=0.99)

    # The list of pages goes once a page is chosen, which begins at its top even where it is as long at once.
    page.add_style_tag(content="[data-testid=stMainBlockContainer] { min-height: 3000px }")
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Train").tap()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_in_viewport()
    expect(page.get_by_test_id("stSidebarNavLink").first).not_to_be_in_viewport()


def test_dark_is_chosen_for_all_pages_and_kept(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    page.get_by_role("button", name="Main menu").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    dark = "() => getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'"
    page.wait_for_function(dark)
    page.goto(f"{build_url.removesuffix('/build')}/train")
    idle(page)
    page.wait_for_function(dark)
