"""The house's one-way imports: a fresh interpreter per package lists what came with it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRAINING = {"tensorflow", "keras"}
SERVER = {"streamlit"}

FORBIDDEN = [
    ("cnn_builder.architecture", TRAINING | SERVER | {"numpy", "pandas", "PIL", "sqlalchemy", "sklearn", "plotly"}),
    ("cnn_builder.settings", TRAINING | SERVER),
    ("cnn_builder.data", TRAINING | SERVER | {"sqlalchemy", "plotly", "pandas"}),
    ("cnn_builder.runs", TRAINING | SERVER | {"plotly", "pandas", "sklearn"}),
    ("cnn_builder.runs.checks", TRAINING | SERVER | {"plotly", "pandas", "sklearn"}),
    ("cnn_builder.figures", TRAINING | SERVER | {"sqlalchemy"}),
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
