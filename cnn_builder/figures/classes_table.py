"""Precision, recall and F1 of each class, as an HTML table."""

from collections.abc import Sequence
from html import escape

from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.shares import share
from cnn_builder.runs.results.evaluation import ClassScore

_HEAD = ("Class", "Images", "Precision", "Recall", "F1")


def classes_table(scores: Sequence[ClassScore]) -> str:
    """One row a class, in the data set's order; last the plain means over the classes that have the number."""
    head = "".join(
        f'<th scope="col"{"" if column == 0 else _NUMBER}>{title}</th>' for column, title in enumerate(_HEAD)
    )
    body = "".join(_row(one.name, one.images, (one.precision, one.recall, one.f1)) for one in scores)
    means = tuple(_mean([getattr(one, name) for one in scores]) for name in ("precision", "recall", "f1"))
    foot = _row("Mean", sum(one.images for one in scores), means)
    return (
        '<div class="cnn-table cnn-classes" role="region" aria-label="Scores by class" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody><tfoot>{foot}</tfoot></table></div>"
    )


_NUMBER = ' class="number"'


def _row(name: str, images: int, values: Sequence[float | None]) -> str:
    cells = "".join(f"<td{_NUMBER}>{share(value)}</td>" for value in values)
    return f'<tr><th scope="row">{escape(name)}</th><td{_NUMBER}>{number_text(images)}</td>{cells}</tr>'


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None
