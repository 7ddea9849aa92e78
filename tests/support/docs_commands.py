"""The commands that the documentation shows: what stands in its blocks marked ``sh``, and in code within a sentence."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"[A-Z_]+=")
_INLINE = re.compile(r"`((?:\.venv/bin/)?python -m [^`]+|make [^`]+|cnn-builder [^`]+|train [^`]+ --dataset [^`\[]+)`")
OURS = ["python", "-m", "cnn_builder"]


@dataclass(frozen=True)
class Block:
    """A fenced block. ``file`` is the name behind its language: "```python place/name.py" is what that file holds."""

    page: Path
    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Command:
    """One command, as its words, with the variables that it sets for itself; ``exports`` those that it leaves set."""

    words: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The page's fenced blocks, in their order."""
    found = []
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        language, _, file = match["info"].partition(" ")
        lines = match["text"].splitlines(keepends=True)
        text = "".join(line.removeprefix(match["indent"]) for line in lines)
        found.append(Block(page, language, file.strip(), text))
    return found


def commands(block: Block) -> list[Command]:
    """A block's commands, in their order."""
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            found.append(_command(words[:end]))
            words = words[end + 1 :]
    return found


def _command(words: list[str]) -> Command:
    if words[0] == "export":
        return Command(words, exports=dict(word.split("=", 1) for word in words[1:2]))
    variables = {}
    while _VARIABLE.match(words[0]):
        name, _, variables[name] = words.pop(0).partition("=")
    return Command(words, variables)


def inline_commands(page: Path) -> list[str]:
    """The commands named within the page's sentences and tables."""
    return _INLINE.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
