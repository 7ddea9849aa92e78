"""`convert`: the same network in another form."""

import sys
from pathlib import Path

import click

FORMS = ("json", "py")


@click.command()
@click.argument("spec")
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="Architecture file or Keras code.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of the terminal.")
def convert(spec: str, form: str, output: str | None) -> None:
    """Write SPEC as an architecture file or as Keras code."""
    from cnn_builder.architecture import keras_code
    from cnn_builder.cli.spec import SpecError, read_spec

    architecture = read_spec(spec)
    text = architecture.to_json() if form == "json" else keras_code.write(architecture)
    text = text if text.endswith("\n") else f"{text}\n"
    if output is None:
        sys.stdout.write(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SpecError(f"{output}: cannot be written: {getattr(error, 'strerror', None) or error}.") from error
