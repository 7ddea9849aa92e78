"""What the Draw page promises: mouse, touch and keys draw; the answer follows; nothing fails with a traceback."""

import base64
import math
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Store
from cnn_builder.runs.models import Imported
from cnn_builder.settings import Settings

# The first question starts the service, which imports TensorFlow.
WAKING_MS = 240_000
Idle = Callable[[Page], Locator]
Points = list[tuple[float, float]]

ZERO = [(0.5 + 0.2 * math.sin(turn), 0.5 - 0.32 * math.cos(turn)) for turn in (2 * math.pi * i / 24 for i in range(25))]
ONE = [(0.5, 0.15 + 0.7 * i / 10) for i in range(11)]
IS_ZERO = re.compile(r"a 0$")


def places(page: Page, points: Points) -> Points:
    """Points as shares of the drawing area, (across, down), to pixels of the page."""
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    return [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in points]


def draw(page: Page, points: Points) -> None:
    """One stroke with the mouse."""
    first, *others = places(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for across, down in others:
        page.mouse.move(across, down, steps=3)
    page.mouse.up()
    answered = "root => new Promise(done => { const look = () => "
    answered += "root.dataset.ack === root.dataset.seq ? done() : setTimeout(look, 20); look(); })"
    page.locator(".draw").evaluate(answered)


def draw_with_a_finger(page: Page, points: Points) -> None:
    """One stroke of touches, as the browser gets them from a screen."""
    session = page.context.new_cdp_session(page)
    first, *others = places(page, points)

    def send(kind: str, *touches: tuple[float, float]) -> None:
        touch_points = [{"x": across, "y": down} for across, down in touches]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch_points})

    send("touchStart", first)
    for place in others:
        send("touchMove", place)
    send("touchEnd")


def answer(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer")


def title(page: Page) -> Locator:
    return answer(page).get_by_role("status")


def painted(page: Page) -> str:
    """What stands on the canvas, once it was painted."""
    drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(canvas.toDataURL()))))"
    return page.locator("canvas.pad").evaluate(f"canvas => {drawn}")


def open_page(page: Page, address: str, idle: Idle) -> Page:
    page.goto(address)
    idle(page)
    page.locator("canvas.pad").wait_for()
    return page


@pytest.fixture
def drawing_page(page: Page, app: Any, idle: Idle, trained: str) -> Page:
    """The Draw page with a trained network."""
    return open_page(page, f"{app.url}/draw?run={trained}", idle)


def test_a_drawing_is_read(drawing_page: Page) -> None:
    expect(title(drawing_page)).to_have_text("Draw a digit")
    draw(drawing_page, ONE)
    expect(title(drawing_page)).to_have_text(re.compile(r"a 1$"))
    expect(answer(drawing_page).get_by_role("listitem").filter(has_text="%")).to_have_count(10)


def test_the_answer_follows_inside_a_stroke(drawing_page: Page) -> None:
    first, *others = places(drawing_page, ZERO)
    drawing_page.mouse.move(*first)
    drawing_page.mouse.down()
    for across, down in others:
        drawing_page.mouse.move(across, down, steps=3)
    expect(answer(drawing_page)).to_have_attribute("data-kind", "answer")
    drawing_page.mouse.up()
    expect(title(drawing_page)).to_have_text(IS_ZERO)


def test_a_blank_canvas_is_refused(drawing_page: Page) -> None:
    draw(drawing_page, ZERO)
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    drawing_page.get_by_role("button", name="Clear").click()
    expect(title(drawing_page)).to_have_text("Nothing drawn yet")
    drawing_page.get_by_role("button", name="Undo").click()
    expect(title(drawing_page)).to_have_text(IS_ZERO)


def test_the_eraser_is_a_stroke_like_any_other(drawing_page: Page) -> None:
    blank = painted(drawing_page)
    draw(drawing_page, ONE)
    one = painted(drawing_page)
    drawing_page.keyboard.press("e")
    eraser = drawing_page.get_by_role("button", name="Eraser")
    expect(eraser).to_have_attribute("aria-pressed", "true")
    draw(drawing_page, [(0.5, 0.05), (0.5, 0.95)])
    assert painted(drawing_page) == blank
    expect(title(drawing_page)).to_have_text("Nothing drawn yet")
    drawing_page.keyboard.press("Control+z")
    assert painted(drawing_page) == one
    eraser.click()
    expect(eraser).to_have_attribute("aria-pressed", "false")


