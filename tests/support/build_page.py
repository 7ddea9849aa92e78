"""What the tests of the Build page share: networks to open, and where things are on the page."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from cnn_builder.architecture import Architecture
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document

Idle = Callable[[Page], Locator]
NewPage = Callable[..., Page]


def tall(count: int) -> Architecture:
    """A network of ``count`` layers that fits, with names to tell its layers by: layer n has n filters."""
    head = [
        {"type": "Conv2D", "filters": number, "kernel_size": 3, "padding": "same"} for number in range(1, count - 1)
    ]
    tail = [{"type": "Flatten"}, {"type": "Dense", "units": 10, "activation": "softmax"}]
    data = {"version": 1, "name": f"Tall {count}", "input_shape": [28, 28, 1], "layers": [*head, *tail]}
    return Architecture.from_dict(data)


def open_network(page: Page, app_url: str, home: Path, idle: Idle, architecture: Architecture) -> None:
    """Open the Build page with this network, its first layer selected."""
    document_id = DocumentStore.new_id()
    DocumentStore(home / "documents").save(document_id, Document.of(architecture, "mnist"))
    open_build(page, f"{app_url}/build?doc={document_id}", idle)


def open_build(page: Page, url: str, idle: Idle) -> None:
    page.goto(url)
    layers(page).first.wait_for()
    idle(page)


def strip(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Layers of the network")


def layers(page: Page) -> Locator:
    return strip(page).get_by_role("option")


def selected(page: Page) -> Locator:
    return page.locator("[role=option][aria-selected=true]")


def totals(page: Page) -> Locator:
    return page.locator(".cnn-totals")


def scrolled(page: Page) -> float:
    return float(page.locator(".scroller").evaluate("node => node.scrollLeft"))


def start_from(page: Page, name: str) -> None:
    page.get_by_label("Start from").click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)} ·")).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)


def spoken(page: Page) -> list[str]:
    """What a screen reader calls each layer."""
    names: list[str] = strip(page).evaluate("list => [...list.children].map(node => node.getAttribute('aria-label'))")
    return names


def names(page: Page) -> list[str]:
    """Type of each layer."""
    return [re.split(r"[:,]", name)[1].strip() for name in spoken(page)]


def filters(page: Page) -> list[int]:
    """Number of filters of each Conv2D: in a ``tall`` network the layer's own number."""
    return [int(match.group(1)) for match in (re.search(r"Conv2D, (\d+) @", name) for name in spoken(page)) if match]
