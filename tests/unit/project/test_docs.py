"""The README says what is there, and nothing that isn't."""

import re
from pathlib import Path

import pytest
from PIL import Image

from cnn_builder.architecture import LAYER_TYPES, PRESETS
from cnn_builder.cli import main
from cnn_builder.data import DATASETS
from cnn_builder.options import OPTIONS

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]


def settings_table() -> list[str]:
    """The README's rows about settings, as they follow from the table of options."""
    rows = []
    for option in OPTIONS:
        default = f"`{option.default}`" if option.default else "none"
        rows.append(f"| `{option.variable}` | {option.kind} | {default} | {option.help} |")
    return rows


def test_the_settings_table_is_that_of_the_code() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `CNN_BUILDER_")]
    assert rows == settings_table()


def test_the_front_door_is_on_the_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:35])
    for line in ("make run", "make test", "pip install -r requirements.txt -c constraints.txt", "streamlit run app.py"):
        assert line in first_screen
    assert "pytest" in first_screen


@pytest.mark.parametrize("name", [*main.commands, *PRESETS, *DATASETS, *LAYER_TYPES])
def test_the_readme_names_every_command_preset_data_set_and_layer(name: str) -> None:
    assert f"`{name}" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_requirement_has_a_reason_and_a_pin() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    for file in sorted(path.name for path in ROOT.glob("requirements*.txt")):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                name = re.match(r"[A-Za-z0-9_-]+", line)
                assert name and name[0].lower() in pinned, line
                assert re.search(r"  # \w", line), f"{line}: say why it is needed"


def test_the_readme_shows_the_app_before_it_says_how_to_start_it() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures[:2] == ["docs/images/start.png", "docs/images/build-train-draw.webp"]
    assert README.index(pictures[1]) < README.index("make run")
    film = ROOT / pictures[1]
    with Image.open(film) as picture:
        assert getattr(picture, "n_frames", 1) > 20
    assert film.stat().st_size < 2_000_000
