"""`convert`: the same network in another form."""

import sys
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.output import write_output
from cnn_builder.cli.train_options import GroupedCommand, everyday_options, recipe_options
from cnn_builder.cli.training_settings import given, not_given, settings_asked, tell_own

if TYPE_CHECKING:
    from cnn_builder.architecture import Architecture
    from cnn_builder.architecture.formats.opening import Opened

FORMS = ("json", "py", "ipynb", "svg", "md")
DATASETS = ("mnist", "mnist_sample", "fashion_mnist", "cifar10", "digits")
"""Data sets a notebook can load by itself."""


@click.command(cls=GroupedCommand)
@click.argument("spec")
@click.option(
    "--to", "form", type=click.Choice(FORMS), required=True,
    help="Architecture file, Keras code, notebook with training, diagram, or trace as a Markdown table.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of the terminal.")
@click.option(
    "--dataset", type=click.Choice(DATASETS),
    help="Data set of the notebook; by default the preset's, the code's, or one with this input shape.",
)  # fmt: skip
@everyday_options
@recipe_options
@click.pass_context
def convert(
    context: click.Context, spec: str, form: str, output: str | None, dataset: str | None, **options: Any
) -> None:
    """Write SPEC as an architecture file, Keras code, notebook, SVG or Markdown.

    A notebook trains with the preset's own settings, or those that the code of SPEC names; options go before them.
    """
    from cnn_builder.cli.spec import open_spec

    if form != "ipynb" and (asked := given(context, list(options))):
        raise click.UsageError(f"--{asked[0].replace('_', '-')} goes with --to ipynb only.")
    opened = open_spec(spec)
    if form == "ipynb":
        text = _notebook(spec, opened, dataset, context, options)
    else:
        text = converted(opened.architecture, form)
    if output is None:
        sys.stdout.write(text)
        return
    write_output(output, text)


def _notebook(spec: str, opened: "Opened", dataset: str | None, context: click.Context, options: dict[str, Any]) -> str:
    """The notebook that trains the network as SPEC and the options say. Raises RunSettingsError."""
    from cnn_builder.architecture.input_shapes import is_view
    from cnn_builder.data import describe
    from cnn_builder.runs.results.training_code import run_notebook
    from cnn_builder.runs.settings import field_errors

    training = opened.training
    wrong = field_errors(training.settings)  # what no run can have is passed over, as the pages do
    own = not_given({name: value for name, value in training.settings.items() if name not in wrong}, context)
    tell_own(spec, own)
    if dataset is None and training.dataset in DATASETS:
        dataset = training.dataset
    if dataset is None:
        dataset = "cifar10" if is_view((32, 32, 3), opened.architecture.input_shape) else "mnist"
    settings = settings_asked(options, context, own, describe(dataset).classes)
    return run_notebook(opened.architecture, dataset, settings)


def converted(architecture: "Architecture", form: str) -> str:
    """The network in one of the FORMS that say nothing of training, ending in a line break."""
    from cnn_builder.architecture import trace
    from cnn_builder.architecture.formats import keras_code
    from cnn_builder.figures.diagram import diagram
    from cnn_builder.figures.trace_markdown import trace_markdown

    match form:
        case "json":
            return architecture.to_json()
        case "py":
            return keras_code.write_code(architecture)
        case "svg":
            return diagram(architecture, trace(architecture))
        case _:
            return trace_markdown(architecture, trace(architecture))
