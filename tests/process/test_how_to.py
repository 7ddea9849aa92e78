"""The guides that change the code are followed to the letter, each in a copy of the checkout.

A block that names a file is written there, a ``diff`` replaces what it takes away, and the commands are run.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.docs_commands import Block, Command, blocks, commands
from tests.support.paths import ROOT

GUIDES = ("add-a-layer", "add-a-page", "add-a-data-set")
LEFT_OUT = {
    "python -m pytest tests/browser/test_offline_page.py": "the browser tests run it, for every layer type",
    "python -m cnn_builder train": "trains in a process of its own, as tests/process/test_cli_train.py does",
}
"""Commands by their beginning, each with the reason why it is not run here."""
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "*.webp", "*.png")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout, and what the guides speak of as the reader's own."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    for path in ("docs/images/start.png", "docs/images/build-train-draw.webp"):
        shutil.copy(ROOT / path, folder / path)
    (folder / "letters.npz").write_bytes(b"stands for the reader's file")
    noise = np.random.default_rng(0)
    for letter in "abc":
        (folder / "pictures" / letter).mkdir(parents=True)
        for number in range(8):
            strokes = np.kron(noise.integers(0, 2, (4, 4), np.uint8) * 255, np.ones((8, 8), np.uint8))
            Image.fromarray(np.pad(strokes, 8)).save(folder / "pictures" / letter / f"{number}.png")
    return folder


def put(block: Block, folder: Path) -> None:
    """Write the block's file, or make the change that it shows."""
    path = folder / block.file
    if block.language != "diff":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    lines = block.text.splitlines()
    before, after = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{block.file} no longer has, once:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def carry_out(command: Command, folder: Path) -> str:
    words = [sys.executable, *command.words[1:]] if command.words[0] == "python" else command.words
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **command.variables, "CI": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{command.text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_leads_to_where_it_says(guide: str, checkout: Path) -> None:
    for block in blocks(ROOT / "docs" / "how-to" / f"{guide}.md"):
        if block.file:
            put(block, checkout)
        elif block.language == "sh":
            for command in commands(block):
                if not any(command.text.startswith(start) for start in LEFT_OUT):
                    said = carry_out(command, checkout)
                    assert "pytest" not in command.words or " passed" in said, said
