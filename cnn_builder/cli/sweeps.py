"""`sweeps`: the sweeps that were made, newest first; and its subcommands, which show and stop them."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from cnn_builder.cli.sweep import candidate_line, report_best

if TYPE_CHECKING:
    from cnn_builder.runs import Store
    from cnn_builder.runs.sweeps.plan import Sweep


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per sweep, one per line.")
@click.pass_context
def sweeps(context: click.Context, as_json: bool) -> None:
    """List the sweeps, newest first, or show or stop one. SWEEP_ID can be a unique prefix of its id."""
    if context.invoked_subcommand is not None:
        return
    with _store() as store:
        found = store.sweeps(limit=None)
        for made in found:
            click.echo(_line(store, made, as_json))
    if not found and not as_json:
        click.echo(
            "No sweeps yet. Make one: python -m cnn_builder sweep L2 --dataset digits --vary layers.0.filters=8,16",
            err=True,
        )


@sweeps.command()
@click.argument("sweep_id")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON, as `sweep` does.")
def show(sweep_id: str, as_json: bool) -> None:
    """Show the candidates of a sweep and the best so far."""
    from cnn_builder.runs.sweeps.outcomes import outcomes

    with _store() as store:
        made = store.sweep(sweep_id)
        for one in outcomes(store, made):
            click.echo(candidate_line(made, one, as_json))
        report_best(store, made, as_json)


@sweeps.command()
@click.argument("sweep_id")
def stop(sweep_id: str) -> None:
    """Stop every run of a sweep that trains or waits; what has ended stays."""
    with _store() as store:
        made = store.sweep(sweep_id)
        count = store.stop_sweep(made)
    click.echo(f"{made.sweep_id}: {count} {'run' if count == 1 else 'runs'} stopped")


def _line(store: "Store", made: "Sweep", as_json: bool) -> str:
    runs = store.runs_of(made)
    active = sum(run.is_active for run in runs.values())
    if as_json:
        values = {
            "sweep_id": made.sweep_id, "name": made.name, "dataset": made.dataset, "created": made.created,
            "search": made.plan.search, "vary": {one.path: list(one.values) for one in made.plan.variables},
            "runs": [one.run_id for one in made.candidates], "active": active, "skipped": made.over_budget,
            "unfit": made.unfit,
        }  # fmt: skip
        return json.dumps(values, allow_nan=False)
    created = datetime.fromtimestamp(made.created).strftime("%Y-%m-%d %H:%M")
    state = f"{active} of {len(made.candidates)} runs active" if active else f"{len(made.candidates)} runs, ended"
    paths = ", ".join(one.path for one in made.plan.variables)
    return f"{made.sweep_id}  {created}  {made.dataset:<13}  {made.name}  {made.plan.search} over {paths}  {state}"


def _store() -> "Store":
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    return Store.open_own(Settings.from_env())
