"""What a process of our own is given: its environment, and the limits it sets itself before it opens a file."""

import os
import sys
from pathlib import Path


def package_env() -> dict[str, str]:
    """The environment of this process without our own settings, and with this package importable."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    env = {name: value for name, value in os.environ.items() if not name.startswith("CNN_BUILDER_")}
    return {**env, "PYTHONPATH": path}


def one_thread(env: dict[str, str]) -> dict[str, str]:
    """An environment for a process with a limit of memory: what each thread reserves would count."""
    return {**env, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def limit_process(memory: int, seconds: int | None = None, file_bytes: int | None = None) -> None:
    """Limit this process' address space, its processor time and its largest file, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        if most is not None:
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # A second more, or the process would be killed without the signal that says why.
            last = most + 1 if kind == resource.RLIMIT_CPU and most != hard else most
            resource.setrlimit(kind, (most, last))
