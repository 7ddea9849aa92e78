"""The versions of what computes: kept with what they computed."""

import platform
from importlib.metadata import PackageNotFoundError, version

from cnn_builder import __version__

PACKAGES = ("tensorflow", "keras", "numpy")


def engine_versions(*others: str) -> dict[str, str]:
    """Versions by name: CNN Builder, Python, and the installed ones of these packages and of `others`."""
    found = {"CNN Builder": __version__, "Python": platform.python_version()}
    for name in (*PACKAGES, *others):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # another build of it, such as tensorflow-cpu
            continue
    return found
