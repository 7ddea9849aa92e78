"""`data`: data sets of one's own: import, list, show, delete."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.limits import ImportLimits

if TYPE_CHECKING:
    from cnn_builder.data.sets.own.library import OwnDatasets

_BAR_WIDTH = 30


@click.group()
def data() -> None:
    """Import, list, show or delete data sets of your own."""


@data.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="What the data set is called.")
@click.option("--size", type=int, help="Pixels a side [default: as in an array file; 28 for pictures].")
@click.option("--grey/--colour", "grey", default=None, help="Channels [default: as the images are].")
@click.option(
    "--fit",
    type=click.Choice(["crop", "pad"]),
    default="crop",
    show_default=True,
    help="Of a picture that is not square: keep the middle square, or add margins.",
)
@click.option("--drawn", is_flag=True, help="The images are drawings: crop each to its strokes, as Draw does.")
@click.option(
    "--test-split", type=float, help="Share of each class that tests [default: the file's own test images, or 0.2]."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the split and the order of the images.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(
    path: Path, name: str, size: int | None, grey: bool | None, fit: str, drawn: bool, test_split: float | None,
    seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Make a data set of PATH: a zip or folder of class folders, .npz, CSV in MNIST's form, or a pair of IDX files.

    A class folder has the name of its class and holds pictures; folders named train and test may stand around them.
    """
    from cnn_builder.data.imports.collect import Form
    from cnn_builder.data.imports.importing import ImportOptions, import_data
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    form = Form(size, None if grey is None else not grey, fit, drawn)
    options = ImportOptions(form, test_split, seed)
    with _Bar(as_json) as told:
        info = import_data(path, name, _own(), options, ImportLimits.of(settings), told)
    _print(info.name, as_json)


@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per data set, one per line.")
def list_(as_json: bool) -> None:
    """List your own data sets."""
    from cnn_builder.cli.errors import tell_error
    from cnn_builder.data import DatasetError

    own = _own()
    names = own.names()
    if not names:
        click.echo(
            "No data sets of your own yet. Import one: python -m cnn_builder data import PATH --name NAME", err=True
        )
    failed = False
    for name in names:
        try:
            found = summary(own, name)
        except DatasetError as error:
            tell_error(error)
            failed = True
            continue
        size = "×".join(map(str, found["input_shape"]))
        line = f"{name}  {found['train']:,} + {found['test']:,} images  {len(found['classes'])} classes  {size}"
        click.echo(json.dumps(found, ensure_ascii=False) if as_json else line)
    if failed:
        raise click.exceptions.Exit(1)


@data.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str, as_json: bool) -> None:
    """Show a data set: its classes, what was skipped, duplicates, its file and versions."""
    _print(name, as_json)


@data.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def delete(name: str, yes: bool) -> None:
    """Delete a data set with all its versions. Runs that were trained on it stay, with their results."""
    own = _own()
    own.get(name)
    if not yes:
        click.confirm(f"Delete the data set {name} with all its versions?", abort=True, err=True)
    own.delete(name)
    click.echo(f"{name}: deleted")


def summary(own: "OwnDatasets", name: str) -> dict[str, Any]:
    """The stable JSON object of a version. Raises DatasetError."""
    version = own.version(name)
    return {
        "name": name.partition("@")[0],
        "images": version.train_size + version.test_size,
        "train": version.train_size,
        "test": version.test_size,
        "classes": list(version.classes),
        "input_shape": list(version.input_shape),
        "skipped": [{"file": one.file, "reason": one.reason} for one in version.skipped],
        "duplicates": dict(version.duplicate_counts),
        "fingerprint": version.fingerprint,
        "skipped_count": version.skipped_count,
        "notes": list(version.notes),
        "file": str(own.file(name)),
    }


def _print(name: str, as_json: bool) -> None:
    from cnn_builder.data.sets.own.library import STREAMED

    own = _own()
    found = summary(own, name)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    version, known = own.version(name), own.get(found["name"])
    size = "×".join(map(str, version.input_shape))
    click.echo(f"{found['name']}: {found['train']:,} training and {found['test']:,} test images of {size}")
    click.echo(f"Version {known.number(version.fingerprint)} of {len(known.fingerprints)} ({version.fingerprint})")
    for label, train, test in zip(version.classes, version.train_counts, version.test_counts, strict=True):
        click.echo(f"  {label}: {train:,} training, {test:,} test")
    for note in version.notes:
        click.echo(note)
    if own.is_streamed(version):
        click.echo(STREAMED)
    for line in duplicate_lines(found["duplicates"]):
        click.echo(line)
    if version.skipped_count:
        click.echo(f"{version.skipped_count:,} files were skipped:")
        for one in version.skipped:
            click.echo(f"  {one.file}: {one.reason}")
    click.echo(f"File: {found['file']}")


def duplicate_lines(counts: dict[str, int]) -> list[str]:
    """What is to be said of duplicates, a line each."""
    alike = counts.get("exact", 0) + counts.get("near", 0)
    lines = []
    if alike:
        lines.append(f"Duplicates: {alike:,} ({counts['exact']:,} exact, {counts['near']:,} near).")
    if counts.get("across"):
        lines.append(f"{counts['across']:,} of them are in training and test, so the test accuracy will look too high.")
    if counts.get("labels"):
        lines.append(f"{counts['labels']:,} of them have two different labels.")
    return lines


def _own() -> "OwnDatasets":
    from cnn_builder.data.sets.own.library import OwnDatasets
    from cnn_builder.settings import Settings

    return OwnDatasets.of(Settings.from_env())


class _Bar:
    """A progress bar on stderr, on a terminal only, as long as the block lasts."""

    def __init__(self, hidden: bool) -> None:
        self._shown = not hidden and sys.stderr.isatty()

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self._tell

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", err=True, nl=False)

    def _tell(self, words: str, done: int, total: int) -> None:
        if not self._shown:
            return
        filled = _BAR_WIDTH * done // max(total, 1)
        bar = "█" * filled + "░" * (_BAR_WIDTH - filled)
        click.echo(f"\r\033[K{words} {bar} {done:,} of {total:,}", err=True, nl=False)
