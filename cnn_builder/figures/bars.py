"""Where something lives, layer by layer, as horizontal bars: HTML, with every number as text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from cnn_builder.figures.locale_text import number_text
from cnn_builder.figures.percentages import percent


@dataclass(frozen=True)
class Bar:
    """One row: its label, its amount (0 or more), and its bar's colour as CSS has it."""

    label: str
    amount: int
    colour: str


def bars_html(title: str, rows: Sequence[Bar], words: Callable[[int], str] = number_text) -> str:
    """A table of the rows that have anything: label, amount and share in %, over a bar as long as the share.

    Args:
        title: what is counted; the table's caption, together with the total.
        words: how an amount is written.
    """
    total = sum(row.amount for row in rows)
    shown = [row for row in rows if row.amount]
    longest = max((row.amount for row in shown), default=1)
    body = "".join(_row(row, total, longest, words) for row in shown)
    rest = len(rows) - len(shown)
    note = f"<p>None in the other {rest} {'layer' if rest == 1 else 'layers'}.</p>" if rest and shown else ""
    empty = "" if shown else "<p>None.</p>"
    caption = f"<caption>{escape(title)} <b>{escape(words(total))}</b></caption>"
    return f'<div class="cnn-bars"><table>{caption}<tbody>{body}</tbody></table>{note}{empty}</div>'


def share_of(amount: int, total: int) -> str:
    """A share in percent: "54 %", "0.3 %", "< 0.1 %"."""
    if not total:
        return "0 %"
    tenths = 1000 * amount / total
    fine = tenths < 100 and (tenths < 1 or round(tenths) % 10 != 0)
    return percent(amount / total, 1 if fine else 0, " ")


def _row(row: Bar, total: int, longest: int, words: Callable[[int], str]) -> str:
    # The longest bar fills the row; all of them are on one scale.
    width = max(100 * row.amount / longest, 0.5)
    bar = f'<i style="width:{width:.1f}%;background:{escape(row.colour)}"></i>'
    return (
        f'<tr><th scope="row">{escape(row.label)}</th>'
        f'<td class="number">{escape(words(row.amount))}</td><td class="number">{share_of(row.amount, total)}</td>'
        f'<td class="bar" aria-hidden="true">{bar}</td></tr>'
    )
