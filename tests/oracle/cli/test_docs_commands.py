"""Every command that the documentation shows is run, in its order, and ends well.

A page is one test. They share a home, so that a training that several of them show is done once.
The full image sets are replaced by small ones of the same names, and training takes place in this process; everything
else is as the reader does it.
"""

import importlib.util
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from cnn_builder.cli import main
from cnn_builder.cli.train import train
from cnn_builder.data import load_dataset
from cnn_builder.engine.work import reason_of, report, work
from cnn_builder.runs import Run, Store
from cnn_builder.runs.workers.launcher import Lost
from cnn_builder.settings import Settings
from scripts.lessons_page import record
from tests.support.docs_commands import OURS, PAGES, Command, blocks, commands, inline_commands, name_of
from tests.support.paths import ROOT

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NOT_RUN = {
    "pip install": "needs a network; .ci/run installs from the same files",
    "python3 -m venv": "makes an environment; .ci/run does so with make",
    ". .venv/bin/activate": "changes the shell that it is typed into",
    "streamlit run app.py": "goes on until it is stopped; the browser tests run it",
    "pytest": "this is it",
    "cnn-builder run": "goes on until it is stopped; tests/browser/test_installed.py runs it",
    "python -m cnn_builder serve": "goes on until it is stopped; tests/browser/test_installed.py runs it",
    "python -m cnn_builder runs resume": "needs a run that broke off; tests/process/test_sweep_process.py runs it",
    "python -m scripts.postgres": "needs root and a database server; make test-cluster runs it",
    "python -m scripts.object_store": "needs moto; make test-cluster runs it",
    "python -m scripts.ray_nodes": "needs Ray; make test-cluster runs it",
    ". /tmp/my-objects.env": "changes the shell that it is typed into",
    ". /tmp/my-ray.env": "changes the shell that it is typed into",
    "python -m benchmarks": "takes minutes on a machine that does nothing else",
}
"""Commands by their beginning, each with the reason why it is not run here."""
DEPLOYED = "docs/how-to/deploy.md"
"""A page that needs root, Docker, a domain and a network; tests/unit/project/test_deployment.py reads its files."""
COPIED = {"docs/how-to/add-a-layer.md", "docs/how-to/add-a-page.md", "docs/how-to/add-a-data-set.md"}
"""Pages whose commands change the checkout: they are followed in a copy of it, by tests/process/test_how_to.py."""
SHOWING = [
    page
    for page in PAGES
    if name_of(page) not in COPIED | {DEPLOYED} and any(block.language == "sh" for block in blocks(page))
]
IMAGES = 128


class InThisProcess:
    """A launcher whose workers are threads: TensorFlow is loaded once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, threading.Thread] = {}

    problem: str | None = None

    def warm(self, after: float = 0.0) -> None:
        """Nothing to load."""

    def look(self) -> int | None:
        return None

    def lost(self, run: Run) -> Lost | None:
        return None

    def submit(self, run_id: str) -> tuple[int, float]:
        self._workers[run_id] = threading.Thread(target=self._train, args=(run_id,))
        self._workers[run_id].start()
        return os.getpid(), 0.0

    def _train(self, run_id: str) -> None:
        with Store.open(self._settings) as store:
            try:
                work(store.take(run_id), store, self._settings)
            except Exception as error:
                report(store, run_id, reason_of(error))

    def alive(self, run: Run) -> bool:
        return self._workers[run.run_id].is_alive()

    def exit_reason(self, run: Run) -> str | None:
        return None if self.alive(run) else "ended"

    def kill(self, run: Run) -> bool:
        raise AssertionError("a thread cannot be killed")

    def close(self) -> None:
        for worker in self._workers.values():
            worker.join()


@pytest.fixture(scope="module")
def small_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for CNN_BUILDER_DATA: digits of scikit-learn under the names of the full sets."""
    digits = load_dataset("digits")
    folder = tmp_path_factory.mktemp("data")
    arrays = {
        "x_train": digits.x_train[:IMAGES, ..., 0], "y_train": digits.y_train[:IMAGES],
        "x_test": digits.x_test[:IMAGES, ..., 0], "y_test": digits.y_test[:IMAGES],
    }  # fmt: skip
    for name in ("mnist", "fashion_mnist"):
        np.savez(folder / f"{name}.npz", **arrays)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's folder, with the files that the pages speak of as the reader's own."""
    folder = tmp_path_factory.mktemp("reader")
    digits = load_dataset("digits")
    Image.fromarray(255 - digits.x_test[0, ..., 0]).resize((112, 112)).save(folder / "seven.png")
    (folder / "L3.json").write_text(json.dumps(record("L3")["architecture"]), encoding="utf-8")
    return folder


@pytest.fixture
def place(folder: Path, small_sets: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reader's folder and home, and what makes the commands cheap."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CNN_BUILDER_HOME", str(folder / "home"))
    monkeypatch.setenv("CNN_BUILDER_DATA", str(small_sets))
    monkeypatch.setenv("CNN_BUILDER_LAYER_STATISTICS", "false")
    monkeypatch.setattr("cnn_builder.runs.workers.choice.LocalLauncher", InThisProcess)
    return folder


def newest_run() -> str:
    """Whatever a page calls RUN_ID is the run that it made last."""
    with Store.open(Settings.from_env()) as store:
        return store.list()[0].run_id


def as_typed(word: str, folder: Path) -> str:
    """What a reader puts in the place of a word that stands for something of the reader's own."""
    meant = {"RUN_ID": newest_run, "FILE": lambda: str(folder / "file"), "/a/new/folder": lambda: str(folder / "new")}
    return meant[word]() if word in meant else word


