"""The app on a free port with a home of its own, and Chromium before it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import LocalLauncher, RunSettings, Store, Supervisor
from cnn_builder.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 20_000
TRAINING_SECONDS = 240
_LOG = pytest.StashKey[Path]()


@dataclass
class App:
    """A running server: its address, its folder and what it printed."""

    url: str
    home: Path
    log: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The app did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app, started once for the tests of a file."""
    folder = tmp_path_factory.mktemp("app")
    log, home = folder / "server.log", folder / "home"
    port = _free_port()
    environment = {**os.environ, "CNN_BUILDER_HOME": str(home)}
    environment.setdefault("CNN_BUILDER_STANDBY", "false")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_up(f"http://localhost:{port}", server, log)
        yield App(f"http://localhost:{port}", home, log)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def train_now(app: App, preset: str, request: RunSettings) -> str:
    """Id of a finished run of a preset on the built-in digits, in the app's own store."""
    settings = Settings(home=app.home)
    with Store.open(settings) as store:
        run = store.create_run(PRESETS[preset].architecture, "digits", request)
        launcher = LocalLauncher(settings)
        supervisor = Supervisor(store, launcher, 1)
        end = time.monotonic() + TRAINING_SECONDS
        while store.get(run.run_id).is_active and time.monotonic() < end:
            supervisor.tick()
            time.sleep(0.2)
        while launcher.exit_reason(store.get(run.run_id)) is None and time.monotonic() < end:
            time.sleep(0.1)  # the process ends a moment after its run
        launcher.close()
        assert store.get(run.run_id).status == "finished"
    return run.run_id


@pytest.fixture(scope="module")
def trained(app: App) -> str:
    """Id of a finished run of L2, which reads drawn digits."""
    return train_now(app, "L2", RunSettings(epochs=4))


@pytest.fixture(scope="module")
def trained_run(app: App) -> str:
    """Id of a finished run of a small network."""
    return train_now(app, "LeNet-5", RunSettings(epochs=3, learning_rate=0.003))


@pytest.fixture
def app_url(app: App) -> str:
    """Address of the running app, without a slash at its end."""
    return app.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    if CHROMIUM is None:
        pytest.skip("No Chromium found: install it, or name it with CHROMIUM=/path/to/chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


PageMaker = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[PageMaker]:
    """Make pages: ``new_page(color_scheme="dark", viewport={"width": 390, "height": 844})``."""
    contexts = []

    def make(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    expect.set_options(timeout=PATIENCE_MS)
    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: PageMaker) -> Page:
    """A light page, 1280×900."""
    return new_page(color_scheme="light")


def wait_idle(page: Page) -> Locator:
    """Wait until the page's script has run and nothing is drawn anew; the app's element."""
    app = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    app.wait_for()
    return app


@pytest.fixture
def idle() -> Callable[[Page], Locator]:
    """``idle(page)`` waits until the script has run."""
    return wait_idle


@pytest.fixture(autouse=True)
def _server_log(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        request.node.stash[_LOG] = request.getfixturevalue("app").log


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    log = item.stash.get(_LOG, None)
    if report.failed and log is not None and log.exists():
        report.sections.append(("the server's log", log.read_text()[-8000:]))
    return report
