"""`convert`: the same network in another form."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cnn_builder.architecture import Architecture

FORMS = ("json", "py", "ipynb", "svg", "md")
DATASETS = ("mnist", "fashion_mnist", "cifar10", "digits")
"""Data sets a notebook can load by itself."""


@click.command()
@click.argument("spec")
@click.option(
    "--to", "form", type=click.Choice(FORMS), required=True,
    help="Architecture file, Keras code, a notebook that trains it, a diagram, or the trace as a Markdown table.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of the terminal.")
@click.option("--dataset", type=click.Choice(DATASETS), help="Data set of the notebook; by default the one that fits.")
def convert(spec: str, form: str, output: str | None, dataset: str | None) -> None:
    """Write SPEC as an architecture file, Keras code, notebook, SVG or Markdown."""
    from cnn_builder.cli.spec import SpecError, read_spec

    text = converted(read_spec(spec), form, dataset or _dataset(spec))
    if output is None:
        sys.stdout.write(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SpecError(f"{output}: cannot be written: {getattr(error, 'strerror', None) or error}.") from error


def _dataset(spec: str) -> str | None:
    from cnn_builder.architecture import PRESETS

    return PRESETS[spec].dataset if spec in PRESETS else None


def converted(architecture: "Architecture", form: str, dataset: str | None) -> str:
    """The network in one of the FORMS, ending in a line break."""
    from cnn_builder.architecture import keras_code, notebook, trace
    from cnn_builder.figures.diagram import diagram
    from cnn_builder.figures.trace_markdown import trace_markdown

    match form:
        case "json":
            return architecture.to_json()
        case "py":
            return keras_code.write(architecture)
        case "ipynb":
            colour = architecture.input_shape == (32, 32, 3)
            return notebook.write(architecture, dataset or ("cifar10" if colour else "mnist"))
        case "svg":
            return diagram(architecture, trace(architecture))
        case _:
            return trace_markdown(architecture, trace(architecture))
