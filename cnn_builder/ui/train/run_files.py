"""Names for the files of a run."""

import re

from cnn_builder.runs import Run


def file_name(run: Run, ending: str) -> str:
    """A name for the run's file that every system takes."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", run.name).strip("-")[:60] or "run"
    return f"{stem}-{run.run_id}.{ending}"
