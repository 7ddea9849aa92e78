"""Process entry points: `train RUN_ID`, `standby` (imports, then reads one run id on stdin), `service`.

`on NODE PARENT` before one of them: on this node of a Ray cluster, as long as the process PARENT lives.

Imports only the standard library before it is given something to do: a worker that is started while a run begins
must not take the processor from it.
"""

import logging
import os
import select
import signal
import sys
from pathlib import Path
from typing import NoReturn

NICE = 5
"""How far training stands back behind the pages and the predictions, which take little but should have it at once.

A third of their weight for the processor where all want it; where nobody else does, training has it whole.
"""
USAGE = "usage: python -m cnn_builder.engine.worker [on NODE PARENT] train RUN_ID | standby [SECONDS] | service"


def main(arguments: list[str]) -> int:
    """Run one of the entry points; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us: they ask the run to stop
    match arguments:
        case ["on", node, parent, *rest]:
            work_on(node, int(parent))
            return main(rest)
        case ["train", run_id]:
            return train(run_id)
        case ["standby"]:
            return standby()
        case ["standby", seconds]:
            return standby(float(seconds))
        case ["service"]:
            service()
    print(USAGE, file=sys.stderr)
    return 2


def work_on(node: str, parent: int) -> None:
    """Be a worker of a node of a Ray cluster, that ends with the actor that holds it."""
    from cnn_builder.runs.workers.processes import end_with_parent, work_on_node

    end_with_parent(parent)
    work_on_node(node)


def stand_back() -> None:
    """Have this process, with the threads it starts from here on, stand back behind the pages, by `NICE`.

    Not by so much more than who started it: a worker that ends starts the next one.
    """
    if sys.platform != "win32" and os.getpriority(os.PRIO_PROCESS, 0) < NICE:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


def train(run_id: str) -> int:
    """Train one run; it says in the store how it ended."""
    stand_back()
    from cnn_builder.engine.work import train_claimed_run as work
    from cnn_builder.settings import Settings

    return work(run_id, Settings.from_env())


def standby(after: float = 0.0) -> int:
    """Import everything, then train the run whose id comes on stdin. Ends where stdin ends before one came.

    Begins after so many seconds, or with the id.
    """
    stand_back()
    if after and sys.platform != "win32":  # where pipes cannot be waited for: begin at once
        select.select([sys.stdin], [], [], after)
    import cnn_builder.engine.train
    import cnn_builder.engine.work  # noqa: F401 - what a standby is for
    from cnn_builder.engine.warm import warm_up_tensorflow
    from cnn_builder.settings import Settings

    warm_up_tensorflow()
    run_id = sys.stdin.readline().strip()
    if not run_id:
        return 0
    log_to(Settings.from_env().run_folder(run_id) / "worker.log")
    return train(run_id)


def service() -> NoReturn:
    """Answer questions on stdin until it ends, then end this process.

    Only answers go to stdout; whatever prints, prints to stderr.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from cnn_builder.engine.service import answer_questions
    from cnn_builder.settings import Settings

    answer_questions(sys.stdin.buffer, answers, Settings.from_env())
    logging.shutdown()
    os._exit(0)  # at once: nobody waits for what is still computed


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
