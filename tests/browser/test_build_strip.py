"""The picture of the stack: drag, touch, what it says, and that it touches only what changes."""

import re
from typing import Any

from conftest import App
from playwright.sync_api import CDPSession, FloatRect, Page, expect

from tests.support.accessibility import sideways
from tests.support.build_page import (
    Idle,
    NewPage,
    filters,
    layers,
    names,
    open_build,
    open_network,
    scrolled,
    selected,
    strip,
    tall,
)

FIRST = ["Conv2D", "MaxPooling2D", "Conv2D", "Flatten", "Dense", "Dense"]


def box(page: Page, index: int) -> FloatRect:
    found = layers(page).nth(index).bounding_box()
    assert found is not None
    return found


def grab(page: Page, index: int) -> None:
    """Press the mouse on a layer and move far enough to drag it."""
    at = box(page, index)
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + 60)
    page.mouse.down()
    page.mouse.move(at["x"] + at["width"] / 2 + 12, at["y"] + 62, steps=3)


def drag_over(page: Page, index: int) -> None:
    """Move what is held to the far half of another layer."""
    at = box(page, index)
    page.mouse.move(at["x"] + at["width"] * 0.8, at["y"] + 60, steps=6)


def test_a_layer_is_dragged_to_its_place(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    grab(page, 1)
    expect(page.locator(".marker")).to_be_hidden()
    drag_over(page, 3)
    expect(page.locator(".marker")).to_be_visible()
    page.mouse.up()
    moved = ["Conv2D", "Conv2D", "Flatten", "MaxPooling2D", "Dense", "Dense"]
    assert names(page) == moved  # at once, before the server answers
    expect(page.locator(".marker")).to_be_hidden()
    expect(strip(page).locator("xpath=..").locator("xpath=../..").get_by_role("status")).to_have_text(
        "MaxPool moved to place 4 of 6"
    )
    expect(page.get_by_role("heading", name="Layer 4 · MaxPooling2D")).to_be_visible()
    idle(page)
    assert names(page) == moved
    page.reload()
    layers(page).first.wait_for()
    assert names(page) == moved


def test_escape_leaves_the_layer_where_it_was(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    start = [box(page, index) for index in range(6)]
    grab(page, 0)
    drag_over(page, 4)
    page.keyboard.press("Escape")
    expect(page.locator(".marker")).to_be_hidden()
    page.mouse.up()
    idle(page)
    assert names(page) == FIRST
    page.wait_for_function(
        "([list, x]) => Math.abs(list.children[0].getBoundingClientRect().x - x) < 1",
        arg=[strip(page).element_handle(), start[0]["x"]],
    )
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()


def test_a_drag_survives_what_happens_meanwhile(page: Page, build_url: str, idle: Idle) -> None:
    open_build(page, build_url, idle)
    field = page.get_by_role("spinbutton", name="Filters")
    field.fill("8")
    grab(page, 4)  # the field loses the focus: its number goes to the server while the layer is in the hand
    expect(layers(page).first).to_have_accessible_name(re.compile("8 @ 3×3"))
    drag_over(page, 5)
    page.mouse.up()
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 6: Dense, 64"))
    idle(page)
    expect(layers(page).first).to_have_accessible_name(re.compile("8 @ 3×3"))
    assert names(page) == FIRST
    expect(layers(page).nth(4)).to_have_accessible_name(re.compile("Dense, 10"))


def test_the_edge_scrolls_a_long_stack_while_dragging(page: Page, app: App, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, tall(60))
    grab(page, 1)
    edge = page.locator(".scroller").bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + edge["width"] - 10, edge["y"] + 60, steps=4)
    page.wait_for_function("node => node.scrollLeft > 1500", arg=page.locator(".scroller").element_handle())
    page.mouse.move(edge["x"] + 500, edge["y"] + 60)
    page.mouse.up()
    idle(page)
    now = filters(page)
    assert now.index(2) > 10
    assert sorted(now) == list(range(1, 59))


def touch(fingers: CDPSession, kind: str, x: float = 0, y: float = 0) -> None:
    points: list[dict[str, Any]] = [] if kind == "touchEnd" else [{"x": x, "y": y}]
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def phone(new_page: NewPage) -> Page:
    return new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def test_a_finger_presses_a_moment_then_drags(new_page: NewPage, build_url: str, idle: Idle) -> None:
    page = phone(new_page)
    open_build(page, build_url, idle)
    at, over = box(page, 0), box(page, 1)
    x, y = at["x"] + 50, at["y"] + 80
    fingers = page.context.new_cdp_session(page)
    touch(fingers, "touchStart", x, y)
    page.locator("[data-dragged]").wait_for()
    touch(fingers, "touchMove", x + 20, y)
    touch(fingers, "touchMove", over["x"] + over["width"] * 0.6, y)
    expect(page.locator(".marker")).to_be_visible()
    touch(fingers, "touchEnd")
    expect(page.get_by_role("heading", name="Layer 2 · Conv2D")).to_be_visible()
    assert names(page)[:2] == ["MaxPooling2D", "Conv2D"]
    assert scrolled(page) < 60  # the strip did not scroll under the finger; the layer is only brought into full view


# However slow the machine: the finger has moved before a press counts as long.
LONG_PRESSES_TAKE_LONGER = """
const wait = setTimeout;
window.setTimeout = (call, ms, ...rest) => wait(call, ms === 350 ? 20000 : ms, ...rest);"""


def test_a_swipe_scrolls_and_moves_nothing(new_page: NewPage, build_url: str, idle: Idle) -> None:
    page = phone(new_page)
    page.add_init_script(LONG_PRESSES_TAKE_LONGER)
    open_build(page, build_url, idle)
    at = box(page, 1)
    fingers = page.context.new_cdp_session(page)
    touch(fingers, "touchStart", at["x"] + 40, at["y"] + 80)
    for step in range(20):
        page.wait_for_timeout(10)  # a swipe takes time: without it, it is a jump
        touch(fingers, "touchMove", at["x"] + 40 - 12 * step, at["y"] + 80)
    touch(fingers, "touchEnd")
    page.wait_for_function("node => node.scrollLeft > 150", arg=page.locator(".scroller").element_handle())
    idle(page)
    assert names(page) == FIRST
    expect(selected(page)).to_have_accessible_name(re.compile("Layer 1"))


def test_a_phone_has_room_for_fingers(new_page: NewPage, app: App, idle: Idle) -> None:
    page = phone(new_page)
    open_network(page, app.url, app.home, idle, tall(60))
    assert sideways(page) == 0
    for name in ("Add a layer after layer 1", "Keys"):
        target = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert target is not None
        assert min(target["width"], target["height"]) >= 40, name
    assert box(page, 0)["width"] >= 40
    layers(page).nth(2).tap()
    expect(page.get_by_role("heading", name="Layer 3 · Conv2D")).to_be_visible()
    page.reload()
    selected(page).wait_for()
    at = box(page, 2)
    assert at["x"] >= 0 and at["x"] + at["width"] <= 390


WATCH = """list => {
  list.touched = new Set();
  const note = (records) => {
    for (const { target } of records) {
      const node = target.nodeType === 1 ? target : target.parentElement;
      if (node !== list) list.touched.add(node.closest("[data-layer]").dataset.layer);
    }
  };
  const seen = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(note).observe(list, seen);
}"""


def test_only_what_changes_is_touched(page: Page, app: App, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, tall(60))
    strip(page).evaluate(WATCH)
    strip(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Layer 2 · Conv2D")).to_be_visible()
    idle(page)
    assert set(strip(page).evaluate("list => [...list.touched]")) == {"l0", "l1"}
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="Layer 60 · Dense")).to_be_visible()
    idle(page)
    strip(page).evaluate("list => list.touched.clear()")
    field = page.get_by_role("spinbutton", name="Units")
    field.fill("11")
    field.press("Enter")
    expect(selected(page)).to_have_accessible_name(re.compile("output 11"))
    idle(page)
    assert strip(page).evaluate("list => [...list.touched]") == ["l59"]


def test_the_overview_scrolls_and_is_there_only_when_needed(page: Page, app: App, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, tall(6))
    expect(page.locator(".overview")).to_be_hidden()
    open_network(page, app.url, app.home, idle, tall(60))
    at = page.locator(".overview").bounding_box()
    assert at is not None
    page.mouse.click(at["x"] + at["width"] - 5, at["y"] + 10)
    expect(layers(page).last).to_be_in_viewport()
    assert scrolled(page) > 3000
