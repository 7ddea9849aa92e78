"""What changes from one network to another, as HTML tables: the totals, and a row for each layer."""

import json
from html import escape
from typing import Any

from cnn_builder.architecture.diff import ComparedLayer, Diff, Kind, LayerChange
from cnn_builder.architecture.effect import signed
from cnn_builder.architecture.layers.base import times
from cnn_builder.figures.locale_text import number_text

_MARKS = {"kept": "same", "changed": "~ changed", "added": "+ added", "removed": "− removed"}
_HEAD = ("", "Layer", "Settings", "Output", "Parameters")
_LAYER = 1


def summary(diff: Diff) -> str:
    """The difference in one sentence of plain text."""
    if diff.is_same:
        return "The same network: same input, same layers."
    parts: list[str] = []
    kinds: tuple[tuple[Kind, str], ...] = (
        ("changed", "changed"), ("added", "added"), ("removed", "removed"), ("kept", "the same"),
    )  # fmt: skip
    for kind, word in kinds:
        count = diff.counts((kind,))
        if count:
            layers = "" if parts else " layers" if count > 1 else " layer"
            parts.append(f"{count}{layers} {word}")
    if diff.before.input_shape != diff.after.input_shape:
        parts.insert(0, "another input")
    text = ", ".join(parts) + "."
    return text[0].upper() + text[1:]


def diff_table(diff: Diff) -> str:
    """The layers of both networks side by side, in order; each change is marked by a word, not by colour alone."""
    head = "".join(
        f'<th scope="col"{_number(column)}>{title or _hidden("Change")}</th>' for column, title in enumerate(_HEAD)
    )
    body = "".join(_row(change) for change in diff.layers)
    return _table(f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>", "Changes, layer by layer")


def totals_table(diff: Diff) -> str:
    """Input, output, parameters and MACs: what they were, what they are, and by how much they differ."""
    old, new = diff.before, diff.after
    rows = (
        ("Input", _moved(times(old.input_shape), times(new.input_shape))),
        ("Output", _moved(times(old.output_shape), times(new.output_shape))),
        ("Parameters", _total(old.total_params, new.total_params)),
        ("MACs per image", _total(old.total_macs, new.total_macs)),
    )
    body = "".join(f'<tr><th scope="row">{title}</th><td>{escape(text)}</td></tr>' for title, text in rows)
    return _table(f"<tbody>{body}</tbody>", "Totals of both networks", "cnn-both")


def _table(content: str, label: str, name: str = "") -> str:
    frame = f'<div class="cnn-table cnn-diff {name}" role="region" aria-label="{label}" tabindex="0">'
    return f"{frame}<table>{content}</table></div>"


def _hidden(text: str) -> str:
    return f'<span class="cnn-hidden">{text}</span>'


def _total(before: int, after: int) -> str:
    same = before == after
    return number_text(after) if same else f"{number_text(before)} → {number_text(after)} ({signed(after - before)})"


def _row(change: LayerChange) -> str:
    before, after = change.before, change.after
    cells = (
        escape(_MARKS[change.kind]),
        f"{escape(_moved(_place(before), _place(after)))} {escape(change.layer.type)}",
        _settings(change),
        escape(_moved(_shape(before), _shape(after))),
        escape(_moved(_params(before), _params(after))),
    )
    columns = "".join(
        f'<th scope="row">{cell}</th>' if column == _LAYER else f"<td{_number(column)}>{cell}</td>"
        for column, cell in enumerate(cells)
    )
    return f'<tr class="{change.kind}">{columns}</tr>'


def _settings(change: LayerChange) -> str:
    if not change.settings:
        return escape(change.layer.label())
    return "<br>".join(
        f"{escape(item.name)}: {escape(_value(item.before))} → <b>{escape(_value(item.after))}</b>"
        for item in change.settings
    )


def _value(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        return times(tuple(value))
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _place(part: ComparedLayer | None) -> str | None:
    return None if part is None else str(part.index + 1)


def _shape(part: ComparedLayer | None) -> str | None:
    return None if part is None else "does not fit" if part.output_shape is None else times(part.output_shape)


def _params(part: ComparedLayer | None) -> str | None:
    return None if part is None else "–" if part.params is None else number_text(part.params)


def _moved(before: str | None, after: str | None) -> str:
    if before is None or after is None or before == after:
        return after or before or ""
    return f"{before} → {after}"


def _number(column: int) -> str:
    return ' class="number"' if column == len(_HEAD) - 1 else ""
