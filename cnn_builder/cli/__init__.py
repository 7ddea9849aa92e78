"""The same jobs without a browser: `python -m cnn_builder COMMAND`.

Exit 0 on success, 1 on an error that is told in one line on stderr, 2 on bad usage; never a traceback.
Importing a command imports click only: what it needs is imported when it runs, so that each starts quickly.
"""

import click

from cnn_builder import __version__
from cnn_builder.cli.convert import convert
from cnn_builder.cli.diff import diff
from cnn_builder.cli.errors import Commands
from cnn_builder.cli.export import export
from cnn_builder.cli.forecast import forecast
from cnn_builder.cli.predict import predict
from cnn_builder.cli.presets import presets
from cnn_builder.cli.runs import runs
from cnn_builder.cli.trace import trace
from cnn_builder.cli.train import train


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="CNN Builder %(version)s")
def main() -> None:
    """Build, train and use convolutional networks. SPEC is a preset's name, or a .json, .py, .ipynb or .keras file."""


for command in (presets, trace, diff, convert, forecast, train, predict, runs):
    main.add_command(command)
runs.add_command(export)
