"""The copies that augmentations make follow a setting while it is typed, and move nothing."""

from conftest import App
from playwright.sync_api import Page, expect

from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from tests.support.accessibility import barriers, sideways
from tests.support.build_page import Idle, open_build


def test_the_copies_follow_the_setting_and_nothing_moves(page: Page, app: App, idle: Idle) -> None:
    document, network = DocumentStore.new_id(), PRESETS["First-reader"].architecture.with_name("Mine")
    DocumentStore(app.home / "documents").save(document, Document.of(network, "digits"))
    open_build(page, f"{app.url}/build?doc={document}", idle)
    copies = page.locator(".cnn-copies img")
    expect(copies).to_have_count(9)
    figure, formula = page.locator(".cnn-copies"), page.get_by_role("heading", name="Formula")
    before = figure.bounding_box(), formula.bounding_box(), copies.nth(2).get_attribute("src")
    original = copies.first.get_attribute("src")
    field = page.get_by_role("spinbutton", name="Factor to")
    field.fill("0.4")
    expect(copies.nth(2)).not_to_have_attribute("src", str(before[2]))
    assert (figure.bounding_box(), formula.bounding_box()) == before[:2]
    assert copies.first.get_attribute("src") == original
    changed = copies.nth(2).get_attribute("src")
    page.get_by_role("button", name="Other copies").click()
    expect(copies.nth(2)).not_to_have_attribute("src", str(changed))
    page.set_viewport_size({"width": 390, "height": 844})
    copies.first.scroll_into_view_if_needed()
    assert not sideways(page) and not barriers(page)
