"""`runs again` and `runs compare`: a run's request with further seeds, and two runs judged over images and seeds."""

import json
from typing import Any

import click

from cnn_builder.cli.runs import opened


@click.command()
@click.argument("run_id")
@click.option(
    "--seeds", type=click.IntRange(1, 50), default=4, show_default=True, help="How many seeds besides those there are."
)
@click.option("--json", "as_json", is_flag=True, help="Print only JSON on stdout, as `train --seeds` does.")
def again(run_id: str, seeds: int, as_json: bool) -> None:
    """Train a run's network again with further seeds, and wait until all have ended."""
    from cnn_builder.cli.waiting import Waiting, check_ended, ctrl_c, wait_for_seeds
    from cnn_builder.runs import Quota, Supervisor
    from cnn_builder.runs.results.seeds import seed_scores, seed_words
    from cnn_builder.runs.workers.again import train_again
    from cnn_builder.runs.workers.choice import launcher_for
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with opened(run_id) as (store, run), ctrl_c() as interrupted:
        made = train_again(store, run, seeds)
        supervisor = Supervisor(store, launcher_for(settings), settings.max_active_runs, quota=Quota.of(settings))
        ended = wait_for_seeds(made, Waiting(store, supervisor, interrupted), as_json)
        together = seed_scores(store.seed_runs(run.run_id))
    if together is not None and not as_json:
        click.echo(f"With those of before: {seed_words(together)}")
    check_ended(ended)


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(first: str, second: str, as_json: bool) -> None:
    """Say whether the run SECOND is better than FIRST: on the test images, and over the seeds that both have."""
    from cnn_builder.figures.verdict import seed_verdict_words, verdict_words
    from cnn_builder.runs.results.evaluation import read_evaluation
    from cnn_builder.runs.results.score_comparison import verdict
    from cnn_builder.runs.results.seeds import seed_verdict
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with opened(first) as (store, one):
        other = store.get(second)
        kept = [
            read_evaluation(settings.run_folder(run.run_id)) if (run.evaluation or {}).get("details") else None
            for run in (one, other)
        ]
        images = verdict(one, other, (kept[0], kept[1]))
        seeds = seed_verdict(store.seed_runs(one.run_id), store.seed_runs(other.run_id))
    if images is None:
        raise click.ClickException("The runs cannot be compared: expected test accuracies on the same test images.")
    if as_json:
        values: dict[str, Any] = {
            "first": one.run_id, "second": other.run_id, "difference": images.difference, "low": images.interval.low,
            "high": images.interval.high, "distinguishable": images.distinguishable, "images": images.images,
            "paired": images.paired, "gained": images.gained, "lost": images.lost, "seeds": None,
        }  # fmt: skip
        if seeds is not None:
            values["seeds"] = {
                "seeds": list(seeds.seeds), "first_mean": seeds.first_mean, "second_mean": seeds.second_mean,
                "difference": seeds.difference, "low": seeds.interval.low, "high": seeds.interval.high,
                "p_value": seeds.p_value, "distinguishable": seeds.distinguishable,
            }  # fmt: skip
        click.echo(json.dumps(values, allow_nan=False))
        return
    names = (one.run_id, other.run_id)
    click.echo("Test images: " + ". ".join(verdict_words(images, *names)))
    if seeds is not None:
        click.echo("Seeds: " + ". ".join(seed_verdict_words(seeds, *names)))
