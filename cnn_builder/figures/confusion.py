"""The confusion matrix: how strongly each cell is coloured, and the whole as an HTML table."""

from html import escape

import numpy as np

from cnn_builder.figures.locale_text import number_text

LONG = 3
"""Names of more characters stand upright above their columns."""


def shades(confusion: np.ndarray) -> np.ndarray:
    """How strongly each cell is coloured, 0 to 1, (classes, classes).

    What is right by its share of the class; what is wrong against the largest confusion there is, by the square root:
    a good network errs rarely, and its errors are to be seen beside each other.
    """
    totals = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    wrong = (confusion / totals) * (1 - np.eye(len(confusion)))
    largest = wrong.max(initial=0)
    errors = np.sqrt(wrong / largest) if largest else wrong
    diagonal = np.eye(len(confusion)) * confusion / totals
    strong: np.ndarray = np.round(errors + diagonal, 3)
    return strong


def confusion_table(classes: tuple[str, ...], confusion: np.ndarray) -> str:
    """Rows are actual classes, columns predicted ones; empty cells stay empty."""
    strong = shades(confusion)
    css = "long" if any(len(name) > LONG for name in classes) else "short"
    head = "".join(f'<th scope="col" class="{css}"><span>{escape(name)}</span></th>' for name in classes)
    body = []
    for actual, name in enumerate(classes):
        cells = "".join(
            f'<td class="{"right" if actual == read else "wrong"}" style="--shade:{strong[actual, read]:g}">'
            f"{f'{number_text(count)}' if count else ''}</td>"
            for read, count in enumerate(confusion[actual].tolist())
        )
        body.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    corner = '<td class="corner">actual ↓ predicted →</td>'
    return (
        '<div class="cnn-confusion" role="region" aria-label="Confusion matrix" tabindex="0"><table>'
        f"<thead><tr>{corner}{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )
