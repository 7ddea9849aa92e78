"""`sweep`: trains a network in several variants, within a budget, and names the best."""

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.train import check, own_drawings
from cnn_builder.cli.train_options import DATASET_HELP, GroupedCommand, everyday_options, recipe_options
from cnn_builder.cli.training_settings import preset_settings, say, settings_asked

if TYPE_CHECKING:
    from cnn_builder.runs import Store
    from cnn_builder.runs.sweeps.outcomes import Outcome
    from cnn_builder.runs.sweeps.plan import Sweep
    from cnn_builder.runs.sweeps.search import Proposal


@click.command(cls=GroupedCommand)
@click.argument("spec")
@click.option("--dataset", required=True, metavar="NAME", help=DATASET_HELP)
@click.option(
    "--vary",
    "vary",
    multiple=True,
    required=True,
    metavar="PATH=A,B,…",
    help="What varies: layers.0.filters=8,16 (layers count from 0), layers.0.kernel_size=3,5, layers.2-3.repeat=0,1,2, "
    "learning_rate=0.001,0.01. May be given several times.",
)
@click.option("--runs", type=int, default=10, show_default=True, help="At most so many runs.")
@click.option("--max-params", type=int, metavar="N", help="No candidate has more parameters.")
@click.option("--max-macs", type=int, metavar="N", help="No candidate has more MACs for one image.")
@click.option("--minutes", type=float, metavar="N", help="Stop after so many minutes of training, all runs together.")
@click.option(
    "--search",
    type=click.Choice(["grid", "random", "halving"]),
    default="grid",
    show_default=True,
    help="halving draws as random does, and stops the worse half after 1, 2, 4, … epochs.",
)
@click.option("--search-seed", type=int, default=0, show_default=True, help="Of the draw.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON on stdout: a line per candidate, then the best.")
@everyday_options
@recipe_options
@click.pass_context
def sweep(
    context: click.Context, spec: str, dataset: str, vary: tuple[str, ...], runs: int, max_params: int | None,
    max_macs: int | None, minutes: float | None, search: str, search_seed: int, as_json: bool, **options: Any
) -> None:  # fmt: skip
    """Train SPEC in every combination of the values that vary, within the budget, and name the best.

    Candidates beyond the budget are counted and never built. Ctrl-C stops all runs of the sweep.
    """
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.cli.waiting import say_share
    from cnn_builder.data import describe
    from cnn_builder.runs import Store
    from cnn_builder.runs.sweeps.plan import SweepPlan
    from cnn_builder.runs.sweeps.search import propose
    from cnn_builder.runs.sweeps.variables import parse_variable
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    architecture = read_spec(spec)
    info = describe(dataset, settings)
    request = settings_asked(options, context, preset_settings(spec, context), info.classes)
    plan = SweepPlan(tuple(map(parse_variable, vary)), runs, search, max_params, max_macs, minutes, search_seed)
    proposal = propose(architecture, request, info, plan, settings.memory_limit)
    drawings = own_drawings(info, request, settings)
    first = proposal.candidates[0]
    check(first.architecture, info, first.settings, settings)  # loads the data set, and warns once, not for each
    _say_proposal(proposal)
    with Store.open_own(settings) as store:
        say_share(store, len(proposal.candidates))
        made = store.create_sweep(
            architecture, info.name, request, plan, proposal.candidates, proposal.over_budget, proposal.unfit,
            drawings=drawings,
        )  # fmt: skip
        say(f"Sweep {made.sweep_id}: {len(made.candidates)} runs.")
        interrupted = _watch(store, made, as_json)
        found = report_best(store, made, as_json)
    if found is None and not interrupted:
        raise click.ClickException("No run of the sweep ended with a model. The command `runs` says why.")


def _watch(store: "Store", made: "Sweep", as_json: bool) -> bool:
    """Wait until every run has ended, printing each; whether Ctrl-C ended the sweep."""
    from cnn_builder.cli.waiting import Waiting, ctrl_c
    from cnn_builder.runs import Quota, Supervisor
    from cnn_builder.runs.workers.choice import launcher_for
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    launcher = launcher_for(settings)
    if len(made.candidates) > 1:
        launcher.warm()  # the next run need not wait for TensorFlow to load
    try:
        with ctrl_c() as interrupted:
            supervisor = Supervisor(store, launcher, settings.max_active_runs, quota=Quota.of(settings))
            wait_for_sweep(made, Waiting(store, supervisor, interrupted), as_json)
            return interrupted.is_set()
    finally:
        launcher.close()


