"""The whole way as a newcomer goes it: build, train, draw. `make pictures` films it for the README."""

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.build_page import layers
from tests.support.film import Film

TRAINING_MS = 600_000
DRAWN = 5
"""Drawings of each shape."""
Idle = Callable[[Page], Locator]


@pytest.fixture
def film() -> Iterator[Film]:
    """Pictures of the way, joined in the file that FILM names; without it none are taken."""
    file = os.environ.get("FILM")
    film = Film(Path(file) if file else None)
    yield film
    film.save()


def draw(page: Page, points: list[tuple[float, float]], film: Film) -> None:
    """One stroke with the mouse; points are shares of the drawing area, (across, down)."""
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    across, down = points[0]
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    page.mouse.down()
    for across, down in points[1:]:
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=3)
        film.take(page, 80)
    page.mouse.up()


ZERO = [(0.5 + 0.2 * math.sin(turn), 0.5 - 0.32 * math.cos(turn)) for turn in (2 * math.pi * i / 24 for i in range(25))]


def answer(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer")


def test_build_train_draw(page: Page, app_url: str, idle: Idle, film: Film) -> None:
    page.goto(f"{app_url}/build")
    idle(page)
    # Build: a preset, one edit, the new total.
    layers(page).first.wait_for()
    film.take(page, 1200)
    page.get_by_label("Start from").click()
    preset = page.get_by_role("option").filter(has_text="L2").first
    preset.hover()
    film.take(page, 900)
    preset.click()
    expect(page.get_by_text("421,642").first).to_be_visible()
    idle(page)
    film.take(page, 1000)
    data_set = page.get_by_role("combobox", name="Data set")
    if "Digits" not in data_set.input_value():
        data_set.click()
        page.get_by_role("option").filter(has_text="Digits").click()
        idle(page)
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("16")
    filters.press("Enter")
    # 3·3·1·16 + 16, then 3·3·16·64 + 64; the dense layers stay.
    expect(page.get_by_text("412,266").first).to_be_visible()
    film.take(page, 1500)

    # Train: the chart grows while it trains, and the score comes from the test images.
    page.get_by_role("link", name="Train").first.click()
    epochs = page.locator(".st-key-run-epochs input")
    epochs.fill("8")
    epochs.press("Enter")
    idle(page)
    film.take(page, 1000)
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".curves[data-ready=true]").wait_for()
    chart = page.locator("[data-chart=accuracy]")
    count = "plot => plot.data[0].x.length"
    seen: set[int] = set()
    for _ in range(TRAINING_MS // 250):
        if (points := chart.evaluate(count)) not in seen:
            seen.add(points)
            film.take(page, 600)
        if page.locator(".st-key-run-status").get_by_text(re.compile("finished", re.IGNORECASE)).count():
            break
        page.wait_for_timeout(250)
    assert len(seen) > 2, f"the chart did not grow: {seen}"
    expect(page.get_by_text("Test accuracy").first).to_be_visible()
    film.take(page, 2000)

    # Draw: the answer, in words and as ten probabilities.
    page.get_by_role("link", name="Draw").first.click()
    expect(answer(page)).to_contain_text("Draw a digit")
    film.take(page, 700)
    draw(page, ZERO, film)
    # The model is loaded for this first drawing, which takes a while: the pad does not fade meanwhile.
    assert page.locator(".st-key-draw_pad").evaluate("node => getComputedStyle(node).opacity") == "1"
    expect(answer(page).get_by_role("status")).to_have_text(re.compile(r"a 0$"))
    expect(answer(page).get_by_role("list", name="Probability of each class").get_by_role("listitem")).to_have_count(10)
    # Then how far it can be relied on, which is measured once for a run.
    expect(answer(page)).not_to_contain_text("is being measured", timeout=TRAINING_MS)
    film.take(page, 3000)


def outline(kind: str, random: Random) -> list[tuple[float, float]]:
    """A circle, square or triangle as a hand draws it: somewhere, of some size, not quite even. Shares of the pad."""
    corners = {
        "circle": [(math.cos(turn), math.sin(turn)) for turn in (2 * math.pi * i / 14 for i in range(15))],
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (-0.9, -0.9)],
        "triangle": [(0, -1), (1, 0.9), (-1, 0.9), (0, -1)],
    }[kind]
    across, down, size = random.uniform(0.42, 0.58), random.uniform(0.42, 0.58), random.uniform(0.2, 0.36)
    return [
        (across + size * x + random.uniform(-0.015, 0.015), down + size * y + random.uniform(-0.015, 0.015))
        for x, y in corners
    ]


def test_three_shapes_of_ones_own_are_drawn_trained_and_read(page: Page, app_url: str, idle: Idle) -> None:
    random, kinds = Random(7), ("circle", "square", "triangle")
    page.goto(f"{app_url}/data")
    idle(page)
    page.get_by_role("radio", name="Drawings").click()
    names = page.get_by_role("textbox", name="Name the classes")
    names.fill(", ".join(kinds))
    names.press("Enter")
    for number in range(1, DRAWN + 1):
        for kind in kinds:
            expect(page.locator("canvas.pad")).to_be_visible()
            draw(page, outline(kind, random), Film(None))
            page.get_by_role("button", name=kind, exact=True).click()
            expect(page.get_by_text(f"Added to {kind}: {number} so far.")).to_be_visible()
    page.get_by_role("button", name="Make the data set").click()
    expect(page.get_by_text(re.compile(rf"^{12 * DRAWN // 5} training and {3 * DRAWN // 5} test"))).to_be_visible()
    idle(page)
    page.get_by_role("button", name="Use on Build").click()
    page.wait_for_url(re.compile("/build"))  # the Data page has a field of this name and value, too
    expect(page.get_by_role("combobox", name="Data set")).to_have_value(re.compile("My images"))

    page.get_by_role("link", name="Train").first.click()
    idle(page)
    epochs = page.locator(".st-key-run-epochs input")
    epochs.fill("10")
    epochs.press("Enter")
    idle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".st-key-run-status")).to_contain_text(
        re.compile("finished", re.IGNORECASE), timeout=TRAINING_MS
    )

    page.get_by_role("link", name="Draw").first.click()
    expect(answer(page)).to_contain_text("Draw or upload")
    for kind in kinds:
        draw(page, outline(kind, random), Film(None))
        expect(answer(page).get_by_role("status")).to_have_text(re.compile(f"“{kind}”$"))
        page.get_by_role("button", name="Clear").click()
        expect(answer(page).get_by_role("status")).to_have_text("Nothing drawn yet")
