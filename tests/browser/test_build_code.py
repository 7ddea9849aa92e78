"""The Code view in a browser: files go out and come in, pasted code is read, what is wrong is pointed at."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

Idle = Callable[[Page], Locator]
NewPage = Callable[..., Page]
VIEW = ".st-key-code-exchange"
UNCLOSED = "import keras\n\nmodel = keras.Sequential([\n    keras.Input((28, 28, 1)),\n\nmodel.summary()\n"


def open_code(page: Page, app_url: str, idle: Idle) -> None:
    page.goto(app_url)
    idle(page)
    page.locator(".st-key-view").get_by_text("Code", exact=True).click()
    expect(page.get_by_role("textbox", name="Paste Keras code")).to_be_visible()


def read(page: Page, text: str, idle: Idle) -> None:
    page.get_by_role("textbox", name="Paste Keras code").fill(text)
    page.get_by_role("button", name="Read code").click()
    idle(page)


def name(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Name", exact=True)


def test_files_go_out_and_come_in(page: Page, app_url: str, idle: Idle, tmp_path: Path) -> None:
    open_code(page, app_url, idle)
    page.locator(".st-key-code-form").get_by_text("JSON", exact=True).click()
    idle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    network = json.loads(download.value.path().read_text())
    network["name"] = "mine"
    (tmp_path / "mine.json").write_text(json.dumps(network))
    (tmp_path / "bad.json").write_text('{"version": 1, "input_shape": [28, 28, 1], "layers": [{"type": "Conv2D"}]}')
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    expect(page.get_by_role("status").filter(has_text="Opened mine")).to_be_visible()
    expect(name(page)).to_have_value("mine")
    page.locator("input[type=file]").set_input_files(tmp_path / "bad.json")
    expect(page.get_by_role("alert")).to_contain_text("Layer 1 (Conv2D, counted from 1): filters")
    expect(name(page)).to_have_value("mine")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pasted_code_is_pointed_at_and_then_read(new_page: NewPage, app_url: str, idle: Idle, scheme: str) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    open_code(page, app_url, idle)
    read(page, UNCLOSED, idle)
    expect(page.get_by_role("alert")).to_contain_text("Line 3, column 26")
    expect(page.get_by_role("textbox", name="Paste Keras code")).to_have_value(UNCLOSED)
    # The upload field's own markup is Streamlit's.
    found = Axe().run(page, {"include": [VIEW], "exclude": ["[data-testid=stFileUploaderDropzone]"]})
    assert found.violations_count == 0, found.generate_report()
    read(page, UNCLOSED.replace("1)),\n", "1))], name='closed')\n"), idle)
    expect(name(page)).to_have_value("closed")
    page.get_by_role("button", name="Undo").click()
    expect(name(page)).to_have_value("L1")
