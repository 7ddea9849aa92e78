"""Training's start, end and failure, told to screen readers; on a phone, a run just started is brought into view."""

from cnn_builder.runs import Run
from cnn_builder.ui.components.status import status
from cnn_builder.ui.train import run_state

SHOWN = ".st-key-run-status"
_PHASES = {"queued": "waiting", "starting": "waiting", "running": "training", "stopping": "training"}


def announce_status(run: Run, detail: str) -> None:
    """Tell what changed since this session last looked at the run; nothing of one that is only opened.

    Args:
        detail: where the run stands, in words.
    """
    mine = run.run_id == run_state.started()
    told = run_state.announced()
    phase = _PHASES.get(run.status, run.status)
    if told.get("run") != run.run_id:
        told.update(run=run.run_id, phase=phase, text=phase_words(run, detail) if mine else "")
    elif told["phase"] != phase:
        told.update(phase=phase, text=phase_words(run, detail))
    status(told["text"], SHOWN, f"{run.run_id}/{run_state.starts()}" if mine else "")


def phase_words(run: Run, detail: str) -> str:
    """What happened to a run, in one or two sentences."""
    match run.status:
        case "queued" | "starting":
            return f"Training of {run.name} was requested: {detail}."
        case "running" | "stopping":
            return f"Training of {run.name} has started."
        case "finished" | "stopped":
            score = "" if run.test_accuracy is None else f" Test accuracy {run.test_accuracy:.4f}."
            ended = "has finished" if run.status == "finished" else "was stopped"
            return f"Training of {run.name} {ended}: {detail.rstrip('.')}.{score}"
        case _:
            return f"Training of {run.name} has failed: {detail.rstrip('.')}."
