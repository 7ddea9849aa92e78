"""Servers of one's own on this machine: in a folder, on a free port of 127.0.0.1, started, stopped, or run for a while.

python -m scripts.NAME start FOLDER      makes what it needs in FOLDER, starts it, prints how to use it
python -m scripts.NAME stop FOLDER
python -m scripts.NAME run COMMAND …     COMMAND with a server for its time, and variables that name it
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OwnServer:
    """What is done by the commands above.

    Args:
        usage: told where the command is none of them.
        prefix: of the folder's name, of `run`.
        start: starts it; the variables that `run` gives the command.
        stop: ends it, as `stop` does.
        told: what `start` prints; by default lines that export the variables.
        end: ends it after `run`; by default as `stop` does.
    """

    usage: str
    prefix: str
    start: Callable[[Path], Mapping[str, str]]
    stop: Callable[[Path], None]
    told: Callable[[Mapping[str, str]], str] | None = None
    end: Callable[[Path], None] | None = None

    def main(self, arguments: list[str]) -> int:
        """The command line; its exit code."""
        match arguments:
            case ["start", folder]:
                print((self.told or exports)(self.start(Path(folder).absolute())))
            case ["stop", folder]:
                self.stop(Path(folder).absolute())
            case ["run", _, *_]:
                return self.run(arguments[1:])
            case _:
                print(self.usage, file=sys.stderr)
                return 2
        return 0

    def run(self, command: list[str]) -> int:
        """Run a command with a server for its time; its exit code."""
        folder = Path(tempfile.mkdtemp(prefix=self.prefix))
        folder.chmod(0o755)  # PostgreSQL's is another user's
        try:
            env = {**os.environ, **self.start(folder)}
            return subprocess.run(command, env=env, check=False).returncode
        finally:
            (self.end or self.stop)(folder)
            shutil.rmtree(folder, ignore_errors=True)


def exports(variables: Mapping[str, str]) -> str:
    """The variables as lines for a shell."""
    return "\n".join(f"export {name}={value}" for name, value in variables.items())


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
