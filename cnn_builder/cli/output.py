"""Files that a command writes where its user says."""

import errno
import os
from pathlib import Path

import click

from cnn_builder.files import write_whole


def write_output(output: str, content: str | bytes) -> None:
    """Write a file whole or not at all, text as UTF-8; a device or a pipe is written to.

    Raises ClickException where it cannot be written; its folder is not made.
    """
    try:
        path = Path(output).resolve()  # what a link names is written, not the link
        if path.exists() and not path.is_file():
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        elif not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        else:
            write_whole(path, content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.ClickException(f"{output}: cannot be written: {reason}.") from error
