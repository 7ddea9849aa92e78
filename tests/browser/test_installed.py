"""The wheel holds the whole app: installed elsewhere, where nothing may be written, it shows every page and trains."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from cnn_builder.ui.shared.navigation import PAGES
from tests.support.build_page import Idle, layers, start_from
from tests.support.empty_environment import WHEEL, empty_environment, files, pip, read_only
from tests.support.paths import ROOT

TEXTS = ("docs/lessons.md",)


def sources() -> set[str]:
    """What the wheel has to hold, by its place in it."""
    inside = {path.relative_to(ROOT).as_posix() for path in (ROOT / "cnn_builder").rglob("*") if path.is_file()}
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    beside = {f"cnn_builder/web/{name}" for name in ("app.py", ".streamlit/config.toml", *TEXTS, *pages)}
    return {name for name in inside if "__pycache__" not in name} | beside


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: an installer may write what it likes there."""
    copy, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in WHEEL:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (copy / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    pip("wheel", "--no-deps", "--wheel-dir", str(made), str(copy))
    (file,) = made.iterdir()
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The command, in an environment with the wheel and what it needs, where it cannot write."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    site = empty_environment(folder, wheel)
    command = [*read_only(folder), str(folder / "bin" / "cnn-builder")]
    if len(command) > 1 or os.geteuid() != 0:
        written = [*command[:-1], "touch", str(site / "cnn_builder" / "written")]
        assert subprocess.run(written, capture_output=True, check=False).returncode == 1
    before = files(folder)
    yield command
    assert files(folder) == before


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert names == sources()


def test_an_installed_app_shows_every_page(
    installed: list[str], tmp_path: Path, run_app: Callable[..., AbstractContextManager], page: Page, idle: Idle
) -> None:
    failed: list[str] = []

    def check(response: Response) -> None:
        if response.status >= 400:
            failed.append(f"{response.status} {response.url}")

    page.on("response", check)
    page.on("pageerror", lambda error: failed.append(str(error)))
    with run_app(tmp_path, installed) as app:
        # By the way of the front page: asked for another one first, Streamlit's page looks for its server below it.
        page.goto(app.url)
        idle(page)
        page.get_by_role("link", name="Build", exact=True).click()
        layers(page).first.wait_for()
        start_from(page, "L2")
        expect(layers(page)).to_have_count(7)
        layers(page).first.click()
        expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("32")
        for name in [name.capitalize() for name in PAGES[2:]]:  # Start and Build have been shown
            page.get_by_role("link", name=name, exact=True).click()
            idle(page)
            expect(page.get_by_role("heading", level=1, name=name)).to_be_attached()
        assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme") == "light"
    assert failed == []


def test_an_installed_command_trains_from_anywhere(installed: list[str], tmp_path: Path) -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    few = ["--epochs", "1", "--train-limit", "200", "--json"]
    done = subprocess.run(
        [*installed, "train", "LeNet-5", "--dataset", "digits", *few],
        cwd="/", env={**outside, "CNN_BUILDER_HOME": str(tmp_path / "home")}, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["status"] == "finished"
