"""`runs export`: a run's model, metrics or report as a file."""

import sys
from pathlib import Path

import click

from cnn_builder.cli.runs import opened

FORMS = ("keras", "csv", "html")


@click.command()
@click.argument("run_id")
@click.option(
    "--to", "form", type=click.Choice(FORMS), required=True,
    help="The best model (only where it was verified), the metrics, or a report in one page.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of the terminal; a model needs one.")
def export(run_id: str, form: str, output: str | None) -> None:
    """Write what a run has to give: its best model as .keras, its metrics as CSV, or a report as HTML."""
    from cnn_builder.runs.model_file import model_file
    from cnn_builder.settings import Settings

    if form == "keras" and output is None:
        raise click.UsageError("A model is no text: name its file with -o FILE.")
    settings = Settings.from_env()
    with opened(run_id) as (store, run):
        if form == "keras":
            content = model_file(run, settings).read_bytes()
        elif form == "csv":
            from cnn_builder.runs.table import metrics_csv

            content = metrics_csv(store.metrics(run.run_id)).encode()
        else:
            from cnn_builder.figures.report import Reported, report
            from cnn_builder.runs.evaluation import read

            kept = read(settings.run_folder(run.run_id)) if (run.evaluation or {}).get("details") else None
            content = report(Reported(run, store.metrics(run.run_id, kind="epoch"), kept)).encode()
    if output is None:
        sys.stdout.write(content.decode())
        return
    try:
        Path(output).write_bytes(content)
    except (OSError, ValueError) as error:
        raise click.ClickException(
            f"{output}: cannot be written: {getattr(error, 'strerror', None) or error}."
        ) from error
