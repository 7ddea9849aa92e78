"""The live curves: accuracy and loss by epoch, fed only the rows that are new."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import plotly

from cnn_builder.figures.curves import curve_rows, marks
from cnn_builder.runs import Run, Store
from cnn_builder.ui import components

KEY = "curves"
ANSWERS = 3
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_mount = components.register("curves", Path(__file__).parent)


def live_curves(run: Run, store: Store, feed: MutableMapping[str, Any], wanted: Any = None) -> None:
    """Show a run's curves. `feed` remembers for this session what the chart was sent; see `next_rows`."""
    data = next_rows(run, store, feed, wanted)
    _mount(key=KEY, data={**data, "plotly": components.file_url(_PLOTLY)}, on_want_change=lambda: None)


def next_rows(run: Run, store: Store, feed: MutableMapping[str, Any], wanted: Any = None) -> dict[str, Any]:
    """The data for the chart: rows it was not sent yet, and the few marks on the curve.

    A chart that misses rows (mounted again, an update lost) says which it has in `wanted`: {"run", "after", "nonce"}.
    Each nonce is answered a few times: a busy browser may pass over a delivery, and rows it has already it leaves out.
    A run that was resumed is drawn anew: its curve was cut where it goes on.
    """
    name = f"{run.run_id}/{run.cut}" if run.cut else run.run_id
    if feed.get("run") != name:
        feed.update(run=name, sent=0, best=None)
    if isinstance(wanted, dict) and wanted.get("run") == name:
        if wanted.get("nonce") != feed.get("nonce"):
            feed.update(nonce=wanted.get("nonce"), answers=ANSWERS)
        if feed.get("answers", 0) > 0:
            feed.update(sent=int(wanted.get("after", 0)), answers=feed["answers"] - 1)
    after = int(feed["sent"])
    steps_per_epoch = (run.total_steps or 0) / run.settings.epochs
    new = curve_rows(store.metrics(run.run_id, after), steps_per_epoch, after, feed["best"])
    feed.update(sent=new.last_seq, best=new.best)
    return {
        "run": name,
        "after": after,
        "to": new.last_seq,
        "steps": new.steps,
        "epoch_rows": new.epochs,
        "epochs": run.settings.epochs,
        "best": run.best_epoch or _best_so_far(run, new.best),
        "marks": marks(store.events(run.run_id), steps_per_epoch),
        "active": run.is_active,
    }


def _best_so_far(run: Run, best: tuple[int, float] | None) -> int | None:
    """The epoch that would be kept now. Only a validation split chooses; the test images do not."""
    return best[0] if best is not None and run.settings.validation_data == "split" else None