def test_a_one_drawn_with_the_keyboard_alone(drawing_page: Page) -> None:
    told = drawing_page.get_by_text("Space lowers and lifts the pen", exact=False).first
    expect(told).to_be_hidden()
    drawing_page.locator("canvas.pad").focus()
    expect(told).to_be_visible()
    for key in [*["ArrowUp"] * 9, "Space", *["ArrowDown"] * 18, "Space"]:
        drawing_page.keyboard.press(key)
    expect(title(drawing_page)).to_have_text(re.compile(r"a 1$"))


def inked(page: Page) -> int:
    """How many pixels of the canvas are ink."""
    count = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce"
    painted(page)
    return int(
        page.locator("canvas.pad").evaluate(f"{count}((sum, value, i) => sum + (i % 4 === 0 && value > 127), 0)")
    )


def test_a_pen_pressed_harder_draws_wider(drawing_page: Page) -> None:
    session = drawing_page.context.new_cdp_session(drawing_page)
    widths = []
    for force in (0.1, 0.9):
        for number, (across, down) in enumerate(places(drawing_page, ONE)):
            kind = "mouseMoved" if number else "mousePressed"
            event = {"type": kind, "x": across, "y": down, "button": "left", "buttons": 1, "clickCount": 1}
            session.send("Input.dispatchMouseEvent", {**event, "force": force, "pointerType": "pen"})
        event = {"type": "mouseReleased", "x": across, "y": down, "button": "left", "clickCount": 1}
        session.send("Input.dispatchMouseEvent", {**event, "pointerType": "pen"})
        expect(drawing_page.get_by_role("button", name="Undo")).to_be_enabled()
        widths.append(inked(drawing_page))
        drawing_page.keyboard.press("Escape")
    assert widths[1] > 1.5 * widths[0] > 0


def test_undo_redo_and_clear_by_keys(drawing_page: Page) -> None:
    blank = painted(drawing_page)
    draw(drawing_page, ONE)
    one = painted(drawing_page)
    draw(drawing_page, [(0.2, 0.5), (0.8, 0.5)])
    assert painted(drawing_page) != one
    drawing_page.keyboard.press("Control+z")
    assert painted(drawing_page) == one
    drawing_page.keyboard.press("Escape")
    assert painted(drawing_page) == blank
    expect(title(drawing_page)).to_have_text("Nothing drawn yet")
    drawing_page.keyboard.press("Control+z")
    assert painted(drawing_page) == one
    drawing_page.keyboard.press("Control+y")
    assert painted(drawing_page) == blank


def test_a_dot_is_never_a_confident_answer(drawing_page: Page) -> None:
    draw(drawing_page, [(0.5, 0.5), (0.5, 0.505)])
    expect(answer(drawing_page)).to_have_attribute("data-kind", "refused")


def test_a_finger_draws_and_the_page_stays(new_page: Callable[..., Page], app: Any, idle: Idle, trained: str) -> None:
    page = new_page(has_touch=True, is_mobile=True, device_scale_factor=2, viewport={"width": 390, "height": 600})
    open_page(page, f"{app.url}/draw?run={trained}", idle)
    page.locator("canvas.pad").scroll_into_view_if_needed()
    before = places(page, ONE)
    draw_with_a_finger(page, ZERO)
    expect(title(page)).to_have_text(IS_ZERO)
    assert places(page, ONE) == before, "the page scrolled under the finger"


def test_nothing_jumps_when_the_answer_comes(drawing_page: Page) -> None:
    bars, below = answer(drawing_page).get_by_role("list").first, drawing_page.get_by_text("Classify a picture")
    before = bars.bounding_box(), below.bounding_box()
    draw(drawing_page, ZERO)
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    assert (bars.bounding_box(), below.bounding_box()) == before


def picture_of_zero() -> bytes:
    picture = Image.new("L", (200, 200), 255)
    for across, down in ZERO:
        x, y = round(200 * across), round(200 * down)
        picture.paste(0, (x - 11, y - 11, x + 11, y + 11))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_a_picture_file_is_read(drawing_page: Page) -> None:
    drawing_page.get_by_text("Classify a picture").click()
    upload = drawing_page.locator(".st-key-draw_file input[type=file]")
    upload.set_input_files({"name": "zero.png", "mimeType": "image/png", "buffer": picture_of_zero()})
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    upload.set_input_files({"name": "not.png", "mimeType": "image/png", "buffer": b"hello"})
    expect(title(drawing_page)).to_have_text("This picture can't be read")


