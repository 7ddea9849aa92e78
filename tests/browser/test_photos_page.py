"""Colour photos of one's own through the pages: pasted into a class, seen on Build, classified and inspected."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import Architecture
from cnn_builder.data.imports.collect import Form
from tests.support.accessibility import barriers, sideways
from tests.support.build_page import layers
from tests.support.own_data import imported, png

WAKING_MS = 240_000
Idle = Callable[[Page], Locator]
NETWORK = Architecture.from_dict(
    {
        "version": 1,
        "name": "colours",
        "input_shape": [16, 16, 3],
        "layers": [
            {"type": "RandomFlip", "mode": "horizontal"},
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "activation": "relu"},
            {"type": "GlobalAveragePooling2D"},
            {"type": "Dense", "units": 2, "activation": "softmax"},
        ],
    }
)
PASTE = """(contents) => {
  const clipboardData = new DataTransfer();
  for (const content of contents) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    clipboardData.items.add(new File([bytes], "a.png", { type: "image/png" }));
  }
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def photo(colour: int, seed: int) -> np.ndarray:
    """Mostly red (0) or blue (2), and unlike any other."""
    image = np.random.default_rng(seed).integers(0, 90, (16, 16, 3), dtype=np.uint8)
    image[..., colour] += 150
    return image


def test_photos_through_the_pages(page: Page, app: Any, idle: Idle, train_network: Callable[..., str]) -> None:
    files = {f"{name}/{n}.png": png(photo(c, 50 * c + n)) for name, c in (("red", 0), ("blue", 2)) for n in range(20)}
    name = imported(app.home, "colours", files, Form(size=16)).name
    run = train_network(NETWORK, name, epochs=25, batch_size=4, learning_rate=0.02)

    # Two pictures are pasted at once, and one that is none.
    page.goto(f"{app.url}/data?set=colours")
    page.get_by_text("Add images").click()
    page.get_by_role("radio", name="Pictures").click()
    expect(page.get_by_text("they are added to blue")).to_be_visible()
    page.evaluate(PASTE, [base64.b64encode(png(photo(2, seed))).decode() for seed in (998, 999)])
    expect(page.get_by_text("Added to blue: 2 so far.")).to_be_visible()
    page.evaluate(PASTE, [base64.b64encode(b"no picture").decode()])
    expect(page.get_by_text("not a supported picture file")).to_be_visible()
    expect(page.get_by_text("2 gathered")).to_be_visible()
    page.get_by_role("button", name="Use on Build").click()

    # The input is drawn in three colours.
    layers(page).first.wait_for()
    fronts = page.get_by_role("button", name="Input, 16×16×3").locator("polygon.front")
    expect(fronts).to_have_count(3)
    assert len({front.evaluate("node => getComputedStyle(node).fill") for front in fronts.all()}) == 3

    # Where photos are classified, they are chosen without a click before it.
    page.goto(f"{app.url}/draw?run={run}")
    upload = page.locator(".st-key-draw_file input[type=file]")
    upload.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(photo(0, 777))})
    title = page.get_by_role("region", name="Answer").get_by_role("status")
    expect(title).to_contain_text("“red”", timeout=WAKING_MS)
    page.evaluate(PASTE, [base64.b64encode(png(photo(2, 778))).decode()])
    expect(title).to_contain_text("“blue”")
    page.set_viewport_size({"width": 390, "height": 844})
    assert not sideways(page) and not barriers(page)

    page.goto(f"{app.url}/inspect?run={run}")
    page.locator(".cnn-tiles").first.wait_for(timeout=WAKING_MS)
    page.locator(".st-key-inspect-view").get_by_role("radio", name="Attribution", exact=True).click()
    expect(page.locator(".cnn-heat figcaption")).to_have_text(["Grad-CAM, layer 2", "Saliency", "Occlusion"])
    expect(page.get_by_test_id("stException")).to_have_count(0)
