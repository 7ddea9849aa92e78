"""`diff`: what changes from one network to another."""

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnn_builder.architecture.diff import ComparedLayer, Diff, LayerChange

MARKS = {"kept": " ", "changed": "~", "added": "+", "removed": "-"}


@click.command()
@click.argument("before", metavar="SPEC")
@click.argument("after", metavar="SPEC")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; layers count from 0.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Show what changes from the first SPEC to the second, layer by layer and in total."""
    from cnn_builder.architecture.diff import diff as compare
    from cnn_builder.cli.spec import read_spec

    found = compare(read_spec(before), read_spec(after))
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else as_text(before, after, found))


def as_text(before: str, after: str, found: "Diff") -> str:
    """A line a layer, marked + added, - removed, ~ changed; places count from 1. Then the totals of both."""
    lines = [f"{before} → {after}" + (": the same network" if found.is_same else "")]
    lines += [_line(change) for change in found.layers]
    lines += ["", *_totals(found)]
    for spec, traced in ((before, found.before), (after, found.after)):
        if traced.error is not None:
            lines.append(f"  {spec}: {traced.error.message} The totals count the layers before it.")
    return "\n".join(lines)


def _line(change: "LayerChange") -> str:
    places = f"{_place(change.before):>3} {_place(change.after):>3}"
    words = [item for item in (change.layer.type, change.layer.label()) if item]
    if change.settings:
        words = [
            change.layer.type,
            ", ".join(f"{item.name}: {_value(item.before)} → {_value(item.after)}" for item in change.settings),
        ]
    return f"{MARKS[change.kind]} {places}  {'  '.join(words)}"


def _place(part: "ComparedLayer | None") -> str:
    return "" if part is None else str(part.index + 1)


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).strip('"')


def _totals(found: "Diff") -> list[str]:
    from cnn_builder.architecture.effect import signed
    from cnn_builder.architecture.layers.base import times

    old, new = found.before, found.after
    lines = [
        f"  input       {_moved(times(old.input_shape), times(new.input_shape))}",
        f"  output      {_moved(times(old.output_shape), times(new.output_shape))}",
    ]
    for title, was, now in (
        ("parameters", old.total_params, new.total_params),
        ("MACs", old.total_macs, new.total_macs),
    ):
        lines.append(f"  {title:<10}  {_moved(f'{was:,}', f'{now:,}')}  ({signed(now - was)})")
    return lines


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