PASTE = """(content) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "zero.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_pasted_picture_is_read(drawing_page: Page) -> None:
    drawing_page.evaluate(PASTE, base64.b64encode(picture_of_zero()).decode())
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    drawing_page.evaluate(PASTE, base64.b64encode(b"no picture").decode())
    expect(title(drawing_page)).to_have_text("This picture can't be read")
    draw(drawing_page, ONE)
    expect(title(drawing_page)).to_have_text(re.compile(r"a 1$"))


def test_a_test_image_stands_on_the_pad_in_place_of_the_drawing(drawing_page: Page) -> None:
    loaded = "One digit, large, from 0 to 9."
    expect(answer(drawing_page)).to_contain_text(loaded, timeout=WAKING_MS)
    draw(drawing_page, ZERO)
    zero, label = painted(drawing_page), drawing_page.get_by_role("button", name="0", exact=True)
    expect(label).to_be_enabled()
    drawing_page.get_by_text("Classify a picture").click()
    drawing_page.get_by_role("button", name="Use a random test image").click()
    expect(answer(drawing_page)).to_contain_text("A test image.")
    assert painted(drawing_page) != zero and inked(drawing_page) > 0
    expect(label).to_be_disabled()  # it is not one's own
    drawing_page.get_by_role("button", name="Undo").click()
    expect(label).to_be_enabled()
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    assert painted(drawing_page) == zero
    # On a phone the button is far below the pad, which comes into view with the image.
    drawing_page.set_viewport_size({"width": 390, "height": 844})
    drawing_page.get_by_role("button", name="Use a random test image").click()
    expect(drawing_page.locator("canvas.pad")).to_be_in_viewport(ratio=0.9)
    expect(answer(drawing_page)).to_contain_text("A test image.")


def test_the_nearest_training_images_and_the_ground_of_the_verdict(drawing_page: Page) -> None:
    draw(drawing_page, ZERO)
    expect(answer(drawing_page).get_by_role("img", name="Training image of class 0").first).to_be_visible()
    expect(answer(drawing_page)).to_contain_text("May be wrong despite this confidence: ")


def test_the_steps_of_the_preparation(drawing_page: Page) -> None:
    draw(drawing_page, ZERO)
    drawing_page.get_by_text("Preprocessing steps").click()
    expect(drawing_page.get_by_role("img", name="Centre of mass")).to_be_visible()
    expect(drawing_page.get_by_text("112×112 pixels, enlarged to 280×280")).to_be_visible()


def test_a_drawing_is_kept_and_tests_the_network(drawing_page: Page) -> None:
    draw(drawing_page, ZERO)
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    drawing_page.get_by_role("button", name="0", exact=True).click()
    expect(drawing_page.get_by_text("Saved as a 0: 1 drawing")).to_be_visible()
    drawing_page.get_by_text("Your own drawings (1)").click()
    drawing_page.get_by_role("button", name="Test the network on these drawings").click()
    expect(drawing_page.get_by_text("Your drawings: 1 of 1 classified correctly.")).to_be_visible()
    drawing_page.get_by_role("button", name="No. 1").click()
    drawing_page.get_by_role("button", name="Delete selected").click()
    expect(drawing_page.get_by_text("Your own drawings")).to_have_count(0)


def test_the_drawing_survives_a_page_switch(drawing_page: Page, idle: Idle) -> None:
    draw(drawing_page, ZERO)
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    drawing_page.get_by_role("link", name="Build").first.click()
    idle(drawing_page)
    drawing_page.get_by_role("link", name="Draw").first.click()
    expect(title(drawing_page)).to_have_text(IS_ZERO)
    expect(drawing_page.get_by_role("button", name="Undo")).to_be_enabled()
    # The new canvas goes on where the old one was.
    drawing_page.get_by_role("button", name="Clear").click()
    expect(title(drawing_page)).to_have_text("Nothing drawn yet")


def test_a_damaged_model_is_told_in_words(page: Page, app: Any, idle: Idle, trained: str) -> None:
    settings = Settings(home=app.home)

    def place(run_id: str) -> None:
        folder = settings.run_folder(run_id)
        folder.mkdir(parents=True)
        (folder / "best.keras").write_bytes(b"damaged")

    with Store.open(settings) as store:
        result = {"evaluation": {}}
        run = store.add_imported(PRESETS["L1"].architecture, "digits", Imported("l1.keras", "0"), result, place)
    open_page(page, f"{app.url}/draw?run={run.run_id}", idle)
    draw(page, ZERO)
    expect(answer(page)).to_have_attribute("data-kind", "error")
    answer(page).get_by_role("button", name="Try again").click()
    expect(answer(page).locator("xpath=..")).not_to_have_class(re.compile("waiting"))
    expect(answer(page)).to_have_attribute("data-kind", "error")
    # Another network reads the same drawing.
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option").filter(has_text="L2").click()
    expect(title(page)).to_have_text(IS_ZERO)
