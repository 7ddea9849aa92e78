"""`runs`: what was trained, newest first; and its subcommands, which stop, resume, change and delete."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cnn_builder.runs import AnyRun, Run, Store

FIELDS = ("run_id", "name", "status", "reason", "dataset", "total_params", "test_accuracy", "created", "seconds")


@click.group(invoke_without_command=True)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per run, one per line; `created` is in Unix seconds."
)
@click.pass_context
def runs(context: click.Context, as_json: bool) -> None:
    """List the runs, newest first, or manage one of them. RUN_ID can be a unique prefix of its id."""
    if context.invoked_subcommand is not None:
        return
    from cnn_builder.runs import Store
    from cnn_builder.runs.results.run_labels import status_words
    from cnn_builder.settings import Settings

    with Store.open_own(Settings.from_env()) as store:
        found = store.entries(limit=None)
    if as_json:
        for run in found:
            values = {field: getattr(run, field) for field in FIELDS} | {"reason": _reason(run)}
            if drawings := getattr(run, "drawings", None):
                values["own_drawings"] = asdict(drawings)
            values |= {"dataset": run.dataset or None, "origin": getattr(run, "origin", None)}
            click.echo(json.dumps(values, allow_nan=False))
        return
    if not found:
        click.echo("No runs yet. Train one: python -m cnn_builder train L1 --dataset mnist_sample", err=True)
    for run in found:
        created = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
        accuracy = "" if run.test_accuracy is None else f"{run.test_accuracy:.4f}"
        reason = _reason(run)
        status = f"{run.status} ({reason})" if reason else status_words(run)
        data = run.dataset or "no data set"
        line = f"{run.run_id}  {created}  {accuracy:>6}  {run.total_params:>11,}  {data:<13}  {run.name}  {status}"
        click.echo(line.rstrip())


def _reason(run: "AnyRun") -> str | None:
    """Why a run has its status; of one that this version cannot read, why it cannot be read."""
    from cnn_builder.runs import UnreadableRun

    return f"cannot be read: {run.problem.rstrip('.')}" if isinstance(run, UnreadableRun) else run.reason


@contextmanager
def found_run(run_id: str) -> Iterator[tuple["Store", "AnyRun"]]:
    """The store, and the run that an id or its beginning names, even one that this version cannot read."""
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    with Store.open_own(Settings.from_env()) as store:
        yield store, store.find(run_id)


@contextmanager
def opened(run_id: str) -> Iterator[tuple["Store", "Run"]]:
    """The store, and the run that an id or its beginning names. Raises RunUnreadable."""
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    with Store.open_own(Settings.from_env()) as store:
        yield store, store.get(run_id)


@runs.command()
@click.argument("run_id")
def stop(run_id: str) -> None:
    """Stop a run and keep its best model; a queued run is removed from the queue."""
    with found_run(run_id) as (store, run):
        if not run.is_active:
            raise click.ClickException(f"Run {run.run_id} has already ended: {run.status}.")
        click.echo(f"{run.run_id}: {store.request_stop(run.run_id).status}")


@runs.command()
@click.argument("run_id")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON on stdout, as `train` does.")
def resume(run_id: str, as_json: bool) -> None:
    """Resume a stopped, crashed or interrupted run from its last checkpoint, and wait until it ends."""
    from cnn_builder.cli.waiting import Waiting, check_ended, ctrl_c, wait_for
    from cnn_builder.runs import Quota, Supervisor
    from cnn_builder.runs.workers.choice import launcher_for
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with opened(run_id) as (store, run), ctrl_c() as interrupted:
        store.request_resume(run.run_id)
        supervisor = Supervisor(store, launcher_for(settings), settings.max_active_runs, quota=Quota.of(settings))
        ended = wait_for(run.run_id, Waiting(store, supervisor, interrupted, seen=store.last_seq(run.run_id)), as_json)
    check_ended([ended])


@runs.command("learning-rate")
@click.argument("run_id")
@click.argument("value", type=float)
def learning_rate(run_id: str, value: float) -> None:
    """Change the learning rate of a run while it trains."""
    with opened(run_id) as (store, run):
        store.request_learning_rate(run.run_id, value)
    click.echo(f"{run.run_id}: learning rate {value:g} after the current steps")


@runs.command()
@click.argument("run_id")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def delete(run_id: str, yes: bool) -> None:
    """Delete a run with its metrics and models. A queued or running run has to be stopped first."""
    from cnn_builder.runs import UnreadableRun
    from cnn_builder.runs.workers.removal import delete_run
    from cnn_builder.settings import Settings

    with found_run(run_id) as (store, run):
        if not yes and (not run.is_active or isinstance(run, UnreadableRun)):
            click.confirm(f"Delete {run.run_id} ({run.name}) with its metrics and models?", abort=True, err=True)
        delete_run(store, Settings.from_env(), run.run_id)
    click.echo(f"{run.run_id}: deleted")


@runs.command()
@click.argument("run_id")
@click.argument("name")
def rename(run_id: str, name: str) -> None:
    """Rename a run."""
    with opened(run_id) as (store, run):
        click.echo(f"{run.run_id}: {store.rename(run.run_id, name).name}")


@runs.command()
@click.argument("run_id")
@click.argument("text", required=False)
def note(run_id: str, text: str | None) -> None:
    """Print a run's notes, or replace them with TEXT ("" removes them)."""
    with opened(run_id) as (store, run):
        click.echo(run.notes if text is None else f"{run.run_id}: {store.set_notes(run.run_id, text).notes}")


@runs.command()
@click.argument("run_id")
@click.argument("tags", nargs=-1)
@click.option("--clear", is_flag=True, help="Remove all tags first.")
def tag(run_id: str, tags: tuple[str, ...], clear: bool) -> None:
    """Add TAGS to a run and print all its tags."""
    with opened(run_id) as (store, run):
        wanted = (*(() if clear else run.tags), *tags)
        if wanted != run.tags:
            run = store.set_tags(run.run_id, wanted)
    click.echo(f"{run.run_id}: {', '.join(run.tags) or 'no tags'}")
