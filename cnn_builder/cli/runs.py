"""`runs`: what was trained, newest first; and its subcommands, which stop, resume, change and delete."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cnn_builder.runs import Run, Store

FIELDS = ("run_id", "name", "status", "reason", "dataset", "total_params", "test_accuracy", "created", "seconds")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; `created` in unix seconds.")
@click.pass_context
def runs(context: click.Context, as_json: bool) -> None:
    """List the runs, newest first; or do something with one. RUN_ID may be the unique beginning of an id."""
    if context.invoked_subcommand is not None:
        return
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    with Store.open(Settings.from_env()) as store:
        found = store.list(limit=None)
    if as_json:
        for run in found:
            click.echo(json.dumps({field: getattr(run, field) for field in FIELDS}, allow_nan=False))
        return
    if not found:
        click.echo("No runs yet. Train one: python -m cnn_builder train L2 --dataset digits", err=True)
    for run in found:
        created = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
        accuracy = "" if run.test_accuracy is None else f"{run.test_accuracy:.4f}"
        status = f"{run.status} ({run.reason})" if run.reason else run.status
        line = (
            f"{run.run_id}  {created}  {accuracy:>6}  {run.total_params:>11,}  {run.dataset:<13}  {run.name}  {status}"
        )
        click.echo(line.rstrip())


@contextmanager
def opened(run_id: str) -> Iterator[tuple["Store", "Run"]]:
    """The store, and the run that an id or its beginning names."""
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    with Store.open(Settings.from_env()) as store:
        yield store, store.get(run_id)


@runs.command()
@click.argument("run_id")
def stop(run_id: str) -> None:
    """Stop a run, keeping its best model. One that waits leaves the queue."""
    with opened(run_id) as (store, run):
        if not run.is_active:
            raise click.ClickException(f"Run {run.run_id} has ended already: {run.status}.")
        click.echo(f"{run.run_id}: {store.request_stop(run.run_id).status}")


@runs.command()
@click.argument("run_id")
@click.option("--json", "as_json", is_flag=True, help="Only JSON on stdout, as `train` prints it.")
def resume(run_id: str, as_json: bool) -> None:
    """Go on with a stopped, crashed or interrupted run from its last checkpoint, and wait for it."""
    from cnn_builder.cli.waiting import Waiting, ctrl_c, wait_for
    from cnn_builder.runs import LocalLauncher, Supervisor
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with opened(run_id) as (store, run), ctrl_c() as interrupted:
        store.request_resume(run.run_id)
        supervisor = Supervisor(store, LocalLauncher(settings), settings.max_active_runs)
        ended = wait_for(run.run_id, Waiting(store, supervisor, interrupted, seen=store.last_seq(run.run_id)), as_json)
    if ended.status not in ("finished", "stopped"):
        raise click.ClickException(f"Run {ended.run_id} {ended.status}: {ended.reason or 'no reason was given'}.")


@runs.command("learning-rate")
@click.argument("run_id")
@click.argument("value", type=float)
def learning_rate(run_id: str, value: float) -> None:
    """Change the learning rate of a run while it trains."""
    with opened(run_id) as (store, run):
        store.request_learning_rate(run.run_id, value)
    click.echo(f"{run.run_id}: learning rate {value:g} from the next steps on")


@runs.command()
@click.argument("run_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(run_id: str, yes: bool) -> None:
    """Delete a run with its metrics and models. Refuses one that waits or trains."""
    from cnn_builder.runs.removal import delete_run
    from cnn_builder.settings import Settings

    with opened(run_id) as (store, run):
        if not yes and not run.is_active:
            click.confirm(f"Delete {run.run_id} ({run.name}) with its metrics and models?", abort=True, err=True)
        delete_run(store, Settings.from_env(), run.run_id)
    click.echo(f"{run.run_id}: deleted")


@runs.command()
@click.argument("run_id")
@click.argument("name")
def rename(run_id: str, name: str) -> None:
    """Give a run another name."""
    with opened(run_id) as (store, run):
        click.echo(f"{run.run_id}: {store.rename(run.run_id, name).name}")


@runs.command()
@click.argument("run_id")
@click.argument("text", required=False)
def note(run_id: str, text: str | None) -> None:
    """Print a run's notes, or replace them by TEXT ("" removes them)."""
    with opened(run_id) as (store, run):
        click.echo(run.notes if text is None else f"{run.run_id}: {store.set_notes(run.run_id, text).notes}")


@runs.command()
@click.argument("run_id")
@click.argument("tags", nargs=-1)
@click.option("--clear", is_flag=True, help="Remove all tags first.")
def tag(run_id: str, tags: tuple[str, ...], clear: bool) -> None:
    """Add TAGS to a run, and print those it has."""
    with opened(run_id) as (store, run):
        wanted = (*(() if clear else run.tags), *tags)
        if wanted != run.tags:
            run = store.set_tags(run.run_id, wanted)
    click.echo(f"{run.run_id}: {', '.join(run.tags) or 'no tags'}")
