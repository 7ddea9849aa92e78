"""The few numbers of the status, and its runs and processes as tables, in HTML."""

from collections.abc import Iterable, Sequence
from html import escape

from cnn_builder.architecture.memory import bytes_text
from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.quantities import seconds_text
from cnn_builder.status import AppStatus, RunStatus, WorkerProcess
from cnn_builder.status.worker_processes import PREDICTION

_NUMBER = ' class="number"'
_RUNS = (("Place", ""), ("Run", ""), ("Status", ""), ("For", _NUMBER))
_PROCESSES = (("Process", ""), ("PID", _NUMBER), ("Memory", _NUMBER), ("Age", _NUMBER))
NOT_RUNNING = "not running; it starts with the first question"


def status_numbers(status: AppStatus) -> str:
    """Each number with its name above it and what it is to be compared with below."""
    memory, disk = status.memory, status.disk
    numbers = (
        ("Sessions", f"{status.sessions or 0}", "open pages of this server"),
        ("Training", f"{len(status.training)}", f"of at most {status.places}"),
        ("Waiting", f"{len(status.queue)}", "in the queue"),
        ("Crashed", f"{status.counts.get('crashed', 0)}", f"of {number_text(sum(status.counts.values()))} runs"),
        ("Free memory", bytes_text(memory.available), f"of {bytes_text(memory.total)}"),
        ("Free disk", bytes_text(disk.free), f"of {bytes_text(disk.total)}, {bytes_text(disk.home)} used here"),
    )
    told = "".join(
        f"<div><span>{name}</span> <b>{value}</b> <small>{below}</small></div>" for name, value, below in numbers
    )
    return f'<div class="cnn-status-numbers">{told}</div>'


def runs_status_table(runs: Iterable[RunStatus]) -> str:
    """A row a run: its place in the queue or "trains", its name and id, its state, and since when."""
    rows = "".join(
        f'<tr><th scope="row">{run.position or "trains"}</th>'
        f"<td>{escape(run.name)} <small>{escape(run.run_id)}</small></td>"
        f"<td>{escape(_state(run))}</td><td{_NUMBER}>{seconds_text(run.seconds)}</td></tr>"
        for run in runs
    )
    return _table("Runs at work and in the queue", _RUNS, rows)


def processes_table(status: AppStatus) -> str:
    """A row a process: the server, those that train, the one that waits, and the one that predicts."""
    rows = [] if status.memory.server is None else [_row("server", "", bytes_text(status.memory.server), "")]
    rows += [_row(worker.kind, f"{worker.pid}", *_state_of(worker)) for worker in status.workers]
    if not any(worker.kind == PREDICTION for worker in status.workers):
        rows.append(_row(f"{PREDICTION} <small>{NOT_RUNNING}</small>", "", "", ""))
    return _table("Processes", _PROCESSES, "".join(rows))


def _state(run: RunStatus) -> str:
    told = run.status
    if run.position is None and run.epochs is not None and run.epoch:
        told = f"{told}, epoch {run.epoch} of {run.epochs}"
    return f"{told}: {run.reason}" if run.reason else told


def _state_of(worker: WorkerProcess) -> tuple[str, str]:
    if not worker.alive:
        return "gone", ""
    return bytes_text(worker.memory or 0), seconds_text(worker.age or 0)


def _row(kind: str, pid: str, memory: str, age: str) -> str:
    cells = "".join(f"<td{_NUMBER}>{cell}</td>" for cell in (pid, memory, age))
    return f'<tr><th scope="row">{kind}</th>{cells}</tr>'


def _table(label: str, head: Sequence[tuple[str, str]], rows: str) -> str:
    titles = "".join(f'<th scope="col"{kind}>{title}</th>' for title, kind in head)
    return (
        f'<div class="cnn-table" role="region" aria-label="{label}" tabindex="0"><table>'
        f"<thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
