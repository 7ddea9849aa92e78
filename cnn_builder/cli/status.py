"""`status`: what trains and waits, the processes, memory and disk; for people, as JSON, or for Prometheus."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cnn_builder.status import AppStatus, RunStatus, WorkerProcess


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: bytes, seconds.")
@click.option("--metrics", is_flag=True, help="Print it in Prometheus' text format.")
def status(as_json: bool, metrics: bool) -> None:
    """Show how the app is doing: runs, queue, processes, memory, disk, versions.

    A server tells the same at /metrics and on its page /status, with the number of its open sessions.
    """
    if as_json and metrics:
        raise click.UsageError("Expected --json or --metrics, received both: choose one.")
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings
    from cnn_builder.status import metrics_text, take_status

    settings = Settings.from_env()
    with Store.open(settings) as store:
        now = take_status(store, settings)
    if metrics:
        click.echo(metrics_text(now), nl=False)
    elif as_json:
        click.echo(json.dumps(now.to_dict(), allow_nan=False))
    else:
        _tell(now, str(settings.home))


def _tell(now: "AppStatus", home: str) -> None:
    from cnn_builder.architecture.memory import bytes_text

    for words in now.attention:
        click.echo(f"! {words}")
    click.echo(f"Training  {len(now.training)} of at most {now.places}")
    for run in now.training:
        click.echo(f"  {run_line(run)}")
    click.echo(f"Waiting   {len(now.queue)}")
    for run in now.queue:
        click.echo(f"  {run_line(run)}")
    click.echo(f"Processes {sum(worker.alive for worker in now.workers)}")
    for worker in now.workers:
        click.echo(f"  {process_line(worker)}")
    click.echo(f"Memory    {bytes_text(now.memory.available)} free of {bytes_text(now.memory.total)}")
    disk = f"{bytes_text(now.disk.free)} free of {bytes_text(now.disk.total)}"
    click.echo(f"Disk      {disk}; {home} takes {bytes_text(now.disk.home)}")
    if now.artifacts:
        click.echo(f"Artifacts {now.artifacts}")
    told = ", ".join(f"{name} {text}" for name, text in now.versions.items())
    click.echo(f"Versions  {told}; store: {now.store}")


def run_line(run: "RunStatus") -> str:
    """A run that works or waits, in one line."""
    if run.position is not None:
        where = f"number {run.position}, waiting for {run.seconds:,.0f} s"
    else:
        where = run.status if run.epochs is None else f"{run.status}, epoch {run.epoch} of {run.epochs}"
        where = f"{where}, for {run.seconds:,.0f} s"
    return f"{run.run_id}  {run.name}  {where}" + (f" ({run.reason})" if run.reason else "")


def process_line(worker: "WorkerProcess") -> str:
    """A process in one line."""
    from cnn_builder.architecture.memory import bytes_text

    what = f"{worker.kind} {worker.run_id}" if worker.run_id else worker.kind
    if not worker.alive:
        return f"{what}  process {worker.pid} is gone"
    return f"{what}  process {worker.pid}, {bytes_text(worker.memory or 0)}, for {worker.age or 0:,.0f} s"
