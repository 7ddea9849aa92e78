"""`backup` and `restore`: everything that is kept, in one file and back."""

import json
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def backup(file: Path, as_json: bool) -> None:
    """Write all runs, networks, drawings and data sets of your own to a new FILE, while runs go on."""
    from cnn_builder.runs import Store
    from cnn_builder.runs.backup.writing import write_backup
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open_own(settings) as store:
        done = write_backup(store, settings, file.absolute())
    _report(file, done.runs, done.bytes, as_json, "saved in")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def restore(file: Path, as_json: bool) -> None:
    """Restore a backup into an empty home. Runs that were active are stopped, and can be resumed."""
    from cnn_builder.runs import Store
    from cnn_builder.runs.backup.restoring import restore_backup
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open_own(settings) as store:
        done = restore_backup(store, settings, file.absolute())
    _report(file, done.runs, done.bytes, as_json, "restored from")


def _report(file: Path, runs: int, size: int, as_json: bool, what: str) -> None:
    from cnn_builder.architecture.memory import bytes_text

    if as_json:
        click.echo(json.dumps({"runs": runs, "bytes": size, "file": str(file)}))
    else:
        click.echo(f"{runs:,} {'run' if runs == 1 else 'runs'} {what} {file} ({bytes_text(size)})")
