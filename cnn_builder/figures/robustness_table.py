"""What breaks a network, a row a perturbation; and one perturbation level by level. HTML tables."""

from collections.abc import Mapping, Sequence
from html import escape

from cnn_builder.figures.percentages import percent
from cnn_builder.figures.shares import points
from cnn_builder.runs.robustness.curve import THRESHOLD, RobustnessCurve, change_at, first_failures
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.robustness.rows import RobustnessRow
from cnn_builder.runs.robustness.words import limit_words

_NUMBER = ' class="number"'


def robustness_table(rows: Sequence[RobustnessRow]) -> str:
    """Where accuracy falls below 90 %, and what training with the layer changed at the first level below it."""
    heads = ("Perturbation", "Accuracy", "Layer that should help", "Measured effect")
    head = "".join(f'<th scope="col">{title}</th>' for title in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(PERTURBATIONS[row.key].title)}</th><td>{escape(robustness_limit(row))}</td>'
        f"<td>{escape(row.layer)}</td><td>{escape(robustness_effect(row))}</td></tr>"
        for row in rows
    )
    return (
        '<div class="cnn-table cnn-robustness" role="region" aria-label="What breaks the network" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def robustness_limit(row: RobustnessRow) -> str:
    """Where accuracy falls below 90 %, or why it was not measured."""
    return f"not measured: {row.curve}" if isinstance(row.curve, str) else limit_words(row.curve)


def robustness_effect(row: RobustnessRow) -> str:
    """ "+22.20 points at 20°"; a change that may be chance is said to be one."""
    if isinstance(row.curve, str) or row.after is None or row.after.levels != row.curve.levels:
        return "–"
    told = []
    for place in first_failures(row.curve):
        change = change_at(row.curve, row.after, place)
        at = PERTURBATIONS[row.key].level_text(row.curve.levels[place])
        told.append(
            f"{points(change.difference)} points at {at}" + ("" if change.distinguishable else " (can be chance)")
        )
    return ", ".join(told)


def levels_table(curves: Mapping[str, RobustnessCurve]) -> str:
    """The accuracy of each run at each level; the numbers behind the chart."""
    first = next(iter(curves.values()))
    perturbation = PERTURBATIONS[first.key]
    head = "".join(f'<th scope="col"{_NUMBER}>{escape(name)}</th>' for name in curves)
    body = ""
    for place, level in enumerate(first.levels):
        cells = "".join(f"<td{_NUMBER}>{_share(curve.accuracies[place])}</td>" for curve in curves.values())
        body += f'<tr><th scope="row">{escape(perturbation.level_text(level))}</th>{cells}</tr>'
    return (
        f'<div class="cnn-table" role="region" aria-label="{escape(perturbation.title)} by level" tabindex="0"><table>'
        f'<thead><tr><th scope="col">Level</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _share(value: float) -> str:
    return percent(value) + ("" if value >= THRESHOLD else " ↓")
