"""The web server's memory while small files that unpack to much are uploaded to its pages.

    python -m benchmarks.bombs

A real server and Chromium. First each way in gets a right file, so that what it imports is there; that is "idle". Then
one bomb after the other: how far the server's resident memory rose meanwhile (the kernel keeps the peak), against idle,
and what the page said. Exit code 1 when a peak is above the target, or a page said nothing. Linux only.
"""

import gzip
import io
import json
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import psutil
from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, expect

from benchmarks.serving import chromium, served

TARGET = 1.2
PATIENCE_MS = 120_000
ANSWERS = "[data-testid=stAlert], [data-testid=stToast]"


def png(image: Image.Image, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG", **options)
    return content.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in members.items():
            archive.writestr(name, inside)
    return content.getvalue()


def of_size(width: int, height: int) -> bytes:
    """A PNG whose header says this size; it has no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def with_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    for number in range(80):
        texts.add_text(f"t{number}", "x" * 1_000_000, zip=True)
    return png(Image.new("L", (30, 30)), pnginfo=texts)


def npz(**arrays: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


def npz_of_terabytes() -> bytes:
    content = npz(x=np.zeros((6, 28, 28), np.uint8), y=np.arange(6))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    huge = inside["x.npy"].replace(b"(6, 28, 28), }", b"(9999999,9999,99)}"[:14].ljust(14))
    return zipped({**inside, "x.npy": huge})


def h5(kind: str) -> bytes:
    """`wide`: an array that is declared with 4 GB; `deep`: groups inside groups."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["model_config"] = "[" * 20_000 if kind == "wide" else "{}"
        if kind == "wide":
            file.create_dataset("a", (1_000_000_000,), "f4", chunks=(1_000_000,), compression="gzip")
        else:
            file.create_group("/".join("a" * 900))
    return content.getvalue()


def models() -> Iterator[tuple[str, str, bytes]]:
    """What is opened on Build: in words, its name, its bytes."""
    yield "JSON nested 20,000 deep", "a.json", b"[" * 20_000 + b"]" * 20_000
    yield "JSON of 330,000 lists", "a.json", b"[" + b"[]," * 330_000 + b"0]"
    yield "a notebook of 3,300,000 lists", "a.ipynb", b'{"cells":[' + b"[]," * 3_300_000 + b"0]}"
    yield "code of 39,000 words and signs", "a.py", b"x=" + b"a," * 19_500 + b"1"
    yield "code of 200,000 characters", "a.py", b"x=" + b"a," * 99_990 + b"1"
    yield "code of 10 MB", "a.py", b"x=" + b"a," * 5_000_000 + b"1"
    yield "a .keras whose description unpacks to 1 GB", "a.keras", zipped({"config.json": bytes(1_000_000_000)})
    yield "a .keras of 100,000 members", "a.keras", zipped({str(number): b"" for number in range(100_000)})
    yield "an .h5 with an array of 4 GB", "a.h5", h5("wide")
    yield "an .h5 with 900 groups inside each other", "a.h5", h5("deep")


def data_sets() -> Iterator[tuple[str, str, bytes]]:
    """What is imported on Data."""
    yield "a zip that unpacks to 1 GB", "a.zip", zipped({f"c{n}/1.png": bytes(250_000_000) for n in range(4)})
    yield "a zip of 100,000 members", "a.zip", zipped({f"c/{number}": b"" for number in range(100_000)})
    yield "an npz whose header says terabytes", "a.npz", npz_of_terabytes()
    yield "a CSV with a line of 4 MB", "a.csv", b"0," * 2_000_000
    head = b"\0\0\x08\x03" + struct.pack(">III", 6, 28, 28)
    yield (
        "an IDX file that unpacks to 1 GB",
        "train-images-idx3-ubyte.gz",
        gzip.compress(head + bytes(1_000_000_000), 1),
    )
    yield (
        "an npz of 190 MB of zeros, within the limits",
        "a.npz",
        npz(x=np.zeros((190_000, 32, 32), np.uint8), y=np.arange(190_000) % 2),
    )


def pictures() -> Iterator[tuple[str, str, bytes]]:
    """What is gathered on Data."""
    yield "a picture that says 30,000×30,000 pixels", "a.png", of_size(30_000, 30_000)
    yield "a picture of 7,000×7,000 pixels", "a.png", png(Image.new("RGB", (7_000, 7_000)))
    yield "the same with transparency", "a.png", png(Image.new("RGBA", (7_000, 7_000)))
    yield "a picture of 1 MB texts, 80 of them", "a.png", with_texts()


class Server:
    """The process whose memory is watched."""

    def __init__(self) -> None:
        children = psutil.Process().children()
        self._process = next(child for child in children if "streamlit" in child.cmdline())
        self._folder = Path(f"/proc/{self._process.pid}")

    def memory(self) -> int:
        """Resident memory in bytes, now."""
        return int(self._process.memory_info().rss)

    def forget_peak(self) -> None:
        (self._folder / "clear_refs").write_text("5")

    def peak(self) -> int:
        """The most resident memory in bytes since `forget_peak`."""
        lines = (self._folder / "status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def open_model(page: Page, url: str, file: Path) -> str:
    """Open a file on Build; what the page says."""
    page.goto(f"{url}/build")
    page.get_by_role("combobox", name="Start from").press_sequentially("Paste", timeout=PATIENCE_MS)
    page.get_by_role("option", name="Paste Keras code").click()
    page.locator(".st-key-code-upload input[type=file]").set_input_files(file)
    return said(page)


def import_data(page: Page, url: str, file: Path) -> str:
    page.goto(f"{url}/data")
    page.locator(".st-key-data-way").get_by_text("Files", exact=True).click(timeout=PATIENCE_MS)
    page.locator(".st-key-data-upload input[type=file]").set_input_files(file, timeout=PATIENCE_MS)
    page.locator(".st-key-data-import button:enabled").click(timeout=PATIENCE_MS)
    return said(page)


def gather(page: Page, url: str, file: Path) -> str:
    page.goto(f"{url}/data")
    page.locator(".st-key-data-way").get_by_text("Pictures", exact=True).click(timeout=PATIENCE_MS)
    classes = page.locator(".st-key-data-class input")
    classes.fill("cat")
    classes.press("Enter")
    uploads = page.locator("[class*=st-key-data-pictures] input[type=file]")
    uploads.wait_for(state="attached", timeout=PATIENCE_MS)
    page.wait_for_timeout(1_500)
    counted = page.get_by_text(" gathered", exact=False).first
    before = counted.inner_text() if counted.count() else ""
    uploads.set_input_files(file)
    told, end = page.locator(ANSWERS).first, time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end:
        if told.is_visible():
            return " ".join(told.inner_text().split())
        if counted.is_visible() and counted.inner_text() != before:
            return f"taken: {counted.inner_text()}"
        page.wait_for_timeout(100)
    raise RuntimeError(f"The page said nothing of {file.name}.")


def said(page: Page) -> str:
    told = page.locator(ANSWERS).first
    expect(told).to_be_visible(timeout=PATIENCE_MS)
    return " ".join(told.inner_text().split())


def main() -> int:
    """Print the table; 1 where a peak is above the target."""
    network = {"version": 1, "name": "a", "input_shape": [8, 8, 1], "layers": [{"type": "Flatten"}]}
    small = zipped({f"c{n}/{i}.png": png(Image.new("L", (9 + n, 9 + i))) for n in (1, 2) for i in range(5)})
    right = [
        (open_model, "a.json", json.dumps(network).encode()),
        (open_model, "a.h5", b"no model"),
        (gather, "a.png", png(Image.new("L", (300, 300)))),
        (gather, "b.png", png(Image.new("L", (1_400, 1_400)))),
        (import_data, "a.zip", small[:-9]),
    ]
    ways = ((open_model, models()), (gather, pictures()), (import_data, data_sets()))
    bombs = [(way, *one) for way, ones in ways for one in ones]
    worst = 0.0
    with tempfile.TemporaryDirectory() as around, served() as (port, _), chromium() as browser:
        url, server = f"http://localhost:{port}", Server()

        def sent(way, name: str, content: bytes) -> str:  # type: ignore[no-untyped-def]
            file = Path(around) / name
            file.write_bytes(content)
            page = browser.new_page()
            try:
                return str(way(page, url, file))
            finally:
                page.close()

        for way, name, content in right:
            sent(way, name, content)
        time.sleep(3)
        idle = server.memory()
        print(f"idle: {idle / 1e6:.0f} MB")
        for way, words, name, content in bombs:
            before = server.memory()
            server.forget_peak()
            answer = sent(way, name, content)
            peak = server.peak()
            more = 1 + (peak - before) / idle
            worst = max(worst, more)
            size = f"{len(content) / 1e6:.1f} MB" if len(content) > 1e5 else f"{len(content) / 1e3:.1f} kB"
            print(f"{words} ({size}): {more:.2f} × idle; {answer[:70]}", flush=True)
        print(f"after all, with their uploads and sessions: {server.memory() / idle:.2f} × idle")
    print(f"worst: {worst:.2f} × idle (at most {TARGET})")
    return worst > TARGET


if __name__ == "__main__":
    sys.exit(main())
