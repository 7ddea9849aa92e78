"""Screenshots of a page, joined into an animated picture."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

WIDTH = 960
QUALITY = 72
"""Of WebP, 0 to 100: text stays sharp, and the file small."""


class Film:
    """Takes pictures where it has a file for them, else nothing."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._pictures: list[Image.Image] = []
        self._times: list[int] = []

    def take(self, page: Page, milliseconds: int) -> None:
        """The page as it looks now, shown for so long."""
        if self._file is None:
            return
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        size = WIDTH, round(picture.height * WIDTH / picture.width)
        self._pictures.append(picture.resize(size, Image.Resampling.LANCZOS))
        self._times.append(milliseconds)

    def save(self) -> None:
        """Write the file, played again and again; nothing where no picture was taken."""
        if self._file is not None and self._pictures:
            first, *rest = self._pictures
            first.save(
                self._file, save_all=True, append_images=rest, duration=self._times, loop=0, quality=QUALITY, method=6
            )
