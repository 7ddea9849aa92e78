"""`runs`: what was trained, newest first."""

import json
from datetime import datetime

import click

FIELDS = ("run_id", "name", "status", "reason", "dataset", "total_params", "test_accuracy", "created", "seconds")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; `created` in unix seconds.")
def runs(as_json: bool) -> None:
    """List the runs, newest first."""
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    with Store.open(Settings.from_env()) as store:
        found = store.list()
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
