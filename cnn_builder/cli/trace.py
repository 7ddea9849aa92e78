"""`trace`: every layer's shape, parameters, multiply-adds and receptive field."""

import json
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.errors import tell_error

if TYPE_CHECKING:
    from cnn_builder.architecture import Architecture

COLUMNS = ("#", "layer", "output", "parameters", "MACs", "receptive field")
LEFT = (1, 2)


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per SPEC, one per line.")
def trace(specs: tuple[str, ...], as_json: bool) -> None:
    """Show the output shape, parameters, MACs and receptive field of each layer of SPEC."""
    from cnn_builder.architecture.errors import CnnBuilderError
    from cnn_builder.cli.spec import read_spec

    failed = False
    for spec in specs:
        try:
            architecture = read_spec(spec)
        except CnnBuilderError as error:
            tell_error(error)
            failed = True
            continue
        click.echo(json.dumps(as_object(spec, architecture)) if as_json else as_text(spec, architecture))
    if failed:
        raise click.exceptions.Exit(1)


def as_object(spec: str, architecture: "Architecture") -> dict[str, Any]:
    """The trace as the stable JSON object: shapes leave out the batch, `index` counts from 0."""
    from cnn_builder.architecture import repairs
    from cnn_builder.architecture import trace as walk

    traced = walk(architecture)
    error = None
    if traced.error is not None:
        fixes = [
            {"title": repair.title, "architecture": repair.architecture.to_dict()} for repair in repairs(architecture)
        ]
        error = {
            "index": traced.error.index,
            "type": traced.error.type,
            "message": traced.error.message,
            "repairs": fixes,
        }
    return {
        "spec": spec,
        "input_shape": list(traced.input_shape),
        "layers": [
            {
                "index": row.index,
                "type": row.type,
                "output_shape": list(row.output_shape),
                "params": row.params,
                "macs": row.macs,
                "receptive_field": list(row.receptive_field) if row.receptive_field else None,
            }
            for row in traced.rows
        ],
        "total_params": traced.total_params,
        "trainable_params": traced.trainable_params,
        "total_macs": traced.total_macs,
        "error": error,
    }


def as_text(spec: str, architecture: "Architecture") -> str:
    """The trace as an aligned table; layers count from 1."""
    from cnn_builder.architecture import repairs
    from cnn_builder.architecture import trace as walk

    traced = walk(architecture)
    rows = [COLUMNS, ("", "Input", _times(traced.input_shape), "", "", "")]
    for row in traced.rows:
        field = _times(row.receptive_field) if row.receptive_field else ""
        rows.append((str(row.index + 1), row.type, _times(row.output_shape), f"{row.params:,}", f"{row.macs:,}", field))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [spec, *(_aligned(row, widths) for row in rows)]
    lines.append(
        f"  {traced.total_params:,} parameters ({traced.trainable_params:,} trainable), "
        f"{traced.total_macs:,} multiply-adds per image"
    )
    lines += [f"  Layer {row.index + 1}: {row.warning}" for row in traced.rows if row.warning]
    if traced.error is not None:
        lines.append(f"  {traced.error.message}")
        lines += [f"    Repair: {repair.title}" for repair in repairs(architecture)]
    return "\n".join([*lines, ""])


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [
        cell.ljust(width) if column in LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return ("  " + "  ".join(padded)).rstrip()


def _times(sizes: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in sizes)
