"""Comparing runs without a browser: the table, its filter and CSV, the verdict, the page's script."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import load_dataset
from cnn_builder.engine.evaluation_counts import evaluated
from cnn_builder.figures.many_curves import MEASURES, ComparedRun, many_curves
from cnn_builder.figures.score_scatter import Point, log_ticks, score_scatter
from cnn_builder.figures.verdict import verdict_words
from cnn_builder.runs import Event, Metric, Run, RunSettings, Store
from cnn_builder.runs.results import evaluation as kept
from cnn_builder.runs.results.confidence_interval import wilson
from cnn_builder.runs.results.evaluation import Evaluation
from cnn_builder.runs.results.run_labels import differences
from cnn_builder.runs.results.score_comparison import Scored, scored, verdict
from cnn_builder.runs.results.table import COLUMNS, Filter, epochs_trained, metrics_csv, runs_csv
from cnn_builder.runs.settings.diff import settings_difference
from cnn_builder.settings import Settings
from cnn_builder.ui.compare.runs import named_by_letter
from cnn_builder.ui.compare.table import first_chosen, frame
from tests.support.paths import APP

IMAGES = 360


def details(wrong: range) -> Evaluation:
    """The digits' test images, some of them read as the next digit."""
    digits = load_dataset("digits")
    read = digits.y_test.copy()
    read[wrong] = (read[wrong] + 1) % 10
    return evaluated(digits, read, np.full((len(read), 10), 0.1))


def finished(store: Store, home: Path, preset: str = "L2", wrong: range | None = None, **asked: object) -> Run:
    """A run that ended; with an evaluation where it is said which images it reads wrong."""
    store.create_run(PRESETS[preset].architecture, "digits", RunSettings(**asked))
    run = store.claim_next(1)
    assert run is not None
    store.begin(run.run_id, 20)
    rows = [Metric(epoch, epoch * 10, "epoch", 1 / epoch, 0.8, 0.5, 0.7 + epoch / 10, seconds=1.5) for epoch in (1, 2)]
    store.append(run.run_id, [Metric(1, 5, "step", 1.0, 0.5), *rows])
    store.beat(run.run_id, 20, 2)
    result: dict[str, object] = {"test_accuracy": 0.9, "test_loss": 0.3, "best_epoch": 2, "seconds": 3.0}
    if wrong is not None:
        kept.write_evaluation(Settings(home=home).run_folder(run.run_id), details(wrong))
        result |= {
            "test_accuracy": 1 - len(wrong) / IMAGES,
            "evaluation": {"images": IMAGES, "details": True, "samples": []},
        }
    store.finish(run.run_id, "finished", None, result)
    return store.get(run.run_id)


def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    opened = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/compare.py").run()
    assert not opened.exception
    return opened


def words(at: AppTest) -> str:
    return " ".join(box.value for box in (*at.markdown, *at.caption, *at.info, *at.error)).replace("\\", "")


def test_the_score_knows_of_how_many_images_it_is(store: Store, own_home: Path) -> None:
    run = finished(store, own_home, test_limit=100)
    assert scored(run) == Scored(90, 100, wilson(90, 100))
    assert scored(replace(run, dataset="gone")) is None and scored(replace(run, test_accuracy=None)) is None


def test_the_filter(store: Store, own_home: Path) -> None:
    one, other = finished(store, own_home), finished(store, own_home, "LeNet-5", seed=1)
    one = store.set_tags(one.run_id, ["baseline", "class"])
    runs = [one, other]

    def taken(wanted: Filter) -> list[Run]:
        return [run for run in runs if wanted.takes(run)]

    assert taken(Filter()) == runs
    assert taken(Filter("BASE")) == [one] and taken(Filter("lenet")) == [other] and taken(Filter("base lenet")) == []
    assert taken(Filter(tags=("class",))) == [one] and taken(Filter(tags=("class", "other"))) == []
    assert taken(Filter(datasets=("mnist",))) == [] and taken(Filter(statuses=("finished",))) == runs


