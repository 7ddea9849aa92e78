"""The Code view in a browser: files go out and come in, pasted code is read, what is wrong is pointed at."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import barriers

Idle = Callable[[Page], Locator]
NewPage = Callable[..., Page]
VIEW, PANEL = ".st-key-code-exchange", ".st-key-code-import"
UNCLOSED = "import keras\n\nmodel = keras.Sequential([\n    keras.Input((28, 28, 1)),\n\nmodel.summary()\n"


def open_code(page: Page, build_url: str, idle: Idle) -> None:
    """The panel that pasted code and files go into."""
    page.goto(build_url)
    idle(page)
    start_from_code(page)


def start_from_code(page: Page) -> None:
    page.get_by_role("combobox", name="Start from").press_sequentially("Paste")
    page.get_by_role("option", name="Paste Keras code").click()
    expect(page.get_by_role("textbox", name="Paste Keras code")).to_be_visible()


def read(page: Page, text: str, idle: Idle) -> None:
    page.get_by_role("textbox", name="Paste Keras code").fill(text)
    page.get_by_role("button", name="Read code").click()
    idle(page)


def name(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Name", exact=True)


def test_files_go_out_and_come_in(page: Page, build_url: str, idle: Idle, tmp_path: Path) -> None:
    page.goto(build_url)
    idle(page)
    page.locator(".st-key-view").get_by_text("Code", exact=True).click()
    page.locator(".st-key-code-form").get_by_text("JSON", exact=True).click()
    expect(page.locator(VIEW)).to_contain_text('"version": 1')
    idle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    network = json.loads(download.value.path().read_text())
    network["name"] = "mine"
    (tmp_path / "mine.json").write_text(json.dumps(network))
    (tmp_path / "bad.json").write_text('{"version": 1, "input_shape": [28, 28, 1], "layers": [{"type": "Conv2D"}]}')
    start_from_code(page)
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    expect(page.get_by_role("status").filter(has_text="Opened mine")).to_be_visible()
    expect(name(page)).to_have_value("mine")
    idle(page)
    start_from_code(page)
    page.locator("input[type=file]").set_input_files(tmp_path / "bad.json")
    expect(page.get_by_role("alert")).to_contain_text("Layer 1 (Conv2D, counted from 1): filters")
    expect(name(page)).to_have_value("mine")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pasted_code_is_pointed_at_and_then_read(new_page: NewPage, build_url: str, idle: Idle, scheme: str) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    open_code(page, build_url, idle)
    read(page, UNCLOSED, idle)
    expect(page.get_by_role("alert")).to_contain_text("Line 3, column 26")
    expect(page.get_by_role("textbox", name="Paste Keras code")).to_have_value(UNCLOSED)
    # The upload field's own markup is Streamlit's.
    assert not barriers(page, within=[PANEL], outside=["[data-testid=stFileUploaderDropzone]"])
    page.get_by_role("textbox", name="Paste Keras code").fill(
        UNCLOSED.replace("Sequential([", "Sequential(name='closed', layers=[")
    )
    page.get_by_role("button", name="Read code").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 3, column 48")  # the error of the new text
    page.get_by_role("button", name="Close it: add ]) after line 4").click()
    expect(name(page)).to_have_value("closed")
    # What was read comes into view on a phone, whose panel was as tall as the screen.
    expect(page.get_by_role("toolbar", name="Shapes, history and keys")).to_be_in_viewport(ratio=0.99)
    page.get_by_role("button", name="Undo").click()
    expect(name(page)).to_have_value("L1")
