"""A run as one HTML page that needs nothing else: no script, no link, no font from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from cnn_builder import __version__
from cnn_builder.architecture import keras_code, trace
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data import DATASETS
from cnn_builder.figures.classes_table import classes_table
from cnn_builder.figures.confusion import confusion_table
from cnn_builder.figures.line_chart import Line, line_chart
from cnn_builder.figures.pictures import pictures_html, tiles_of
from cnn_builder.figures.shares import range_text
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.runs.evaluation import Evaluation
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.scored import scored
from cnn_builder.runs.settings_diff import settings_given

MISTAKES = 12
_STYLE = Path(__file__).with_name("report.css")


@dataclass(frozen=True)
class Reported:
    """What a report is made of; `metrics` are the epochs', `details` None where none were kept."""

    run: Run
    metrics: Sequence[Metric]
    details: Evaluation | None


def report(reported: Reported) -> str:
    """The page: score, curves, network, settings, errors, code. `run` may be at any stage."""
    run = reported.run
    parts = [_head(run), _curves(reported), _network(run), _settings(run), _errors(reported.details), _code(run)]
    name = escape(run.name)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>{''.join(parts)}</main>"
        f"<footer>Run {escape(run.run_id)} · CNN Builder {__version__}</footer></body></html>\n"
    )


def _head(run: Run) -> str:
    data = DATASETS[run.dataset].title if run.dataset in DATASETS else run.dataset
    made = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
    facts = [data, f"{run.total_params:,} parameters", made, run.status + (f" ({run.reason})" if run.reason else "")]
    lines = [f"<h1>{escape(run.name)}</h1>", f'<p class="faint">{escape(" · ".join(facts))}</p>']
    if run.tags:
        lines.append(f'<p class="faint">Tags: {escape(", ".join(run.tags))}</p>')
    lines += [f"<p>{escape(line)}</p>" for line in run.notes.splitlines()]
    if run.test_accuracy is not None:
        lines.append(f'<p class="score">{run.test_accuracy:.4f}</p><p>{escape(_score(run))}</p>')
    return f"<header>{''.join(lines)}</header>"


def _score(run: Run) -> str:
    found, words = scored(run), ["test accuracy"]
    if found is not None:
        words[0] += f" on {found.images:,} images, 95 % interval {range_text(found.interval)}"
    if run.settings.validation_data == "test":
        words.append("the test images also validated")
    if run.test_loss is not None:
        words.append(f"test loss {run.test_loss:.4f}")
    if run.best_epoch is not None:
        words.append(f"best epoch {run.best_epoch}")
    if run.seconds is not None:
        words.append(f"trained in {run.seconds:,.1f} s")
    return " · ".join(words)


def _curves(reported: Reported) -> str:
    rows = [row for row in reported.metrics if row.kind == "epoch"]
    best = float(reported.run.best_epoch) if reported.run.best_epoch is not None else None
    charts = []
    for title, name in (("Accuracy", "accuracy"), ("Loss", "loss")):
        lines = [Line("training", "train", _points(rows, name))]
        lines.append(Line("validation", "validation", _points(rows, f"val_{name}")))
        charts.append(line_chart(title, lines, best))
    if not any(charts):
        return ""
    return _section("Curves", f'<div class="charts">{"".join(f"<div>{chart}</div>" for chart in charts)}</div>')


def _points(rows: Sequence[Metric], name: str) -> list[tuple[float, float]]:
    found = ((float(row.epoch), getattr(row, name)) for row in rows)
    return [(epoch, value) for epoch, value in found if value is not None]


def _network(run: Run) -> str:
    return _section("Network", trace_table(run.architecture, trace(run.architecture), None))


def _settings(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(_value(value))}</td></tr>'
        for name, value in [("dataset", run.dataset), *settings_given(run.settings)]
    )
    return _section("Settings", f'<div class="cnn-table"><table><tbody>{rows}</tbody></table></div>')


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _errors(details: Evaluation | None) -> str:
    if details is None:
        return ""
    parts = [_section("Confusion matrix", confusion_table(details.classes, details.confusion))]
    parts.append(_section("Classes", classes_table(details.class_scores())))
    mistakes = details.mistakes(MISTAKES)
    if mistakes:
        parts.append(_section("Surest mistakes", _pictures(details, mistakes)))
    return "".join(parts)


def _pictures(details: Evaluation, places: list[int]) -> str:
    try:
        return pictures_html(details, tiles_of(details), places, "mistake")
    except ValueError as error:
        return f'<p class="faint">{escape(str(error))}</p>'


def _code(run: Run) -> str:
    try:
        code = keras_code.write(run.architecture)
    except CnnBuilderError as error:
        code = f"# {error}"
    return _section("Keras code", f'<pre tabindex="0">{escape(code)}</pre>')


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"
