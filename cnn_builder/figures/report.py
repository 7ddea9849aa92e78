"""A run as one HTML page that needs nothing else: no script, no link, no font from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from cnn_builder import __version__
from cnn_builder.architecture import trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import dataset_title
from cnn_builder.figures.classes_table import classes_table
from cnn_builder.figures.confusion import confusion_table
from cnn_builder.figures.curves import marks
from cnn_builder.figures.layer_statistics import filters_html, layers_table, layers_words
from cnn_builder.figures.line_chart import Line, line_chart
from cnn_builder.figures.locale_text import in_english
from cnn_builder.figures.pictures import pictures_html, tiles_of
from cnn_builder.figures.robustness_table import robustness_table
from cnn_builder.figures.shares import range_text
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.runs.layer_statistics.statistics import EpochStatistics
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.best_epoch import best_words
from cnn_builder.runs.results.drawing_score import (
    drawing_score,
    drawing_score_detail,
    drawing_score_words,
    drawings_file,
)
from cnn_builder.runs.results.evaluation import Evaluation
from cnn_builder.runs.results.event_words import history_words
from cnn_builder.runs.results.learning_rates import rates_of
from cnn_builder.runs.results.run_labels import status_words
from cnn_builder.runs.results.score_comparison import scored
from cnn_builder.runs.results.training_code import run_script
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.robustness.rows import RobustnessRow
from cnn_builder.runs.settings.diff import settings_given
from cnn_builder.runs.store.events import Event

MISTAKES = 12
_STYLE = Path(__file__).with_name("report.css")


@dataclass(frozen=True)
class Reported:
    """What a report is made of; `metrics` are the epochs', `details` None where none were kept, `events` in order.

    `robustness` is what was measured of it and `layers` what was kept of its layers, by epoch; empty where nothing was.
    """

    run: Run
    metrics: Sequence[Metric]
    details: Evaluation | None
    events: Sequence[Event] = ()
    robustness: Sequence[RobustnessRow] = ()
    layers: Sequence[EpochStatistics] = ()


@in_english()
def report(reported: Reported) -> str:
    """The page: score, curves, events, network, settings, errors, layers, what breaks it, code."""
    run = reported.run
    trained = run.imported is None  # else its settings are not known, and its code would train another network
    parts = [
        _head(run), _curves(reported), _events(reported.events), _network(run), _settings(run) * trained,
        _errors(reported.details), _layers(reported.layers), _robustness(reported.robustness),
        _code(reported) * trained,
    ]  # fmt: skip
    name = escape(run.name)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>{''.join(parts)}</main>"
        f"<footer>Run {escape(run.run_id)} · CNN Builder {__version__}</footer></body></html>\n"
    )


def _head(run: Run) -> str:
    data = dataset_title(run.dataset)
    made = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
    status = status_words(run) + (f" ({run.reason})" if run.reason else "")
    facts = [data, f"{run.total_params:,} parameters", made, status]
    lines = [f"<h1>{escape(run.name)}</h1>", f'<p class="faint">{escape(" · ".join(facts))}</p>']
    if run.tags:
        lines.append(f'<p class="faint">Tags: {escape(", ".join(run.tags))}</p>')
    lines += [f"<p>{escape(line)}</p>" for line in run.notes.splitlines()]
    if run.test_accuracy is not None:
        lines.append(f'<p class="score">{run.test_accuracy:.4f}</p><p>{escape(_score(run))}</p>')
    drawn = drawing_score(run)
    if drawn is not None:
        said = f"Own test drawings: {drawing_score_words(drawn)}. {drawing_score_detail(drawn)}"
        lines.append(f"<p>{escape(said)}</p>")
    return f"<header>{''.join(lines)}</header>"


def _score(run: Run) -> str:
    found, words = scored(run), ["test accuracy"]
    if found is not None:
        words[0] += f" on {found.images:,} images, 95 % confidence interval {range_text(found.interval)}"
    if run.settings.validation_data == "test":
        words.append("the test images were also used for validation")
    if run.test_loss is not None:
        words.append(f"test loss {run.test_loss:.4f}")
    if run.best_epoch is not None:
        words.append(best_words(run.settings, run.best_epoch))
    if run.seconds is not None:
        words.append(f"trained in {run.seconds:,.1f} s" + (f" on {run.device}" if run.device else ""))
    return " · ".join(words)


def _curves(reported: Reported) -> str:
    rows = [row for row in reported.metrics if row.kind == "epoch"]
    best = float(reported.run.best_epoch) if reported.run.best_epoch is not None else None
    charts = []
    for title, name in (("Accuracy", "accuracy"), ("Loss", "loss")):
        lines = [Line("training", "train", _points(rows, name))]
        lines.append(Line("validation", "validation", _points(rows, f"val_{name}")))
        charts.append(line_chart(title, lines, best, _marks(reported)))
    rates = rates_of(reported.run, rows, reported.events)
    if len(set(rates)) > 1:
        points = [(float(row.epoch), rate) for row, rate in zip(rows, rates, strict=True)]
        charts.append(line_chart("Learning rate", [Line("end of the epoch", "train", points)], None, _marks(reported)))
    if not any(charts):
        return ""
    return _section("Curves", f'<div class="charts">{"".join(f"<div>{chart}</div>" for chart in charts)}</div>')


def _marks(reported: Reported) -> list[float]:
    """The epochs at which something happened."""
    per_epoch = (reported.run.total_steps or 0) / reported.run.settings.epochs
    return [x for x, _ in marks(reported.events, per_epoch)]


def _events(events: Sequence[Event]) -> str:
    if not events:
        return ""
    lines = "".join(f"<li>{escape(line)}</li>" for line in history_words(events))
    return _section("Events", f"<ul>{lines}</ul>")


def _points(rows: Sequence[Metric], name: str) -> list[tuple[float, float]]:
    found = ((float(row.epoch), getattr(row, name)) for row in rows)
    return [(epoch, value) for epoch, value in found if value is not None]


def _network(run: Run) -> str:
    return _section("Network", trace_table(run.architecture, trace(run.architecture), None))


def _settings(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(title)}</th><td>{escape(value)}</td></tr>' for title, value in settings_given(run)
    )
    return _section("Settings", f'<div class="cnn-table"><table><tbody>{rows}</tbody></table></div>')


def _errors(details: Evaluation | None) -> str:
    if details is None:
        return ""
    parts = [_section("Confusion matrix", confusion_table(details.classes, details.confusion))]
    parts.append(_section("Scores by class", classes_table(details.class_scores())))
    mistakes = details.mistakes(MISTAKES)
    if mistakes:
        parts.append(_section("Most confident errors", _pictures(details, mistakes)))
    return "".join(parts)


def _layers(epochs: Sequence[EpochStatistics]) -> str:
    if not epochs:
        return ""
    latest, filters = epochs[-1], filters_html(epochs)
    told = f'<p class="faint">{escape(layers_words(latest))}</p>{layers_table(latest)}'
    if filters:
        told += f'<p class="faint">Filters of the first convolution, by epoch</p>{filters}'
    return _section("Layers", told)


def _robustness(rows: Sequence[RobustnessRow]) -> str:
    if not rows:
        return ""
    charts = []
    for row in rows:
        if isinstance(row.curve, str):
            continue
        lines = [Line("this run", "train", list(zip(row.curve.levels, row.curve.accuracies, strict=True)))]
        if row.after is not None:
            points = list(zip(row.after.levels, row.after.accuracies, strict=True))
            lines.append(Line(f"with {row.layer}", "validation", points))
        perturbation = PERTURBATIONS[row.key]
        charts.append(f"<div>{line_chart(perturbation.title, lines, axis=perturbation.axis)}</div>")
    return _section("What breaks it", f'{robustness_table(rows)}<div class="charts">{"".join(charts)}</div>')


def _pictures(details: Evaluation, places: list[int]) -> str:
    try:
        return pictures_html(details, tiles_of(details), places, "mistake")
    except ValueError as error:
        return f'<p class="faint">{escape(str(error))}</p>'


def _code(reported: Reported) -> str:
    run = reported.run
    try:
        code = run_script(run.architecture, run.dataset, run.settings, reported.events, drawings_file(run))
    except CnnBuilderError as error:
        code = f"# {error}"
    return _section("Keras code", f'<pre tabindex="0">{escape(code)}</pre>')


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"
