"""The one-way imports: what a fresh interpreter has after each package, and who imports whom in the sources."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TRAINING = {"tensorflow", "keras"}
SERVER = {"streamlit"}

FORBIDDEN = [
    ("cnn_builder.architecture", TRAINING | SERVER | {"numpy", "pandas", "PIL", "sqlalchemy", "sklearn", "plotly"}),
    ("cnn_builder.settings", TRAINING | SERVER),
    ("cnn_builder.data", TRAINING | SERVER | {"sqlalchemy", "plotly", "pandas"}),
    ("cnn_builder.documents.document", TRAINING | SERVER | {"sqlalchemy", "plotly", "pandas"}),
    ("cnn_builder.documents.library", TRAINING | SERVER | {"sqlalchemy", "plotly", "pandas"}),
    ("cnn_builder.runs", TRAINING | SERVER | {"plotly", "pandas", "sklearn", "optuna", "psycopg"}),
    ("cnn_builder.runs.settings.checks", TRAINING | SERVER | {"plotly", "pandas", "sklearn"}),
    ("cnn_builder.runs.model_import.hdf5", TRAINING | SERVER | {"plotly", "pandas", "sklearn"}),
    ("cnn_builder.status", TRAINING | SERVER | {"plotly", "pandas", "sklearn"}),
    ("cnn_builder.learn.drills", TRAINING | SERVER | {"numpy", "pandas", "PIL", "sqlalchemy", "sklearn", "plotly"}),
    ("cnn_builder.figures", TRAINING | SERVER | {"sqlalchemy"}),
    ("cnn_builder.offline.page", TRAINING | SERVER | {"pandas", "sklearn", "scipy"}),
    ("cnn_builder.engine", SERVER),
    ("cnn_builder.engine.worker", TRAINING | SERVER | {"numpy", "pydantic", "sqlalchemy"}),
    ("cnn_builder.engine.work", TRAINING | SERVER | {"plotly", "pandas", "sklearn"}),
    ("cnn_builder.cli", TRAINING | SERVER | {"numpy", "pandas", "PIL", "sqlalchemy", "sklearn", "plotly"}),
]
UI = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "cnn_builder" / "ui").rglob("*.py")
)


def imported_by(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(("package", "forbidden"), FORBIDDEN, ids=[name for name, _ in FORBIDDEN])
def test_a_package_imports_only_what_it_may(package: str, forbidden: set[str]) -> None:
    assert imported_by(f"import {package}") & forbidden == set()


def test_the_server_never_imports_tensorflow() -> None:
    statement = "\n".join(["import streamlit", *(f"import {module}" for module in UI)])
    assert imported_by(statement) & TRAINING == set()


@pytest.mark.parametrize("file", [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))], ids=lambda path: path.name)
def test_pages_name_no_training_library(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert not any(f"import {name}" in source or f"from {name}" in source for name in TRAINING)
    assert "cnn_builder.engine" not in source


# Who imports whom, read from the sources ------------------------------------------------------------------

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
PAGE_FOLDERS = sorted(
    path.name for path in (ROOT / "cnn_builder" / "ui").iterdir() if path.is_dir() and path.name in PAGES
)
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "cnn_builder").rglob("*.py")
}
MAY_IMPORT = {
    "limits": set(),
    "options": {"limits"},
    "architecture": {"limits"},
    "files": set(),
    "own_process": set(),
    "settings": {"architecture", "limits", "options"},
    "artifacts": {"architecture", "files"},
    "data": {"architecture", "artifacts", "files", "limits", "own_process", "settings"},
    "documents": {"architecture", "data", "files", "limits"},
    "runs": {"architecture", "artifacts", "settings", "data", "files", "limits", "own_process"},
    "status": {"architecture", "artifacts", "settings", "limits", "runs"},
    "figures": {"architecture", "data", "runs", "status"},
    "learn": {"architecture", "settings", "data", "files", "limits", "runs"},
    "engine": {"architecture", "artifacts", "settings", "data", "files", "limits", "runs"},
    "offline": {"architecture", "settings", "data", "runs", "figures"},
    "ui": {"architecture", "settings", "data", "documents", "limits", "runs", "figures", "offline", "learn", "status"},
    "cli": {"architecture", "settings", "data", "documents", "files", "limits", "runs", "figures", "offline", "learn"}
    | {"status"},
}
"""Which packages each may import besides itself."""


def imports_of(path: Path) -> set[str]:
    """The modules of ours that a source file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cnn_builder"):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in MODULES else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("cnn_builder")}
    return found


