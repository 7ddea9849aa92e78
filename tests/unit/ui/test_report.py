"""What a run gives away: the report, the model's file, the names of files, the command."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import keras_code
from cnn_builder.cli import main
from cnn_builder.data import load_dataset
from cnn_builder.engine.evaluation_counts import evaluated
from cnn_builder.figures.line_chart import Line, line_chart, nice_ticks
from cnn_builder.figures.report import Reported, report
from cnn_builder.figures.shares import points
from cnn_builder.runs import Event, LocalLauncher, Metric, Run, RunSettings, Store, StoreError, Supervisor
from cnn_builder.runs.layer_statistics.kept import append_statistics
from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics, LayerStatistics
from cnn_builder.runs.models import RunDrawings
from cnn_builder.runs.results import evaluation as kept
from cnn_builder.runs.results.drawing_score import DrawingScore, to_evaluation
from cnn_builder.runs.results.model_file import digest, model_file, refusal
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from cnn_builder.ui.train.run_files import file_name
from tests.support.paths import APP

NASTY = '<img src=x onerror="alert(1)"> & co'


@pytest.fixture
def run(store: Store, settings: Settings) -> Run:
    """A run that ended, with a verified file in the place of its model and an evaluation."""
    store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(epochs=2), name=NASTY)
    claimed = store.claim_next(1)
    assert claimed is not None
    run_id, folder = claimed.run_id, settings.run_folder(claimed.run_id)
    store.begin(run_id, 20)
    rows = [Metric(epoch, epoch * 10, "epoch", 1 / epoch, 0.8, 0.5, 0.9) for epoch in (1, 2)]
    store.append(run_id, rows)
    store.beat(run_id, 20, 2)
    digits = load_dataset("digits")
    read = (digits.y_test + (np.arange(len(digits.y_test)) % 20 == 0)) % 10
    kept.write_evaluation(folder, evaluated(digits, read, np.full((len(read), 10), 0.1)))
    (folder / BEST).write_bytes(b"a model")
    model = {"verified": True, "images": 100, "difference": 0.0, "sha256": digest(folder / BEST)}
    evaluation = {"images": len(read), "details": True, "samples": [], "model": model}
    store.finish(
        run_id, "finished", None, {"test_accuracy": 0.95, "test_loss": 0.2, "best_epoch": 2, "evaluation": evaluation}
    )
    store.set_notes(run_id, "<b>one</b>\ntwo")
    store.set_tags(run_id, ["<i>tag</i>"])
    return store.get(run_id)


def written(run: Run, store: Store, settings: Settings) -> str:
    details = kept.read_evaluation(settings.run_folder(run.run_id))
    return report(Reported(run, store.metrics(run.run_id, kind="epoch"), details))


class Tags(HTMLParser):
    """Every tag with its attributes, and whether tags close in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_the_report_needs_nothing_else_and_escapes_what_people_wrote(
    run: Run, store: Store, settings: Settings
) -> None:
    text = written(run, store, settings)
    tags = Tags(text).found
    assert "http" not in text and "url(" not in text and "@import" not in text
    assert {tag for tag, _ in tags} & {"script", "link", "iframe", "a", "object"} == set()
    sources = [attributes.get("src") or "" for tag, attributes in tags if tag == "img"]
    assert len(sources) == 12 and all(source.startswith("data:image/png;base64,") for source in sources)
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    assert "&lt;b&gt;one&lt;/b&gt;" in text and "&lt;i&gt;tag&lt;/i&gt;" in text and "onerror=&quot;" in text
    assert len(text) < 1_000_000


def test_the_report_says_what_there_is(run: Run, store: Store, settings: Settings) -> None:
    text = written(run, store, settings)
    for words in (
        "0.9500",
        "95 % confidence interval 0.92",
        "best epoch 2 by validation accuracy",
        "Confusion matrix",
        "421,642",
        "layers.Conv2D(32",
    ):
        assert words in text
    assert text.count("<svg") == 2
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td>([^<]*)</td></tr>', text.partition("<h2>Settings")[2])
    assert ("Data set", "Digits 8×8 (built in)") in rows and ("Validation", "validation split 10 %") in rows
    assert not any("_" in cell for row in rows for cell in row)


