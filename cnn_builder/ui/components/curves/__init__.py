"""The live curves: accuracy and loss by epoch, fed only the rows that are new."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly

from cnn_builder.ui import components

KEY = "curves"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_mount = components.register("curves", Path(__file__).parent)


def curves(rows: Mapping[str, Any]) -> None:
    """Draw ``rows``, as ``figures.curve_feed`` makes them, into the chart that is there already."""
    _mount(key=KEY, data={**rows, "plotly": components.file_url(_PLOTLY)}, on_want_change=lambda: None)
