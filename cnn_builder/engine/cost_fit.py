"""From networks and how long they took, to what each kind of work costs."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import nnls

from cnn_builder.runs.forecast import KINDS, Rates

MeasuredCost = tuple[dict[str, float], float]
"""How much of each kind of work was done, and the seconds it took."""


def fit_costs(rows: Sequence[MeasuredCost]) -> tuple[Rates, float]:
    """Seconds for a unit of each kind of work, none below zero, and the typical relative error of what was measured.

    Least squares of the relative errors, so that a network that takes a millisecond counts as much as one that takes
    a hundred. Source: C. Lawson, R. Hanson, "Solving Least Squares Problems", 1974, chapter 23 (as SciPy's `nnls`).
    """
    seconds = np.array([taken for _, taken in rows])
    amounts = np.array([[done.get(kind, 0.0) for kind in KINDS] for done, _ in rows]) / seconds[:, np.newaxis]
    size = np.maximum(amounts.max(axis=0), 1e-300)  # columns of one size: multiply-adds are millions, steps are ones
    solution, _ = nnls(amounts / size, np.ones(len(rows)))
    errors = np.abs(amounts / size @ solution - 1.0)
    return Rates(dict(zip(KINDS, (solution / size).tolist(), strict=True))), float(np.median(errors))
