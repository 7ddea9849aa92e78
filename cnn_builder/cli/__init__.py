"""The same jobs without a browser: `python -m cnn_builder COMMAND`.

Exit 0 on success, 1 on an error that is told in one line on stderr, 2 on bad usage; never a traceback.
Importing a command imports click only: what it needs is imported when it runs, so that each starts quickly.
"""

import click

from cnn_builder import __version__
from cnn_builder.cli.assignment import assignment
from cnn_builder.cli.backup import backup, restore
from cnn_builder.cli.convert import convert
from cnn_builder.cli.data import data
from cnn_builder.cli.diff import diff
from cnn_builder.cli.drill import drill
from cnn_builder.cli.errors import Commands
from cnn_builder.cli.export import export, formats
from cnn_builder.cli.forecast import forecast
from cnn_builder.cli.import_model import import_model
from cnn_builder.cli.layers import layers
from cnn_builder.cli.lesson import lesson
from cnn_builder.cli.owners import owners
from cnn_builder.cli.predict import predict
from cnn_builder.cli.presets import presets
from cnn_builder.cli.robustness import robustness
from cnn_builder.cli.runs import runs
from cnn_builder.cli.seeds import again, compare
from cnn_builder.cli.serve import serve
from cnn_builder.cli.status import status
from cnn_builder.cli.sweep import sweep
from cnn_builder.cli.sweeps import sweeps
from cnn_builder.cli.trace import trace
from cnn_builder.cli.train import train


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="CNN Builder %(version)s")
def main() -> None:
    """Build, train and use networks. SPEC: a preset's name or a .json, .py, .ipynb, .keras or .h5 file."""


for command in (
    serve,
    status,
    presets,
    trace,
    diff,
    convert,
    forecast,
    train,
    sweep,
    sweeps,
    predict,
    runs,
    owners,
    data,
    drill,
    lesson,
    assignment,
    backup,
    restore,
):
    main.add_command(command)
main.add_command(serve, "run")
runs.add_command(export)
runs.add_command(formats)
runs.add_command(again)
runs.add_command(compare)
runs.add_command(import_model)
runs.add_command(layers)
runs.add_command(robustness)
