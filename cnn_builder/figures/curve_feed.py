"""What the live chart is sent: the rows it has not got yet, and the few marks on the curve."""

from collections.abc import MutableMapping
from typing import Any, Protocol

from cnn_builder.figures.curves import curve_rows, marks
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.best_epoch import best_epoch, chosen_by_validation
from cnn_builder.runs.store.events import Event

ANSWERS = 3
"""How often a chart that misses rows is answered: a busy browser may pass over a delivery."""


class Recorded(Protocol):
    """Where a run's rows and events are read; the store."""

    def metrics(self, run_id: str, after: int = 0) -> list[Metric]: ...

    def events(self, run_id: str) -> list[Event]: ...


def next_rows(run: Run, store: Recorded, feed: MutableMapping[str, Any], request: Any = None) -> dict[str, Any]:
    """The data for the chart: rows it was not sent yet, and the few marks on the curve.

    A chart that misses rows (mounted again, an update lost) says which it has in `request`: {"run", "after", "nonce"}.
    Each nonce is answered a few times: a busy browser may pass over a delivery, and rows it has already it leaves out.
    A run that was resumed is drawn anew: its curve was cut where it goes on.
    """
    name = f"{run.run_id}/{run.cut}" if run.cut else run.run_id
    if feed.get("run") != name:
        feed.update(run=name, sent=0, best=None)
    if isinstance(request, dict) and request.get("run") == name:
        if request.get("nonce") != feed.get("nonce"):
            feed.update(nonce=request.get("nonce"), answers=ANSWERS)
        if feed.get("answers", 0) > 0:
            feed.update(sent=int(request.get("after", 0)), answers=feed["answers"] - 1)
    after = int(feed["sent"])
    steps_per_epoch = (run.total_steps or 0) / run.settings.epochs
    metrics = store.metrics(run.run_id, after)
    feed["best"] = best_epoch(run.settings, metrics, feed["best"])
    best = run.best_epoch or (feed["best"].epoch if feed["best"] is not None else None)
    new = curve_rows(metrics, steps_per_epoch, after, best)
    feed.update(sent=new.last_seq)
    chosen = chosen_by_validation(run.settings)
    return {
        "run": name,
        "after": after,
        "to": new.last_seq,
        "steps": new.steps,
        "epoch_rows": new.epochs,
        "epochs": run.settings.epochs,
        # Where the last epoch is kept, nothing is to be marked until it is known which one that is.
        "best": best if chosen or not run.is_active else None,
        "best_words": f"best: {best}, by validation accuracy" if chosen else f"kept: {best}, the last epoch",
        "marks": marks(store.events(run.run_id), steps_per_epoch),
        "active": run.is_active,
    }