def test_the_csv_runs_nothing_in_a_spreadsheet(store: Store, own_home: Path) -> None:
    run = finished(store, own_home)
    for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\u00a0=1"):
        run = store.rename(run.run_id, name)
        (row,) = csv.DictReader(io.StringIO(runs_csv([run], store.events)))
        assert row["name"].lstrip("\u00a0").startswith(("'", "=1")) and tuple(row) == COLUMNS
    store.rename(run.run_id, "=1")
    run = store.set_notes(run.run_id, "=2\nand, a comma")
    (row,) = csv.DictReader(io.StringIO(runs_csv([run], store.events)))
    assert (row["name"], row["notes"]) == ("'=1", "'=2\nand, a comma")
    assert float(row["test_accuracy"]) == 0.9 and row["parameters"] == "421642"


def test_the_metrics_csv_has_every_row(store: Store, own_home: Path) -> None:
    run = finished(store, own_home)
    step, first, second = csv.DictReader(
        io.StringIO(metrics_csv(run, store.metrics(run.run_id), store.events(run.run_id)))
    )
    assert (step["kind"], step["val_loss"]) == ("step", "")
    assert (first["epoch"], second["epoch"], float(second["val_accuracy"])) == ("1", "2", pytest.approx(0.9))
    assert [row.epoch for row in store.metrics(run.run_id, kind="epoch")] == [1, 2]


def test_the_verdict_is_by_the_images(store: Store, own_home: Path) -> None:
    one, other = finished(store, own_home), finished(store, own_home, seed=1)
    near = verdict(one, other, (details(range(0, 30)), details(range(2, 31))))
    assert near is not None and (near.paired, near.gained, near.lost) == (True, 2, 1)
    assert not near.distinguishable and near.difference == pytest.approx(1 / IMAGES)
    title, told = verdict_words(near, "A", "B")
    assert title == "Not distinguishable" and "2 are classified correctly only by B and 1 only by A" in told
    far = verdict(one, other, (details(range(0, 5)), details(range(0, 40))))
    assert far is not None and far.distinguishable
    title, told = verdict_words(far, "A", "B")
    assert title == "A is better" and "B minus A: −9.72 points" in told
    alone = verdict(one, other, (None, details(range(0, 40))))
    assert alone is not None and not alone.paired and not alone.distinguishable
    assert "Compared by test accuracy alone" in verdict_words(alone, "A", "B")[1]
    assert verdict(one, replace(other, dataset="mnist"), (None, None)) is None
    assert verdict(one, replace(other, test_accuracy=None), (None, None)) is None


def test_what_was_asked_differently(store: Store, own_home: Path) -> None:
    one, other = finished(store, own_home), finished(store, own_home, seed=1, label_smoothing=0.1)
    assert settings_difference(one, other) == [("Seed", "0", "1"), ("Label smoothing", "0", "0.1")]
    assert settings_difference(one, one) == []
    other = finished(store, own_home, validation_data="test", validation_split=0.0, train_limit=1_500)
    assert settings_difference(one, other) == [
        ("Validation", "validation split 10 %", "validated on the test images"),
        ("Training images", "all", "first 1,500"),
    ]


def test_the_csv_says_how_it_was_trained(store: Store, own_home: Path) -> None:
    asked = {"schedule": "cosine", "warmup_epochs": 1.0, "early_stopping": 3, "class_weight": (2.0, *[1.0] * 9)}
    run = finished(store, own_home, **asked)
    store.add_event(run.run_id, Event("learning_rate", 10, 1, 0.0002))
    (row,) = csv.DictReader(io.StringIO(runs_csv([run], store.events)))
    assert (row["schedule"], row["warmup_epochs"], row["early_stopping"]) == ("cosine", "1.0", "3")
    assert row["decay_rate"] == "" and row["monitor"] == "val_loss"  # nothing decays by a rate here
    assert row["class_weight"].startswith("2 1 1") and row["events"] == "After step 10: learning rate 0.0002"
    assert (row["epochs"], row["epochs_trained"]) == ("5", "2")
    assert set(RunSettings.model_fields) <= set(row)