def reason_not_to(command: Command) -> str | None:
    return next((why for start, why in NOT_RUN.items() if command.text.startswith(start)), None)


def carry_out(command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one command; fails where it does not end well."""
    words = [as_typed(word, folder) for word in command.words]
    with monkeypatch.context() as own:
        for name, value in command.variables.items():
            own.setenv(name, as_typed(value, folder))
        if words[:3] == OURS:
            done = CliRunner().invoke(main, words[3:])
            assert done.exit_code == 0, f"{command.text}\n{done.output}\n{done.exception!r}"
        elif words[0] == "make":  # what it would do: the targets are there
            subprocess.run([*words, "--dry-run"], cwd=ROOT, check=True, capture_output=True, text=True)
        else:
            python = sys.executable if words[0] == "python" else words[0]
            subprocess.run([python, *words[1:]], cwd=folder, check=True, timeout=120)


@pytest.fixture(scope="module")
def trained() -> set[str]:
    """The trainings that were run."""
    return set()


@pytest.mark.parametrize("page", SHOWING, ids=name_of)
def test_the_commands_of_a_page_work(
    page: Path, place: Path, trained: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for block in blocks(page):
        if block.file:
            (place / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "sh":
            for command in commands(block):
                if command.exports:
                    continue  # a server's address: what comes after it stands in NOT_RUN, or works without it
                if reason_not_to(command) is None and command.text not in trained:
                    carry_out(command, place, monkeypatch)
                    trained |= {command.text} if "train" in command.words else set()


def test_every_block_says_what_it_holds() -> None:
    """So that no command is passed over for want of a mark."""
    assert [(name_of(block.page), block.text) for page in PAGES for block in blocks(page) if not block.language] == []


def test_what_is_not_run_is_still_shown() -> None:
    shown = [
        command.text
        for page in PAGES
        for block in blocks(page)
        if block.language == "sh"
        for command in commands(block)
    ]
    assert [start for start in NOT_RUN if not any(text.startswith(start) for text in shown)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_command_named_in_a_sentence_exists(page: Path) -> None:
    for text in dict.fromkeys(inline_commands(page)):
        match text.removeprefix(".venv/bin/").split():
            case ["make", *words]:
                subprocess.run(["make", *words, "--dry-run"], cwd=ROOT, check=True, capture_output=True)
            case ["cnn-builder", *words] | ["python", "-m", "cnn_builder", *words]:
                assert is_a_command(words), text
            case ["train", *words]:
                assert train.make_context("train", words).params["dataset"], text
            case ["python", "-m", module, *_]:
                assert module == "benchmarks.NAME" or importlib.util.find_spec(module) is not None, text


def is_a_command(words: list[str]) -> bool:
    """Whether these lead to a command of ours; its arguments may be names of what they stand for."""
    group: Any = main
    for word in words:
        if word == "…" or not isinstance(group, click.Group):
            break
        if word not in group.commands:
            return False
        group = group.commands[word]
    return True
