"""What `runs export` writes: the content of each form, with what was measured of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cnn_builder.runs import Run, Store
    from cnn_builder.runs.results.engine_exports import ExportedFile
    from cnn_builder.settings import Settings


@dataclass(frozen=True)
class ExportRequest:
    """The run and the form that are asked for, and where the run is from."""

    run: "Run"
    store: "Store"
    settings: "Settings"
    form: str
    with_optimizer: bool = False


def file_of(request: ExportRequest) -> "ExportedFile":
    """The file that is asked for. Raises CnnBuilderError, ClickException, OSError."""
    return _WRITERS.get(request.form, _checked)(request)


def _page(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.offline.page import offline_page

    return offline_page(request.run, request.settings)


def _keras(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.runs.results.engine_exports import ExportedFile
    from cnn_builder.runs.results.model_file import model_file, model_with_optimizer

    if request.with_optimizer:
        return ExportedFile(model_with_optimizer(request.run, request.settings))
    facts = {"test_accuracy": request.run.test_accuracy, "agreement": 1.0}
    return ExportedFile(model_file(request.run, request.settings).read_bytes(), facts)


def _checked(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.runs.exports.conversion import checked_export
    from cnn_builder.runs.exports.kept import kept_content
    from cnn_builder.runs.results.engine_exports import ExportedFile

    check = checked_export(request.run, request.settings, request.form)
    return ExportedFile(kept_content(request.run, request.settings, request.form), asdict(check))


def _tensorboard(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.runs.results.engine_exports import exported_file

    return exported_file(request.run, request.settings, request.form)


def _csv(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.runs.results.engine_exports import ExportedFile
    from cnn_builder.runs.results.table import metrics_csv

    run, store = request.run, request.store
    return ExportedFile(metrics_csv(run, store.metrics(run.run_id), store.events(run.run_id)).encode())


def _drawings(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.runs.results.engine_exports import ExportedFile

    drawings = request.store.drawings(request.run.run_id)
    if drawings is None:
        raise click.ClickException(f"Run {request.run.run_id} was not trained on own drawings.")
    return ExportedFile(drawings.to_npz())


def _report(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.figures.report import Reported, report
    from cnn_builder.runs.layer_statistics.kept import read_statistics
    from cnn_builder.runs.results.engine_exports import ExportedFile
    from cnn_builder.runs.results.evaluation import read_evaluation
    from cnn_builder.runs.robustness.rows import robustness_rows

    run, store = request.run, request.store
    kept = read_evaluation(request.settings.run_folder(run.run_id)) if (run.evaluation or {}).get("details") else None
    rows = robustness_rows(run, request.settings, store.list(None))
    layers = read_statistics(request.settings.run_folder(run.run_id))
    reported = Reported(run, store.metrics(run.run_id, kind="epoch"), kept, store.events(run.run_id), rows, layers)
    return ExportedFile(report(reported).encode())


def _card(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.figures.model_card import model_card
    from cnn_builder.runs.results.card_facts import card_facts
    from cnn_builder.runs.results.engine_exports import ExportedFile

    return ExportedFile(model_card(card_facts(request.run, request.store, request.settings)).encode())


def _code(request: ExportRequest) -> "ExportedFile":
    from cnn_builder.runs.results.drawing_score import drawings_file
    from cnn_builder.runs.results.engine_exports import ExportedFile
    from cnn_builder.runs.results.training_code import run_notebook, run_script

    run, write = request.run, run_script if request.form == "py" else run_notebook
    events = request.store.events(run.run_id)
    return ExportedFile(write(run.architecture, run.dataset, run.settings, events, drawings_file(run)).encode())


_WRITERS: dict[str, Callable[[ExportRequest], "ExportedFile"]] = {
    "html": _page,
    "keras": _keras,
    "tensorboard": _tensorboard,
    "csv": _csv,
    "npz": _drawings,
    "report": _report,
    "card": _card,
    "py": _code,
    "ipynb": _code,
}