def test_the_report_says_what_own_drawings_did(run: Run, store: Store) -> None:
    taken = RunDrawings(24, 8, "0123456789ab")
    score = to_evaluation(DrawingScore(7, 8, 5, "r", "L2, trained without your drawings"))
    drawn = replace(
        run,
        settings=RunSettings(epochs=2, own_drawings=True),
        drawings=taken,
        evaluation={**(run.evaluation or {}), "drawings": score},
    )
    text = report(Reported(drawn, store.metrics(run.run_id, kind="epoch"), None))
    Tags(text)
    assert "Own test drawings: 5 of 8 before → 7 of 8. " in text and "Before: L2, trained without" in text
    assert "24 own drawings added, 8 only test (fingerprint 0123456789ab)" in text
    assert f"drawings-{run.run_id}.npz" in text  # its code loads what the run offers


def test_what_happened_on_the_way_is_in_the_report_the_csv_and_the_code(
    run: Run, store: Store, settings: Settings
) -> None:
    store.add_event(run.run_id, Event("learning_rate", 10, 1, 0.0002))
    store.add_event(run.run_id, Event("resumed", 10, 1))
    events = store.events(run.run_id)
    text = report(Reported(run, store.metrics(run.run_id, kind="epoch"), None, events))
    assert "After step 10: learning rate 0.0002" in text and "Resumed after step 10" in text
    assert text.count('class="event"') == 6 and "Learning rate by epoch" in text  # two marks in three charts
    assert "{10: 0.0002}" in text and "epochs=2" in text  # the code repeats the change
    lines = export(run.run_id, "--to", "csv").stdout.splitlines()
    assert lines[0].endswith(",seconds,learning_rate,event")
    assert lines[1].startswith("epoch,1,10,") and lines[1].endswith(",0.001,")
    assert lines[2] == "event,1,10,,,,,,0.0002,After step 10: learning rate 0.0002"
    assert lines[3] == "event,1,10,,,,,,,Resumed after step 10"
    assert lines[4].startswith("epoch,2,20,") and lines[4].endswith(",0.0002,")


def test_a_run_gives_its_code_and_its_notebook(run: Run) -> None:
    script = export(run.run_id, "--to", "py").stdout
    assert keras_code.parse_code(script) == run.architecture and "batch_size=32, epochs=2" in script
    notebook = export(run.run_id, "--to", "ipynb").stdout
    assert '"nbformat": 4' in notebook and "validation_split=0.1" in notebook


def test_the_report_tells_what_was_kept_of_the_layers(run: Run, settings: Settings) -> None:
    assert "<h2>Layers" not in export(run.run_id, "--to", "report").stdout
    made = Distribution.of(np.random.default_rng(0).normal(size=100))
    for epoch in (1, 2):
        layers = (LayerStatistics(0, "Conv2D", made, made, made, 32, 3 + epoch),)
        append_statistics(
            settings.run_folder(run.run_id), EpochStatistics(epoch, 1_064, layers, np.zeros((3, 3, 1, 4)))
        )
    text = export(run.run_id, "--to", "report").stdout
    Tags(text)
    section = text.partition("<h2>Layers")[2].partition("</section>")[0]
    assert "After epoch 2, on 1,064 training images" in section
    assert "1 · Conv2D" in section and "5 of 32" in section and section.count("Filters after epoch") == 2


def test_a_report_of_hardly_anything(store: Store) -> None:
    queued = store.create_run(PRESETS["L3"].architecture, "digits", RunSettings())
    text = report(Reported(queued, [], None))
    Tags(text)
    assert "Confusion" not in text and "<svg" not in text and "queued" in text
    Tags(
        report(Reported(replace(queued, dataset="gone", test_accuracy=0.5), [Metric(1, 1, "epoch", None, None)], None))
    )


def test_a_model_is_given_only_as_it_was_verified(run: Run, settings: Settings) -> None:
    assert model_file(run, settings).read_bytes() == b"a model"
    assert run.evaluation is not None
    wrong = {**run.evaluation, "model": {"verified": False, "reason": "its probabilities differ by up to 0.2"}}
    assert "differ by up to 0.2" in str(refusal(replace(run, evaluation=wrong), settings))
    assert "before models were verified" in str(refusal(replace(run, evaluation=None), settings))
    assert "has not ended" in str(refusal(replace(run, status="running"), settings))
    path = settings.run_folder(run.run_id) / BEST
    path.write_bytes(b"another")
    with pytest.raises(StoreError, match="changed after"):
        model_file(run, settings)
    path.unlink()
    assert refusal(run, settings) == "its file is missing"


