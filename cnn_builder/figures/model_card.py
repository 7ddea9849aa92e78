"""A model card in Markdown: what the model is for, what it was trained on, what it is worth, and where it fails.

After M. Mitchell et al., "Model Cards for Model Reporting", FAT* 2019, as far as a run knows it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cnn_builder import __version__
from cnn_builder.architecture import trace
from cnn_builder.architecture.memory import bytes_text
from cnn_builder.data import dataset_title, find_dataset
from cnn_builder.figures.locale_text import in_english
from cnn_builder.figures.robustness_table import robustness_effect, robustness_limit
from cnn_builder.figures.shares import range_text, share
from cnn_builder.figures.trace_markdown import trace_markdown
from cnn_builder.runs.exports.formats import CHECKED_FORMATS
from cnn_builder.runs.exports.worth import worth_words
from cnn_builder.runs.image_counts import images_of
from cnn_builder.runs.image_kind import settings_for_run
from cnn_builder.runs.results.best_epoch import best_words
from cnn_builder.runs.results.card_facts import CardFacts
from cnn_builder.runs.results.drawing_score import drawing_score, drawing_score_words
from cnn_builder.runs.results.event_words import history_words
from cnn_builder.runs.results.run_labels import status_words
from cnn_builder.runs.results.score_comparison import scored
from cnn_builder.runs.results.seeds import seed_words
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.settings.diff import settings_given

CONFUSIONS = 5
_SPECIAL = "\\`*_{}[]<>#|~$&"


@in_english()
def model_card(facts: CardFacts) -> str:
    """The card, from its title to the versions. A run that has not ended has a card without scores."""
    parts = [_head(facts), _data(facts), _training(facts), _scores(facts), _classes(facts), _formats(facts)]
    parts += [_robustness(facts)]
    parts += [_section("Network", [trace_markdown(facts.run.architecture, trace(facts.run.architecture)).rstrip()])]
    return "\n\n".join(filter(None, [*parts, _versions(facts)])) + "\n"


def _head(facts: CardFacts) -> str:
    run = facts.run
    made = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
    status = status_words(run) + (f" ({run.reason})" if run.reason else "")
    lines = [f"# {_escaped(run.name)}", f"Run `{run.run_id}` · {made} · {_escaped(status)}"]
    info = find_dataset(run.dataset, settings_for_run(run))
    if info is not None:
        shape = "×".join(map(str, info.input_shape))
        lines.append(
            f"A convolutional network with {run.total_params:,} parameters that assigns an image ({shape}) to one of "
            f"{len(info.classes)} classes: {_escaped(', '.join(info.classes))}. It names one of these, whatever the "
            "image shows; it was tested only on images like those it was trained on."
        )
    if run.tags:
        lines.append(f"Tags: {_escaped(', '.join(run.tags))}")
    lines += [_escaped(line) for line in run.notes.splitlines() if line.strip()]
    return "\n\n".join(lines)


def _data(facts: CardFacts) -> str:
    run, info = facts.run, find_dataset(facts.run.dataset, settings_for_run(facts.run))
    rows = [("Data set", dataset_title(run.dataset))]
    if info is not None:
        rows.append(("Content", info.story))
        train, validation = images_of(info, run.settings)
        if run.imported is None:
            rows += [("Training images", f"{train:,}"), ("Validation images", f"{validation:,}")]
        found = scored(run)
        rows.append(("Test images", f"{found.images:,}" if found else f"{info.test_size:,}"))
    known = f"{facts.fingerprint}, of all images, labels and class names" if facts.fingerprint else "not known here"
    rows.append(("Fingerprint", known))
    if run.drawings is not None:
        told = f"{run.drawings.train:,} for training, {run.drawings.test:,} for testing, {run.drawings.fingerprint}"
        rows.append(("Own drawings", told))
    return _section("Data", [_table(("", ""), rows)])


def _training(facts: CardFacts) -> str:
    run = facts.run
    if run.imported is not None:
        return _section("Training", [f"Not known: {_escaped(run.imported.words)}, SHA-256 `{run.imported.sha256}`."])
    lines = [_table(("Setting", "Value"), settings_given(run))]
    told = history_words(facts.events)
    if told:
        lines.append("\n".join(f"- {_escaped(line)}" for line in told))
    if facts.metrics:
        last = facts.metrics[-1]
        words = f"Last epoch ({last.epoch}): training loss {share(last.loss)}, accuracy {share(last.accuracy)}"
        if last.val_loss is not None:
            words += f"; validation loss {share(last.val_loss)}, accuracy {share(last.val_accuracy)}"
        lines.append(f"{words}.")
    return _section("Training", lines)


def _scores(facts: CardFacts) -> str:
    run, found = facts.run, scored(facts.run)
    if run.test_accuracy is None:
        return _section("Scores", ["There is no test accuracy."])
    lines = [f"**Test accuracy {run.test_accuracy:.4f}**"]
    if found is not None:
        lines[0] += f", 95 % confidence interval {range_text(found.interval)} ({found.images:,} test images)"
    lines[0] += "."
    if run.settings.validation_data == "test" and run.imported is None:
        lines.append("The test images were also used for validation: the score is not an independent measurement.")
    if run.test_loss is not None:
        lines.append(f"Test loss {run.test_loss:.4f}.")
    if run.best_epoch is not None:
        words = best_words(run.settings, run.best_epoch)
        lines.append(f"{words[:1].upper()}{words[1:]}.")
    if facts.seeds is not None:
        lines.append(f"{seed_words(facts.seeds)}")
    drawn = drawing_score(run)
    if drawn is not None:
        lines.append(f"Own test drawings: {drawing_score_words(drawn)}.")
    return _section("Scores", lines)


def _classes(facts: CardFacts) -> str:
    details = facts.details
    if details is None:
        return ""
    rows = [
        (one.name, f"{one.images:,}", share(one.precision), share(one.recall), share(one.f1))
        for one in details.class_scores()
    ]
    lines = [_table(("Class", "Test images", "Precision", "Recall", "F1"), rows)]
    confusions = [
        (int(count), details.classes[actual], details.classes[read])
        for actual, counts in enumerate(details.confusion.tolist())
        for read, count in enumerate(counts)
        if actual != read and count
    ]
    if confusions:
        most = sorted(confusions, key=lambda one: -one[0])[:CONFUSIONS]
        lines.append("Most frequent errors:")
        lines.append("\n".join(f"- {_escaped(a)} predicted as {_escaped(b)}: {count:,}" for count, a, b in most))
    return _section("By class", lines)


def _robustness(facts: CardFacts) -> str:
    if not facts.robustness:
        return ""
    rows = [
        (PERTURBATIONS[row.key].title, robustness_limit(row), row.layer, robustness_effect(row))
        for row in facts.robustness
    ]
    head = ("Perturbation", "Accuracy", "Layer that should help", "Measured effect")
    return _section("What breaks it", [_table(head, rows)])


def _formats(facts: CardFacts) -> str:
    if len(facts.checks) < 2:
        return ""
    worth = worth_words(facts.checks)
    rows = [
        (
            CHECKED_FORMATS[form].title, bytes_text(check.bytes), share(check.test_accuracy), f"{len(check.changed):,}",
            f"{check.milliseconds:.2f}", worth[form],
        )
        for form, check in facts.checks.items()
    ]  # fmt: skip
    head = ("Format", "Size", "Test accuracy", "Answers changed", "ms an image", "")
    return _section("Formats", [_table(head, rows)])


def _versions(facts: CardFacts) -> str:
    recorded = (facts.run.evaluation or {}).get("versions")
    told = [f"- {name} {version}" for name, version in (recorded or {}).items()]
    told += [f"- trained on {_escaped(facts.run.device)}"] if facts.run.device else []
    lines = ["\n".join(told)] if told else ["The versions that trained this model were not recorded."]
    model = (facts.run.evaluation or {}).get("model") or {}
    if model.get("sha256"):
        lines.append(f"The model's file (`.keras`) has SHA-256 `{model['sha256']}`.")
    return _section("Versions", [*lines, f"This card was written by CNN Builder {__version__}."])


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n\n".join([f"## {title}", *lines])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def body() -> Iterator[str]:
        for row in rows:
            yield line(_escaped(" ".join(cell.split())) for cell in row)

    return "\n".join([line(head), line("---" for _ in head), *body()])


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)
