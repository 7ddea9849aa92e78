"""The components' files are served from where they are, under an address of their own for each content."""

import re
from pathlib import Path

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager

from cnn_builder.ui import components

FOLDER = Path(components.__file__).parent
SCRIPTS = sorted(FOLDER.rglob("*.js"))
_IMPORTED = re.compile(r'(?:\bfrom|\bimport|\bnew URL\()\s*"(\.[^"]+)"')


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> BidiComponentManager:
    """What Streamlit's server asks for the folder of a component."""
    manager = BidiComponentManager()
    monkeypatch.setattr(components, "get_bidi_component_manager", lambda: manager)
    return manager


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_script_imports_files_that_are_there(script: Path) -> None:
    named = _IMPORTED.findall(script.read_text(encoding="utf-8"))
    assert [name for name in named if not (script.parent / name).is_file()] == []


def test_a_file_is_served_from_its_own_folder(tmp_path: Path, manager: BidiComponentManager) -> None:
    file = tmp_path / "plotly.min.js"
    file.write_text("// 1", encoding="utf-8")
    before = sorted(tmp_path.parent.rglob("*"))
    name, found = re.fullmatch("/_stcore/bidi-components/([^/]+)/(.+)", components.file_url(file)).groups()
    assert (manager.get_component_path(name), found) == (str(tmp_path), "plotly.min.js")
    assert manager.get(name) is not None
    assert sorted(tmp_path.parent.rglob("*")) == before  # nothing was copied


def test_another_content_has_another_address(tmp_path: Path, manager: BidiComponentManager) -> None:
    file = tmp_path / "plotly.min.js"
    addresses = []
    for text in ("// 1", "// 2"):
        file.write_text(text, encoding="utf-8")
        components._name.cache_clear()
        addresses.append(components.file_url(file))
    assert addresses[0] != addresses[1]


def test_a_server_started_later_serves_them_too(manager: BidiComponentManager, monkeypatch: pytest.MonkeyPatch) -> None:
    components.file_url(SCRIPTS[0])
    later = BidiComponentManager()
    monkeypatch.setattr(components, "get_bidi_component_manager", lambda: later)
    name = components.file_url(SCRIPTS[0]).split("/")[-2]
    assert later.get_component_path(name) == str(SCRIPTS[0].parent)


def test_text_in_the_components_grows_with_that_of_the_page() -> None:
    """On a wide screen, which a class looks at from afar; only signs in a drawing keep their size in pixels."""
    signs = {"stack": ["14px", "500 15px/19px var(--st-font)"]}
    for sheet in Path(components.__file__).parent.glob("*/style.css"):
        sizes = re.findall(r"font(?:-size)?: ([^;]*\dpx[^;]*);", sheet.read_text("utf-8"))
        assert sizes == signs.get(sheet.parent.name, []), sheet