def test_the_epochs_really_trained_are_shown(store: Store, own_home: Path) -> None:
    run = replace(finished(store, own_home, epochs=30), total_steps=300, epoch=23)
    assert epochs_trained(replace(run, step=230)) == 23  # stopped early, at its end
    assert epochs_trained(replace(run, step=225)) == 22  # stopped within it
    assert epochs_trained(replace(run, total_steps=None)) == 0
    (row,) = frame([replace(run, step=230)]).to_dict("records")
    assert row["epochs_trained"] == 23 and "30 epochs" in row["settings"]


def test_the_gap_and_the_learning_rate_are_curves(store: Store, own_home: Path) -> None:
    epochs = store.metrics(finished(store, own_home).run_id, kind="epoch")
    curve = ComparedRun("A", epochs, 2, [0.001, 0.0005], [(1.0, "learning rate 0.0005")])
    (gap,) = many_curves([curve], "Accuracy gap (training − validation)").data
    assert list(gap.y) == pytest.approx([0.0, -0.1])
    (loss,) = many_curves([curve], "Loss gap (validation − training)").data
    assert list(loss.y) == pytest.approx([-0.5, 0.0])
    (rate,) = many_curves([curve], "Learning rate").data
    assert list(rate.y) == [0.001, 0.0005] and list(rate.customdata) == ["", "<br>learning rate 0.0005"]
    for measure in MEASURES:
        assert many_curves([curve], measure).data


