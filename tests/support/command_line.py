"""The command line in this process."""

from click.testing import CliRunner, Result

from cnn_builder.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)
