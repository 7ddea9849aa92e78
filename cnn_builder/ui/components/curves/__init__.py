"""The live curves: accuracy and loss by epoch, fed only the rows that are new."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import plotly

from cnn_builder.figures.curves import curve_rows
from cnn_builder.runs import Run, Store
from cnn_builder.ui import components

KEY = "curves"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_mount = components.register("curves", Path(__file__).parent)


def live_curves(run: Run, store: Store, feed: MutableMapping[str, Any], wanted: Any = None) -> None:
    """Show a run's curves. `feed` remembers for this session what the chart was sent; see `next_rows`."""
    data = next_rows(run, store, feed, wanted)
    _mount(key=KEY, data={**data, "plotly": components.file_url(_PLOTLY)}, on_want_change=lambda: None)


def next_rows(run: Run, store: Store, feed: MutableMapping[str, Any], wanted: Any = None) -> dict[str, Any]:
    """The data for the chart: rows it was not sent yet.

    A chart that misses rows (mounted again, an update lost) says which it has in `wanted`: {"run", "after", "nonce"}.
    Each nonce is answered once. A run that was resumed is drawn anew: its curve was cut where it goes on.
    """
    name = f"{run.run_id}/{run.cut}" if run.cut else run.run_id
    if feed.get("run") != name:
        feed.update(run=name, sent=0)
    if isinstance(wanted, dict) and wanted.get("run") == name and wanted.get("nonce") != feed.get("nonce"):
        feed.update(sent=int(wanted.get("after", 0)), nonce=wanted.get("nonce"))
    after = int(feed["sent"])
    steps_per_epoch = (run.total_steps or 0) / run.settings.epochs
    new = curve_rows(store.metrics(run.run_id, after), steps_per_epoch, after)
    feed["sent"] = new.last_seq
    return {
        "run": name,
        "after": after,
        "to": new.last_seq,
        "steps": new.steps,
        "epoch_rows": new.epochs,
        "epochs": run.settings.epochs,
        "best": run.best_epoch,
        "active": run.is_active,
    }
