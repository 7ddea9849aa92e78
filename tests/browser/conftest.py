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
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.runs import LocalLauncher, Run, RunSettings, Store, Supervisor
from cnn_builder.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first one draws no windows, which saves a third of the tests' time."""
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--process-per-site",
]
KEEPER = "http://localhost/"
PATIENCE_MS = 60_000
WITHOUT_ANIMATIONS = """
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, options) {
  return animate.call(this, frames, typeof options === "object" ? { ...options, duration: 0 } : 0);
};"""
"""A click on what an opening expander still covers, or moves, reaches nothing: it opens at once."""
TRAINING_SECONDS = 600
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


def _end_runs(settings: Settings) -> None:
    """Runs outlive their server: those of a test that failed would take its time from all later ones."""
    if not (settings.home / "runs.sqlite").exists():
        return
    with Store.open(settings) as store:
        for run in store.list(None):
            if run.is_active and isinstance(run, Run) and run.pid != os.getpid():
                LocalLauncher(settings).kill(run)


@contextmanager
def running_app(
    folder: Path,
    installed: Sequence[str] = (),
    secrets: Callable[[str], object] = lambda url: None,
    runs_go_on: bool = False,
) -> Iterator[App]:
    """The app with its home in this folder, until the end of the block: this checkout's, or an installed command.

    `secrets` is called with the app's address before it starts, to write a file that names it. Runs that train at the
    end are ended, unless `runs_go_on`.
    """
    log, home = folder / "server.log", folder / "home"
    port = _free_port()
    secrets(f"http://localhost:{port}")
    environment = {**os.environ, "CNN_BUILDER_HOME": str(home)}
    environment.setdefault("CNN_BUILDER_STANDBY", "false")
    environment.setdefault("CNN_BUILDER_CALIBRATE", "false")
    command, place = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"], ROOT
    if installed:  # from anywhere, with nothing of this checkout or its environment
        command, place = [*installed, "run", "--no-browser", f"--port={port}"], Path("/")
        environment = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=place, env=environment, stdout=output, stderr=subprocess.STDOUT)
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
        if not runs_go_on:
            _end_runs(Settings(home=home))


@pytest.fixture(scope="session")
def run_app() -> Callable[..., AbstractContextManager[App]]:
    """``with run_app(folder, command) as app``: a server of its own."""
    return running_app


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for all tests that leave nothing in their home but documents, each under its own id."""
    with running_app(tmp_path_factory.mktemp("app")) as app:
        yield app


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app: one server for the files of the Build page, one of its own for a file that makes runs."""
    if request.path.name.startswith("test_build_"):
        yield request.getfixturevalue("shared_app")
        return
    with running_app(tmp_path_factory.mktemp("app")) as own:
        yield own


def train_now(app: App, network: str | Architecture, request: RunSettings, dataset: str = "digits") -> str:
    """Id of a finished run of a preset, or of a network, by default on the built-in digits, in the app's own store."""
    settings = Settings(home=app.home)
    with Store.open(settings) as store:
        architecture = PRESETS[network].architecture if isinstance(network, str) else network
        run = store.create_run(architecture, dataset, request)
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
def train_network(app: App) -> Callable[..., str]:
    """``train_network(architecture, dataset, **settings)`` gives the id of a finished run, by default on the digits."""

    def run(architecture: Architecture, dataset: str = "digits", **settings: Any) -> str:
        return train_now(app, architecture, RunSettings(**{"epochs": 3, **settings}), dataset)

    return run


@pytest.fixture
def app_url(app: App) -> str:
    """Address of the running app, without a slash at its end."""
    return app.url


@pytest.fixture
def build_url(app_url: str) -> str:
    """Address of the Build page."""
    return f"{app_url}/build"


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


def new_context(browser: Browser, options: dict[str, Any]) -> BrowserContext:
    """A browser context of these options, patient and without animations.

    Streamlit's own are asked not to run: while a script runs, each of their frames costs as much as the page.
    """
    context = browser.new_context(**{"reduced_motion": "reduce", **options})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WITHOUT_ANIMATIONS)
    return context


def stay_open(context: BrowserContext) -> None:
    """Open an empty page of localhost, whose process all later ones share (``--process-per-site``).

    What one of them has compiled of Streamlit's scripts the next one need not: half of the time of loading it.
    """
    keeper = context.new_page()
    keeper.route(KEEPER, lambda route: route.fulfill(body=""))
    keeper.goto(KEEPER)
    keeper.unroute(KEEPER)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Callable[..., BrowserContext]:
    """A browser context for these options, the same one each time: what it has loaded it need not load again."""
    made: dict[str, BrowserContext] = {}

    def get(**options: Any) -> BrowserContext:
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = new_context(browser, options)
            stay_open(made[key])
        return made[key]

    return get


@pytest.fixture
def new_page(browser: Browser, contexts: Callable[..., BrowserContext], own_context: bool) -> Iterator[PageMaker]:
    """Make pages: ``new_page(color_scheme="dark", viewport={"width": 390, "height": 844})``."""
    used: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = new_context(browser, options) if own_context else contexts(**options)
        used.append(context)
        return context.new_page()

    expect.set_options(timeout=PATIENCE_MS)
    yield make
    for context in used:
        for page in context.pages:
            if page.url == KEEPER:
                continue
            if page.url.startswith("http"):
                page.evaluate("localStorage.clear()")
            page.close()
        if own_context:
            context.close()
        else:
            context.clear_cookies()


@pytest.fixture
def own_context(request: pytest.FixtureRequest) -> bool:
    """Whether the test changes what outlives its pages: the timers of a whole context."""
    return "quiet_watch" in request.fixturenames


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


def watch_quiet(page: Page) -> Callable[[], bool]:
    """From its next load on, the page's timers are in our hand: ``quiet()`` tells whether none asks the server.

    What is still on its way is waited for: only a page that asks again and again is never quiet.
    """
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.clock.install()

    def quiet() -> bool:
        for _ in range(6):
            before = len(sent)
            page.clock.run_for(5_000)
            page.wait_for_timeout(300)  # frames are reported a moment after they were sent
            if sent and len(sent) == before:
                return True
        return False

    return quiet


@pytest.fixture
def quiet_watch() -> Callable[[Page], Callable[[], bool]]:
    """``quiet = quiet_watch(page)``, before the page is loaded."""
    return watch_quiet


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
    if report.failed and report.when == "call":
        for page in (value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Page)):
            report.sections.append(("the page", _written(page)))
    return report


def _written(page: Page) -> str:
    """The page as a screen reader has it, or why there is none."""
    try:
        return page.locator("body").aria_snapshot(timeout=5_000)[:12_000]
    except PlaywrightError as error:
        return str(error)