def wait_for_sweep(made: "Sweep", waiting: Any, as_json: bool) -> None:
    """Wait for every run of a sweep, starting and watching workers on the way; Ctrl-C stops all of them.

    A line a candidate as it ends. `waiting` is a `cli.waiting.Waiting`.
    """
    from cnn_builder.cli.waiting import POLL, TICK, when_reachable
    from cnn_builder.runs.sweeps.outcomes import outcomes

    store, told, asked = waiting.store, set[int](), False
    next_tick = waiting.monotonic()
    while True:
        if waiting.monotonic() >= next_tick:
            when_reachable(waiting, waiting.supervisor.tick)
            next_tick = waiting.monotonic() + TICK
        if waiting.interrupted.is_set() and not asked:
            say("Stopping the sweep's runs after their current steps. Press Ctrl-C again to leave at once.")
            when_reachable(waiting, lambda: store.stop_sweep(made))
            asked = True
        now = when_reachable(waiting, lambda: store.sweep(made.sweep_id))
        for one in when_reachable(waiting, partial(outcomes, store, now)):
            if one.has_ended and one.candidate.number not in told:
                told.add(one.candidate.number)
                click.echo(candidate_line(now, one, as_json))
        if len(told) == len(now.candidates):
            return
        waiting.sleep(POLL)


def _say_proposal(proposal: "Proposal") -> None:
    if proposal.over_budget:
        say(f"{proposal.over_budget:,} combinations are beyond the budget and are not built.")
    if proposal.unfit:
        say(f"{proposal.unfit:,} combinations cannot be trained. The first: {proposal.unfit_reason}")
    if proposal.left:
        say(f"{proposal.left:,} more combinations are within the budget. A larger --runs takes them.")


def candidate_line(made: "Sweep", one: "Outcome", as_json: bool) -> str:
    """One candidate as it stands."""
    from cnn_builder.runs.sweeps.variables import values_words

    candidate, run = one.candidate, one.run
    if as_json:
        values = {
            "run_id": candidate.run_id,
            "values": candidate.values,
            "total_params": candidate.total_params,
            "total_macs": candidate.total_macs,
            "test_accuracy": run.test_accuracy if run else None,
            "val_accuracy": one.val_accuracy,
            "status": one.status,
            "reason": candidate.stopped or (run.reason if run else None),
            "epochs": run.epoch if run else None,
            "seconds": run.seconds if run else None,
        }
        return json.dumps(values, allow_nan=False)
    words = values_words(candidate.values, made.architecture)
    parts = [f"{candidate.number + 1}/{len(made.candidates)}", candidate.run_id, words]
    parts += [f"{candidate.total_params:,} parameters", one.status]
    if one.val_accuracy is not None:
        parts.append(f"val accuracy {one.val_accuracy:.4f}")
    if run is not None and run.test_accuracy is not None:
        parts.append(f"test accuracy {run.test_accuracy:.4f}")
    if candidate.stopped or (run is not None and run.reason):
        parts.append(f"({candidate.stopped or (run and run.reason)})")
    return "  ".join(parts)


def report_best(store: "Store", made: "Sweep", as_json: bool) -> "Outcome | None":
    """Print the best of the candidates, and how many were left out; None where none has a score yet."""
    from cnn_builder.runs.sweeps.outcomes import best_by, best_outcome, outcomes
    from cnn_builder.runs.sweeps.variables import values_words

    best = best_outcome(made, outcomes(store, made))
    if as_json:
        values = {
            "best": best.candidate.run_id if best else None,
            "skipped": made.over_budget,
            "unfit": made.unfit,
            "best_by": best_by(made),
            "sweep_id": made.sweep_id,
            "values": best.candidate.values if best else None,
            "test_accuracy": best.run.test_accuracy if best and best.run else None,
        }
        click.echo(json.dumps(values, allow_nan=False))
    elif best is not None and best.run is not None:
        how = best_by(made).replace("val_", "validation ").replace("_", " ")
        words = values_words(best.candidate.values, made.architecture)
        click.echo(f"Best by {how}: {best.candidate.run_id}  {words}  test accuracy {best.run.test_accuracy:.4f}")
    return best