def test_what_happened_on_the_way_is_compared(store: Store, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(store, own_home)
    other = finished(store, own_home, seed=1)
    store.add_event(other.run_id, Event("learning_rate", 10, 1, 0.0002))
    at = page(monkeypatch)
    assert "B · L2 (seed 1): After step 10: learning rate 0.0002" in words(at)
    html = " ".join(block.proto.body for block in at.get("html"))
    assert "Learning rate changed" in html and "never" in html
    options = at.segmented_control("compare-cost").options
    assert "Training time, s" in options and "Seconds" not in options


def test_runs_are_told_apart_by_as_much_as_it_takes(store: Store, own_home: Path) -> None:
    runs = [
        finished(store, own_home, seed=seed, epochs=epochs, l2=l2)
        for seed, epochs, l2 in ((0, 5, 0.0), (1, 5, 0.0), (1, 9, 0.0), (1, 9, 0.1))
    ]
    assert list(differences(runs).values()) == [
        "5 epochs, seed 0, L2 penalty 0",
        "5 epochs, seed 1, L2 penalty 0",
        "9 epochs, seed 1, L2 penalty 0",
        "9 epochs, seed 1, L2 penalty 0.1",
    ]
    again = [*runs, replace(runs[0], run_id="zzzzz", created=runs[0].created + 60)]
    assert len(set(differences(again).values())) == 5
    assert differences([runs[0], finished(store, own_home, "LeNet-5")]) == {
        runs[0].run_id: "", store.list(1)[0].run_id: "",
    }  # fmt: skip


def test_runs_of_one_name_are_told_apart(store: Store, own_home: Path) -> None:
    runs = [finished(store, own_home), finished(store, own_home, seed=1), finished(store, own_home, "LeNet-5")]
    assert list(frame(runs)["name"]) == ["L2 (seed 0)", "L2 (seed 1)", "LeNet-5"]
    assert list(named_by_letter(runs).values()) == ["A · L2 (seed 0)", "B · L2 (seed 1)", "C · LeNet-5"]


def test_the_newest_of_one_data_set_are_chosen_first(store: Store, own_home: Path) -> None:
    runs = [finished(store, own_home, seed=seed) for seed in range(5)]
    assert first_chosen(runs) == [0, 1, 2]
    mixed = [runs[0], replace(runs[1], dataset="mnist"), replace(runs[2], epoch=0), runs[3]]
    assert first_chosen(mixed) == [0, 3]
    assert first_chosen([mixed[1], runs[0]]) == [0, 1] and first_chosen([]) == []
    assert first_chosen([mixed[1], *runs[:2]]) == [1, 2]
    assert set(frame(runs)["interval"]) == {"0.8647 – 0.9269"}


def test_one_axis_holds_all_the_curves(store: Store, own_home: Path) -> None:
    run = finished(store, own_home)
    epochs = store.metrics(run.run_id, kind="epoch")
    without = [replace(row, val_accuracy=None) for row in epochs]
    figure = many_curves([ComparedRun("<b>A", epochs, 2), ComparedRun("B", without)], "Validation accuracy")
    (line,) = figure.data
    assert (list(line.x), list(line.y), line.name) == ([1, 2], pytest.approx([0.8, 0.9]), "&lt;b&gt;A")
    assert list(many_curves([ComparedRun("A", epochs)], "Training loss", over_time=True).data[0].x) == [1.5, 3.0]


@pytest.mark.parametrize(("last", "ticks"), [(5, [1, 2, 3, 4, 5]), (40, list(range(0, 41, 5)))])
def test_epochs_are_named_by_whole_numbers(last: int, ticks: list[int]) -> None:
    epochs = [Metric(epoch, epoch, "epoch", 1.0, 0.5) for epoch in range(1, last + 1)]
    assert list(many_curves([ComparedRun("A", epochs)], "Training loss").layout.xaxis.tickvals) == ticks


def test_a_point_shows_its_interval() -> None:
    score = Scored(90, 100, wilson(90, 100))
    point, rest = score_scatter([Point("B", "x", 10, score), Point("", "y", 20, score)], "MACs").data[::-1]
    assert point.y[0] + point.error_y.array[0] == pytest.approx(score.interval.high)
    assert point.y[0] - point.error_y.arrayminus[0] == pytest.approx(score.interval.low)
    assert (point.text[0], rest.text[0]) == ("B", "")
    assert log_ticks([61_706, 921_642]) == [1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6]
    # The second lesson's networks differ by a factor of three: the axis has more than one number.
    inside = [tick for tick in log_ticks([130_890, 315_146, 421_642]) if 130_890 <= tick <= 421_642]
    assert inside == [1.5e5, 2e5, 3e5, 4e5]
    assert log_ticks([62.3, 60.1]) == [60.1, 62.3] and log_ticks([5, 5]) == [5]
    assert log_ticks([3, 4e6]) == [10.0**power for power in range(8)] and log_ticks([]) == []


def test_without_runs_the_page_says_what_to_do(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No network has been trained yet" in page(monkeypatch).info[0].value


def test_the_page_compares_the_newest_runs(store: Store, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(store, own_home, wrong=range(0, 40))
    finished(store, own_home, "LeNet-5", wrong=range(0, 5), seed=1)
    at = page(monkeypatch)
    assert len(at.dataframe[0].value) == 2
    said = words(at)
    assert "B is better" in said and "Of the 360 test images, 35 are classified correctly only by B" in said
    html = " ".join(block.proto.body for block in at.get("html"))
    assert "Settings that differ" in html and '<th scope="row">Seed<' in html and "AveragePooling2D" in html
    at.text_input("compare-words").set_value("nothing like this").run()
    assert "No run matches these filters" in words(at) and not at.exception
    at.text_input("compare-words").set_value("lenet").run()
    assert len(at.dataframe[0].value) == 1 and not at.exception


def test_a_run_that_never_began_breaks_nothing(store: Store, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create_run(PRESETS["L3"].architecture, "digits", RunSettings(), name="<script>alert(1)</script>")
    finished_one = store.claim_next(1)
    assert finished_one is not None
    store.finish(finished_one.run_id, "crashed", "out of memory")
    at = page(monkeypatch)
    assert "Select runs in the first column of the table" in words(at)
