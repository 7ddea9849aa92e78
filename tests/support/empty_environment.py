"""An environment that holds a wheel and what the wheel declares, and nothing else: made in seconds.

`pip install` of the wheel into an empty environment takes over a minute of processor time and 2.6 GB, nearly all of it
for unpacking TensorFlow: docs/decisions/0025-the-wheels-environment.md.
"""

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

WHEEL = (
    "app.py",
    "pages",
    ".streamlit",
    "docs/lessons.md",
    "cnn_builder",
    "pyproject.toml",
    "requirements.txt",
    "requirements-export.txt",
    "requirements-cluster.txt",
    "requirements-accounts.txt",
    "README.md",
    "LICENSE",
    ".gitignore",
)
"""The files and folders of the project that the wheel is built from."""
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def pip(*arguments: str) -> None:
    """Run pip; an error of it is the test's."""
    done = subprocess.run([*PIP, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def declared(package: Distribution, extras: frozenset[str] = frozenset()) -> dict[str, Distribution]:
    """What a package needs, and what that needs, as installed here: by name. Raises PackageNotFoundError."""
    found: dict[str, Distribution] = {}
    waiting = [(package, extras)]
    while waiting:
        needing, wanted = waiting.pop()
        for line in needing.requires or []:
            needed = Requirement(line)
            if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in (wanted or {""})):
                continue
            if needed.name not in found or needed.extras:
                found[needed.name] = distribution(needed.name)
                assert needed.specifier.contains(found[needed.name].version, prereleases=True), line
                waiting.append((found[needed.name], frozenset(needed.extras)))
    return found


def empty_environment(folder: Path, wheel: Path) -> Path:
    """Make it, and return its site-packages.

    The wheel is installed by pip; what it declares is linked from this environment, file by file.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    pip("--python", str(folder / "bin" / "python"), "install", "--no-deps", "--no-compile", str(wheel))
    (installed,) = distributions(path=[str(site)])
    for package in declared(installed).values():
        for file in package.files or []:
            source, target = Path(str(package.locate_file(file))), site / file
            if ".." not in file.parts and source.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(source, target)
                except OSError:  # another disk
                    shutil.copy2(source, target)
    return site


_OWN_MOUNTS = ("unshare", "--mount")
_READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def read_only(folder: Path) -> list[str]:
    """What to put before a command that must not write into the folder.

    As root, whom permissions do not stop, the command sees it mounted read-only, and nobody else does. Otherwise its
    folders lose their permission to be written: not the files, which are those of another environment, too.
    Root in a container that may not mount is not stopped: see `files`.
    """
    if os.geteuid() == 0:
        tried = subprocess.run([*_OWN_MOUNTS, "sh", "-c", _READ_ONLY, str(folder), "true"], check=False)
        return [] if tried.returncode else [*_OWN_MOUNTS, "sh", "-c", _READ_ONLY, str(folder)]
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(path.stat().st_mode & ~0o222)
    return []


def files(folder: Path) -> set[tuple[Path, int]]:
    """Every file of a folder, and when it was last written; what Python keeps compiled does not count."""
    found = (path for path in folder.rglob("*") if not path.is_dir() and "__pycache__" not in path.parts)
    return {(path, path.lstat().st_mtime_ns) for path in found}