IMPORTS = {module: imports_of(path) for module, path in MODULES.items()}


def folder_in_ui(module: str) -> str:
    """``cnn_builder.ui.train.form`` is in ``train``; "" for modules elsewhere."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["cnn_builder", "ui"] and len(parts) > 2 else ""


def test_imports_name_modules_that_exist() -> None:
    missing = {(module, name) for module, names in IMPORTS.items() for name in names if name not in MODULES}
    assert missing == set()


def test_what_a_component_is_sent_is_checked_once() -> None:
    """`register` checks it: a component of ours that also calls `clean` would do the work twice at every stroke."""
    calls = {
        module
        for module, path in MODULES.items()
        if module.startswith("cnn_builder.ui.components.")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "clean"
    }
    assert calls == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_imports_only_its_own_folder(page: str) -> None:
    others = set(PAGE_FOLDERS) - {page}
    assert {name for name in imports_of(ROOT / "pages" / f"{page}.py") if folder_in_ui(name) in others} == set()


@pytest.mark.parametrize("folder", PAGE_FOLDERS)
def test_a_pages_folder_imports_no_other_pages(folder: str) -> None:
    others = set(PAGE_FOLDERS) - {folder}
    mine = {module: names for module, names in IMPORTS.items() if folder_in_ui(module) == folder}
    assert mine
    assert {(module, name) for module, names in mine.items() for name in names if folder_in_ui(name) in others} == set()


@pytest.mark.parametrize("folder", ["shared", "components"])
def test_what_pages_share_imports_no_page(folder: str) -> None:
    mine = {module: names for module, names in IMPORTS.items() if folder_in_ui(module) == folder}
    assert mine
    taken = {(module, name) for module, names in mine.items() for name in names if folder_in_ui(name) in PAGE_FOLDERS}
    assert taken == set()


def test_components_know_plain_data_only() -> None:
    mine = {module: names for module, names in IMPORTS.items() if folder_in_ui(module) == "components"}
    foreign = {(module, name) for module, names in mine.items() for name in names if folder_in_ui(name) != "components"}
    assert foreign == set()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    mine = {m: names for m, names in IMPORTS.items() if m.split(".")[1:2] == [package]}
    assert mine
    wrong = {
        (module, name)
        for module, names in mine.items()
        for name in names
        if len(name.split(".")) > 1 and name.split(".")[1] not in {package, *MAY_IMPORT[package]}
    }
    assert wrong == set()


def test_no_modules_import_each_other() -> None:
    """Follows the imports from each module; one that comes back to itself closes a circle."""
    circles = set()
    for start in MODULES:
        seen, waiting = set(), [start]
        while waiting:
            for name in IMPORTS[waiting.pop()] & MODULES.keys():
                if name == start:
                    circles.add(start)
                elif name not in seen:
                    seen.add(name)
                    waiting.append(name)
    assert circles == set()


def test_the_server_is_up_before_the_pages_are_imported() -> None:
    """`streamlit run app.py` imports this for its routes: a component imported there would register itself nowhere."""
    statement = (
        "import cnn_builder.ui.metrics_route, sys\nassert not any('ui.components' in name for name in sys.modules)"
    )
    assert imported_by(statement) & (TRAINING | {"sqlalchemy", "sklearn"}) == set()
