"""How errors reach the terminal: one line on stderr."""

from typing import Any

import click

from cnn_builder.architecture.errors import CnnBuilderError


def one_line(error: BaseException) -> str:
    """The error's message without line breaks."""
    return " ".join(str(error).split())


def tell_error(error: BaseException) -> None:
    """Say an error that does not end the command."""
    click.echo(f"Error: {one_line(error)}", err=True)


class Commands(click.Group):
    """A group whose commands end in one line on stderr and exit code 1, whatever goes wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CnnBuilderError as error:
            raise click.ClickException(one_line(error)) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            raise click.ClickException(one_line(error)) from error
        except Exception as error:
            # The last resort of a command line: people get a line they can report, not a traceback.
            raise click.ClickException(f"Unexpected {type(error).__name__}: {one_line(error)}") from error
