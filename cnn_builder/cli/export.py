"""`runs export`: a run's model, metrics, report or code as a file."""

import json
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from cnn_builder.cli.output import write_output
from cnn_builder.cli.runs import opened

if TYPE_CHECKING:
    from cnn_builder.cli.export_files import ExportRequest

CHECKED = ("litert", "litert-int8", "savedmodel", "onnx")
MODELS = ("keras", *CHECKED)
TRAINED = ("csv", "py", "ipynb", "tensorboard", "mlflow")
"""What only a run that was trained here has."""
FORMS = ("html", *MODELS, "csv", "report", "card", "tensorboard", "mlflow", "py", "ipynb", "npz")
FACTS = (
    "images", "test_accuracy", "agreement", "changed", "gained", "lost", "difference", "milliseconds",
    "scalars",
)  # fmt: skip


@click.command()
@click.argument("run_id")
@click.option(
    "--to", "form", type=click.Choice(FORMS), required=True,
    help="html: one page that reads drawings, or photos, by itself; keras, litert (float32), litert-int8, savedmodel "
    "(a zip file), onnx: the best model. All of these only if it was verified, and the last four after the file itself "
    "has read the run's test images. csv: the metrics and events; report: a report on one HTML page; card: a model "
    "card in Markdown; tensorboard: event files in a zip file; mlflow: a run in the tracking server, or SQLite file, "
    "that -o names; py, ipynb: the script or notebook that trains the network with the run's settings; npz: the own "
    "drawings it was trained on.",
)  # fmt: skip
@click.option(
    "--with-optimizer", is_flag=True,
    help="keras: the model of the last step with its optimizer's state, to be trained on in Keras.",
)  # fmt: skip
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to FILE instead of the terminal; required for models, drawings and event files. mlflow: its address.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about the file; goes with -o FILE.")
def export(run_id: str, form: str, with_optimizer: bool, output: str | None, as_json: bool) -> None:
    """Write a run's best model, or its page, metrics, report, card or Keras code, as a file."""
    from cnn_builder.cli.export_files import ExportRequest, file_of
    from cnn_builder.settings import Settings

    _check_usage(form, with_optimizer, output, as_json)
    with opened(run_id) as (store, run):
        if run.imported and (form in TRAINED or with_optimizer):
            expected = f"Expected --to {', '.join(name for name in FORMS if name not in (*TRAINED, 'npz'))}."
            raise click.ClickException(f"Run {run.run_id} was imported: it has no training to export. {expected}")
        request = ExportRequest(run, store, Settings.from_env(), form, with_optimizer)
        if form == "mlflow":
            _to_mlflow(request, str(output), as_json)
            return
        made = file_of(request)
    if output is None:
        sys.stdout.write(made.content.decode())
        return
    write_output(output, made.content)
    if form in CHECKED and not as_json:
        words = (
            "{images:,} test images: accuracy {test_accuracy:.4f}, {changes} answers changed, {milliseconds} ms each"
        )
        click.echo(words.format(**made.facts, changes=len(made.facts["changed"])), err=True)
    if as_json:
        facts = {name: made.facts[name] for name in FACTS if name in made.facts}
        click.echo(json.dumps({"file": output, "format": form, "bytes": len(made.content), **facts}, allow_nan=False))


def _check_usage(form: str, with_optimizer: bool, output: str | None, as_json: bool) -> None:
    """Raises UsageError where the options do not go together."""
    if form in (*MODELS, "tensorboard", "npz") and output is None:
        what = {"npz": "Drawings", "tensorboard": "Event files"}.get(form, "A model")
        raise click.UsageError(f"{what} cannot be printed: name a file with -o FILE.")
    if form == "mlflow" and output is None:
        raise click.UsageError("Name MLflow's tracking server, such as http://localhost:5000, or a file with -o.")
    if as_json and output is None:
        raise click.UsageError("--json tells of a file: name it with -o FILE.")
    if with_optimizer and form != "keras":
        raise click.UsageError("--with-optimizer goes with --to keras only.")


def _to_mlflow(request: "ExportRequest", target: str, as_json: bool) -> None:
    """Log the run to MLflow, and say where it is."""
    from cnn_builder.cli.export_files import file_of
    from cnn_builder.runs.exports.mlflow_run import log_to_mlflow

    run, store = request.run, request.store
    files = {"model_card.md": file_of(replace(request, form="card")).content}
    made = log_to_mlflow(run, store.metrics(run.run_id, kind="epoch"), store.events(run.run_id), target, files)
    if as_json:
        click.echo(json.dumps({"file": target, "format": "mlflow", **asdict(made)}))
    else:
        click.echo(f"Experiment {made.experiment}, run {made.mlflow_run_id}", err=True)


@click.command()
@click.argument("run_id")
@click.option("--again", is_flag=True, help="Convert and check once more, whatever is kept from before.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per format.")
def formats(run_id: str, again: bool, as_json: bool) -> None:
    """Convert a run's model to every format, check each on the test images, and say which is worth having."""
    from cnn_builder.runs.exports.conversion import convert_model
    from cnn_builder.runs.exports.formats import CHECKED_FORMATS, available_formats, missing_words
    from cnn_builder.runs.exports.kept import kept_check
    from cnn_builder.runs.exports.worth import worth_words
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with opened(run_id) as (_, run):
        pass
    wanted = [form for form in available_formats() if again or kept_check(run, settings, form) is None]
    failed = {form: missing_words(form) for form in CHECKED_FORMATS if form not in available_formats()}
    if wanted:
        failed |= convert_model(run, settings, wanted, lambda step: click.echo(f"{step.words} …", err=True))
    found = {form: kept_check(run, settings, form) for form in CHECKED_FORMATS if form not in failed}
    checks = {form: check for form, check in found.items() if check is not None}
    worth = worth_words(checks)
    for form, check in checks.items():
        if as_json:
            facts = {name: value for name, value in asdict(check).items() if name in FACTS or name == "bytes"}
            click.echo(json.dumps({"format": form, **facts, "worth": worth[form]}, allow_nan=False))
        else:
            numbers = f"{check.bytes:>12,} B  accuracy {check.test_accuracy:.4f}  {check.milliseconds:>7.3f} ms"
            click.echo(f"{form:<12}{numbers}  {len(check.changed):>5} changed  {worth[form]}")
    for form, reason in failed.items():
        click.echo(f"{form}: {reason}", err=True)
