"""`runs import`: a model from elsewhere becomes a run."""

import json
from pathlib import Path

import click


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", metavar="NAME", help="Test the model on this data set; it gives its classes their names.")
@click.option("--name", help="Name of the run; without it, that of the model.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON on stdout: one object.")
def import_model(file: Path, dataset: str | None, name: str | None, as_json: bool) -> None:
    """Import a .keras or .h5 model FILE with its weights as a finished run. It is read as data and never run.

    Images reach a model with pixels from 0 to 1. Without a data set, the model has no test accuracy.
    """
    from cnn_builder.architecture.errors import CnnBuilderError
    from cnn_builder.runs import Store
    from cnn_builder.runs.model_import.adding import import_model as add
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open_own(settings) as store:
        try:
            run = add(file, store, settings, dataset, name)
        except CnnBuilderError as error:
            raise click.ClickException(f"{file}: {' '.join(str(error).split())}") from error
        events = store.events(run.run_id)
    if as_json:
        values = {
            "run_id": run.run_id, "name": run.name, "dataset": run.dataset or None, "total_params": run.total_params,
            "test_accuracy": run.test_accuracy,
        }  # fmt: skip
        click.echo(json.dumps(values, allow_nan=False))
        return
    score = "" if run.test_accuracy is None else f"  test accuracy {run.test_accuracy:.4f}"
    click.echo(f"imported {run.run_id}  {run.name}  {run.total_params:,} parameters{score}")
    for event in events[1:]:
        click.echo(f"{event.text}.", err=True)
