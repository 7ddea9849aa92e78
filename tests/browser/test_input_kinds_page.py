"""Networks without a channel axis and of features: built by hand with a repair, trained, drawn for and inspected."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.formats import keras_code
from tests.support.accessibility import barriers
from tests.support.build_page import layers, names, open_network
from tests.support.kinds_of_input import CODE

Idle = Callable[[Page], Locator]

WAKING_MS = 240_000
"""The first question starts the service, which imports TensorFlow."""


def test_a_grey_image_loses_its_channel_axis_and_gets_it_back_by_a_reshape(page: Page, app: Any, idle: Idle) -> None:
    open_network(page, app.url, app.home, idle, PRESETS["L1"].architecture)
    page.locator(".st-key-stack .input").click()
    page.get_by_label("Kind of input").select_option("Grey image without channel axis")
    mend = page.get_by_role("button", name="Insert Reshape to 28×28×1 before it")
    expect(mend).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Channels")).to_have_count(0)
    expect(page.locator(".st-key-stack .input")).to_contain_text("28×28")
    idle(page)
    assert not barriers(page)
    mend.click()
    expect(layers(page)).to_have_count(7)
    assert names(page)[:2] == ["Reshape", "Conv2D"]
    expect(page.get_by_text("reach this network as 28×28, without their channel axis")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("spinbutton", name="Channels")).to_be_visible()
    expect(layers(page)).to_have_count(6)


@pytest.mark.parametrize(("name", "heats"), [("features", 2), ("reshaped", 3)])
def test_a_run_is_drawn_for_and_inspected(
    page: Page, app: Any, idle: Idle, train_network: Callable[[Architecture], str], name: str, heats: int
) -> None:
    run = train_network(keras_code.parse_code(CODE[name]))
    page.goto(f"{app.url}/draw?run={run}")
    page.get_by_text("Classify a picture").click()
    page.get_by_role("button", name="Use a random test image").click()
    answer = page.get_by_role("region", name="Answer")
    expect(answer.get_by_role("listitem").filter(has_text="%")).to_have_count(10, timeout=WAKING_MS)
    page.goto(f"{app.url}/inspect?run={run}")
    page.locator(".cnn-tiles").first.wait_for(timeout=WAKING_MS)
    page.locator(".st-key-inspect-view").get_by_role("radio", name="Attribution", exact=True).click()
    expect(page.locator(".cnn-heat img")).to_have_count(heats)
    page.locator(".st-key-inspect-view").get_by_role("radio", name="One output", exact=True).click()
    if name == "reshaped":
        expect(page.locator(".cnn-field")).to_contain_text("3×3 of the image's 28×28")
    else:
        expect(page.get_by_text("no convolution or pooling layer")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
