"""Process entry points: `train RUN_ID`, `standby` (imports, then reads one run id on stdin), `service`.

Imports only the standard library before it is given something to do: a worker that is started while a run begins
must not take the processor from it.
"""

import logging
import os
import select
import signal
import sys
from pathlib import Path

USAGE = "usage: python -m cnn_builder.engine.worker train RUN_ID | standby [SECONDS] | service"


def main(arguments: list[str]) -> int:
    """Run one of the entry points; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us: they ask the run to stop
    match arguments:
        case ["train", run_id]:
            return train(run_id)
        case ["standby"]:
            return standby()
        case ["standby", seconds]:
            return standby(float(seconds))
        case ["service"]:
            return service()
    print(USAGE, file=sys.stderr)
    return 2


def train(run_id: str) -> int:
    """Train one run; it says in the store how it ended."""
    from cnn_builder.engine.work import train as work
    from cnn_builder.settings import Settings

    return work(run_id, Settings.from_env())


def standby(after: float = 0.0) -> int:
    """Import everything, then train the run whose id comes on stdin. Ends where stdin ends before one came.

    Begins after so many seconds, or with the id.
    """
    if after and sys.platform != "win32":  # where pipes cannot be waited for: begin at once
        select.select([sys.stdin], [], [], after)
    import cnn_builder.engine.train
    import cnn_builder.engine.work  # noqa: F401 - what a standby is for
    from cnn_builder.engine.warm import warm_up
    from cnn_builder.settings import Settings

    warm_up()
    run_id = sys.stdin.readline().strip()
    if not run_id:
        return 0
    log_to(Settings.from_env().run_folder(run_id) / "worker.log")
    return train(run_id)


def service() -> int:
    """Answer questions on stdin until it ends. Only answers go to stdout; whatever prints, prints to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from cnn_builder.engine.service import serve
    from cnn_builder.settings import Settings

    serve(sys.stdin.buffer, answers, Settings.from_env())
    return 0


def log_to(path: Path) -> None:
    """Send stdout and stderr, also those of native code, to the end of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