def export(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["runs", "export", *arguments])


def test_the_command_writes_each_form(run: Run, tmp_path: Path, settings: Settings) -> None:
    assert export(run.run_id[:9], "--to", "csv").stdout.startswith("kind,epoch,step,loss")
    page = tmp_path / "page.html"
    assert export(run.run_id, "--to", "report", "-o", str(page)).exit_code == 0 and "<svg" in page.read_text()
    model = tmp_path / "mine.keras"
    assert export(run.run_id, "--to", "keras", "-o", str(model)).exit_code == 0 and model.read_bytes() == b"a model"
    assert export(run.run_id, "--to", "keras").exit_code == 2
    gone = export(run.run_id, "--to", "csv", "-o", str(tmp_path / "no" / "where.csv"))
    assert gone.exit_code == 1 and gone.stderr.count("\n") == 1
    (settings.run_folder(run.run_id) / BEST).unlink()
    refused = export(run.run_id, "--to", "keras", "-o", str(model))
    assert refused.exit_code == 1 and "cannot be exported: its file is missing" in refused.stderr
    assert export("zzzzzzzz", "--to", "csv").exit_code == 1


def test_files_have_names_that_every_system_takes(run: Run) -> None:
    assert re.fullmatch(r"img-src-x-onerror-alert-1-co-[a-z0-9-]+\.keras", file_name(run, "keras"))
    assert file_name(replace(run, name="数字"), "csv") == f"run-{run.run_id}.csv"
    assert len(file_name(replace(run, name="x" * 120), "csv")) < 100


def train_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    opened = AppTest.from_file(APP, default_timeout=60)
    opened.query_params["run"] = run.run_id
    at = opened.run().switch_page("pages/train.py").run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    html = [block.proto.body for block in at.get("html")]
    return " ".join([*html, *(box.value for box in (*at.markdown, *at.caption))]).replace("\\", "")


def test_the_train_page_shows_where_a_run_errs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    at = train_page(run, monkeypatch)
    said = shown(at)
    assert "95 % confidence interval **0.92" in said and "Misclassified images** · 18 of 360 test images" in said
    assert [button.proto.label for button in at.get("download_button")] == [
        "Page", "Report", "Model card", "Model", "Metrics", "TensorBoard", "Notebook", "Code",
    ]  # fmt: skip
    key = f"errors-{run.run_id}"
    at.segmented_control(key).set_value("Scores by class").run()
    assert "Scores by class" in shown(at) and not at.exception
    at.segmented_control(key).set_value("Most confident errors").run()
    assert shown(at).count("<figure") == 12 and not at.exception


def test_the_train_page_says_why_a_run_has_no_page_by_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn_builder.offline.limits.MOST_PARAMS", 400_000)
    at = train_page(run, monkeypatch)
    assert "There is no page by itself of this run: it has 421,642 parameters" in shown(at)
    assert next(button.proto.label for button in at.get("download_button")) == "Report"


def test_a_run_of_before_is_shown_as_it_was(run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.run_folder(run.run_id) / kept.FILE).write_text("damaged")
    (settings.run_folder(run.run_id) / BEST).unlink()
    at = train_page(run, monkeypatch)
    said = shown(at)
    assert "Misclassified images" not in said and "95 % confidence interval" in said and "its file is missing" in said
    labels = [button.proto.label for button in at.get("download_button")]
    assert labels == ["Report", "Model card", "Metrics", "TensorBoard", "Notebook", "Code"]


def test_lines_and_ticks() -> None:
    assert nice_ticks(0.61, 0.97, 5) == [0.6, 0.7, 0.8, 0.9, 1.0]
    assert nice_ticks(1, 4, 8, whole=True) == [1, 2, 3, 4]
    assert nice_ticks(0.5, 0.5, 5)[0] <= 0.5 <= nice_ticks(0.5, 0.5, 5)[-1]
    assert line_chart("Loss", [Line("training", "train", [])]) == ""
    assert "<circle" in line_chart("Loss", [Line("training", "train", [(1.0, 0.0)])])


def test_a_difference_is_in_points_with_its_sign() -> None:
    assert (points(0.012), points(-0.0035), points(0.00001)) == ("+1.20", "−0.35", "0.00")
