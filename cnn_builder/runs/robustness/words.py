"""Robustness in words, for the page, the report and the command line."""

from __future__ import annotations

from cnn_builder.runs.robustness.curve import THRESHOLD, RobustnessCurve
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, Perturbation


def limit_words(curve: RobustnessCurve) -> str:
    """What accuracy does: "falls below 90 % from −16° (clockwise) and 20° (counter-clockwise)"."""
    perturbation, limits = PERTURBATIONS[curve.key], curve.limits
    if curve.unchanged < THRESHOLD:
        return "is below 90 % on unchanged images already"
    sides = [(limits.low, curve.levels[0], perturbation.directions[0])]
    sides.append((limits.high, curve.levels[-1], perturbation.directions[1]))
    tested = [(limit, end, name) for limit, end, name in sides if end != curve.neutral]
    reached = [_limit(perturbation, limit, name) for limit, _, name in tested if limit is not None]
    if not reached:
        ends = " and ".join(perturbation.level_text(end) for _, end, _ in tested)
        return f"stays at 90 % or more up to {ends}"
    return f"falls below 90 % from {' and '.join(reached)}"


def _limit(perturbation: Perturbation, level: float, name: str) -> str:
    rounded = float(f"{level:.2g}") if perturbation.unit != "°" else float(round(level))
    return perturbation.level_text(rounded) + (f" ({name})" if name else "")
