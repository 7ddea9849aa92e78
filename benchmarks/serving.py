"""A server of the app with a home of its own, and stacks to open in it, for the benchmarks of the Build page."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from cnn_builder.architecture import Architecture
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document

ROOT = Path(__file__).resolve().parents[1]
_BLOCK: list[dict[str, Any]] = [
    {"type": "Conv2D", "filters": 8, "kernel_size": 3, "padding": "same"},
    {"type": "BatchNormalization"},
    {"type": "Activation", "activation": "relu"},
]
_TAIL: list[dict[str, Any]] = [
    {"type": "GlobalAveragePooling2D"},
    {"type": "Dense", "units": 10, "activation": "softmax"},
]


@contextmanager
def served(patience: float = 60, standby: bool = False) -> Iterator[tuple[int, Path]]:
    """Port and home of a server that runs as long as the block. Raises RuntimeError when it does not start."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {**os.environ, "CNN_BUILDER_HOME": str(home), "CNN_BUILDER_STANDBY": str(standby).lower()}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
        try:
            _wait(f"http://localhost:{port}/_stcore/health", server, patience)
            yield port, home
        finally:
            server.terminate()
            server.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def _wait(url: str, server: subprocess.Popen[bytes], patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start within {patience:.0f} s.")


def saved_stack(home: Path, count: int) -> str:
    """Id of a saved document with a stack of ``count`` layers, its first layer selected."""
    head = [_BLOCK[place % len(_BLOCK)] for place in range(count - len(_TAIL))]
    data = {"version": 1, "name": f"{count} layers", "input_shape": [28, 28, 1], "layers": [*head, *_TAIL]}
    document_id = DocumentStore.new_id()
    DocumentStore(home / "documents").save(document_id, Document.of(Architecture.from_dict(data), "mnist"))
    return document_id


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    return sorted(values)[max(0, min(len(values) - 1, round(share * len(values)) - 1))]
