"""What tests/conftest.py promises: in CI a browser test, or one on the full image sets, cannot be skipped unseen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SKIPPING = {
    "browser/test_b.py": "import pytest\ndef test_b():\n    pytest.skip('no browser')\n",
    "unit/test_m.py": "import pytest\n@pytest.mark.mnist\ndef test_m():\n    pytest.skip('no data')\n",
    "unit/test_other.py": "import pytest\ndef test_other():\n    pytest.skip('not on this system')\n",
}


def outcomes(project: Path, **environment: str) -> str:
    """The closing line of a run over tests that all skip themselves."""
    for name, source in SKIPPING.items():
        file = project / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "conftest.py", project / "tests")
    shutil.copy(ROOT / "pyproject.toml", project)
    env = {name: value for name, value in os.environ.items() if name not in ("CI", "CNN_BUILDER_DATA")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, env={**env, **environment}, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("environment", "data", "expected"),
    [
        ({}, True, "3 skipped"),
        ({"CI": "true"}, False, "1 failed, 2 skipped"),
        ({"CI": "true"}, True, "2 failed, 1 skipped"),
    ],
    ids=["at home", "CI without the image sets", "CI"],
)
def test_skips_are_failures_in_ci(tmp_path: Path, environment: dict[str, str], data: bool, expected: str) -> None:
    if data:
        environment = {**environment, "CNN_BUILDER_DATA": str(tmp_path)}
    assert outcomes(tmp_path, **environment).startswith(expected)
