"""The Train form over reloads and tabs: what it keeps, what its headers say, Reset, and the lessons' settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.documents.training_form import TrainingForm, TrainingForms
from cnn_builder.runs import LocalLauncher, RunSettings, Store, Supervisor
from cnn_builder.runs.settings.lessons import LESSONS
from cnn_builder.ui.shared import linked_field
from cnn_builder.ui.train import data_set
from tests.support.paths import APP

DOC = "0123456789abcdef"
Open = Callable[..., AppTest]


@pytest.fixture
def open_train(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open Train on the saved document, as a reload or another tab does; the data sets are taken to be at hand."""
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.setattr(data_set, "is_local", lambda name, folder: True)
    monkeypatch.setattr("cnn_builder.ui.train.form._labels", lambda name, settings: None)
    monkeypatch.setattr(linked_field, "clock", lambda: 1_000.0)  # all at once, however slow this machine is
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    DocumentStore(own_home / "documents").save(DOC, Document.of(PRESETS["LeNet-5"].architecture, "digits"))

    def make(document: str = DOC) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["doc"] = document
        at.run().switch_page("pages/train.py").run()
        assert not at.exception
        return at

    return make


def field(at: AppTest, label: str) -> Any:
    """The field of this label."""
    return next(one for one in (*at.number_input, *at.selectbox, *at.toggle) if one.label == label)


def headers(at: AppTest) -> list[str]:
    return [group.label.replace("\\", "") for group in at.expander]


def send_again(at: AppTest, before: Any) -> None:
    """Send the widgets' values of before: a message that was on its way."""
    at._run(before)
    assert not at.exception


def test_a_reload_keeps_the_forms_values(open_train: Open, store: Store) -> None:
    at = open_train()
    at.number_input("run-epochs").set_value(7)
    at.number_input("run-learning_rate").set_value(0.01)
    at.selectbox("run-schedule").select("cosine")
    at.number_input("run-train_limit").set_value(300).run()
    again = open_train()
    assert field(again, "Epochs").value == 7 and field(again, "Schedule").value == "cosine"
    again.button("train").click().run()
    (run,) = store.list()
    assert run.settings == RunSettings(epochs=7, learning_rate=0.01, schedule="cosine", train_limit=300)


def test_a_reload_keeps_the_fields_of_a_sweep(open_train: Open, own_home: Path) -> None:
    at = open_train()
    at.multiselect("sweep-paths").set_value(["seed", "layers.0.filters"]).run()
    at.text_input("sweep-values-seed").set_value("4, 5")
    at.number_input("sweep-max_params").set_value(90_000).run()
    again = open_train()
    assert again.multiselect("sweep-paths").value == ["seed", "layers.0.filters"]
    assert again.text_input("sweep-values-seed").value == "4, 5"
    assert again.number_input("sweep-max_params").value == 90_000 and again.number_input("sweep-runs").value == 8

    at.multiselect("sweep-paths").set_value([]).run()  # the other tab takes over
    assert not again.run().multiselect("sweep-paths").value
    file = own_home / "documents" / f"{DOC}.training.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(content | {"sweep": {"paths": "seed", "runs": []}}), encoding="utf-8")
    damaged = open_train()
    assert not damaged.multiselect("sweep-paths").value and damaged.number_input("sweep-runs").value == 8


def test_another_document_has_a_form_of_its_own(open_train: Open) -> None:
    at = open_train()
    at.number_input("run-epochs").set_value(7).run()
    other = open_train("fedcba9876543210")
    assert field(other, "Epochs").value == 5
    at.query_params["doc"] = "fedcba9876543210"
    assert field(at.run(), "Epochs").value == 5
    at.query_params["doc"] = DOC
    assert field(at.run(), "Epochs").value == 7


def test_a_form_nobody_changed_leaves_no_file(open_train: Open, own_home: Path) -> None:
    open_train()
    assert not list(own_home.glob("documents/*.training.json"))


def test_a_second_tab_takes_over_and_what_was_just_typed_stays(open_train: Open) -> None:
    first, second = open_train(), open_train()
    first.number_input("run-epochs").set_value(7).run()
    second.number_input("run-batch_size").set_value(64).run()
    assert (field(second, "Epochs").value, field(second, "Batch size").value) == (7, 64)
    first.run()
    assert (field(first, "Epochs").value, field(first, "Batch size").value) == (7, 64)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 1, "values": {"epochs": "7", "optimizer": "Best", "learning_rate": NaN, "seed": 1e400, '
        '"shuffle": 1, "own_weights": null, "train_limit": 99999999999999999999, "unknown": 1}, '
        '"limits": {"mnist": 3}}',
    ],
)
def test_a_damaged_file_is_the_defaults(open_train: Open, own_home: Path, store: Store, content: str) -> None:
    (own_home / "documents" / f"{DOC}.training.json").write_text(content)
    at = open_train()
    at.button("train").click().run()
    assert not at.exception and store.list()[0].settings == RunSettings()


def test_limits_of_another_data_set_are_kept_too(open_train: Open) -> None:
    at = open_train()
    at.number_input("run-train_limit").set_value(300).run()
    at.selectbox("run-dataset").select("mnist").run()
    again = open_train()
    assert field(again, "Training images").value is None
    field(again, "Data set").select("digits").run()
    assert field(again, "Training images").value == 300


def test_a_folder_that_takes_no_writes_is_told(open_train: Open, own_home: Path) -> None:
    at = open_train()
    (own_home / "documents" / f"{DOC}.training.json").mkdir()  # as root may write anywhere
    at.number_input("run-epochs").set_value(7).run()
    assert any("training settings could not be saved" in box.value for box in at.warning)
    assert field(at, "Epochs").value == 7


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    forms = TrainingForms(tmp_path)
    (tmp_path / f"{DOC}.training.json").mkdir()
    with pytest.raises(Exception, match="could not be saved"):
        forms.save(DOC, TrainingForm({"epochs": 7}))
    assert [path.name for path in tmp_path.iterdir()] == [f"{DOC}.training.json"]


def test_closed_groups_name_what_is_not_the_default(open_train: Open) -> None:
    at = open_train()
    assert headers(at) == ["Optimizer options", "Schedule", "Regularization", "Stopping", "Data", "Precision", "Sweep"]
    assert at.button("reset-form").disabled
    at.selectbox("run-schedule").select("cosine")
    at.number_input("run-warmup_epochs").set_value(1.0)
    at.number_input("run-early_stopping").set_value(3)
    at.number_input("run-train_limit").set_value(1000)
    at.selectbox("run-weights").select("balanced")
    at.selectbox("run-clipping").select("clipnorm").run()
    assert headers(at) == [
        "**Optimizer options** · gradients clipped to a norm per weight of 1",
        "**Schedule** · cosine schedule, warm-up epochs 1",
        "**Regularization** · balanced class weights",
        "**Stopping** · early stopping after 3 epochs",
        "**Data** · first 1,000 training images",
        "Precision",
        "Sweep",
    ]
    assert not any(group.proto.expanded for group in at.expander)


def test_reset_sets_every_field_to_its_default(open_train: Open, store: Store) -> None:
    at = open_train()
    at.number_input("run-epochs").set_value(9)
    at.toggle("run-shuffle").set_value(False)
    at.number_input("run-train_limit").set_value(300).run()
    at.button("reset-form").click().run()
    assert at.button("reset-form").disabled and "Data" in headers(at)
    again = open_train()
    again.button("train").click().run()
    assert store.list()[0].settings == RunSettings()


def test_a_late_message_does_not_undo_reset(open_train: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_train()
    at.number_input("run-epochs").set_value(9).run()
    before = at._tree.get_widget_states()
    at.button("reset-form").click().run()
    send_again(at, before)
    assert field(at, "Epochs").value == 5
    monkeypatch.setattr(linked_field, "clock", lambda: 1_000.0 + linked_field.LATE_SECONDS)
    field(at, "Epochs").set_value(9).run()
    assert field(at, "Epochs").value == 9


def test_a_late_message_does_not_change_the_data_set_back_and_redo_stays(open_train: Open, own_home: Path) -> None:
    documents = DocumentStore(own_home / "documents")
    at = open_train()
    at.selectbox("run-dataset").select("mnist").run()
    before = at._tree.get_widget_states()
    changed = documents.load(DOC)
    assert changed is not None and changed.dataset == "mnist"
    documents.save(DOC, changed.undo())  # in another tab
    assert field(at.run(), "Data set").value == "digits"
    send_again(at, before)
    now = documents.load(DOC)
    assert now is not None and now.dataset == "digits" and now.redo().dataset == "mnist"
    field(at, "Data set").select("cifar10").run()
    assert field(at, "Data set").value == "cifar10"


def test_a_late_message_with_a_line_of_the_list_that_has_changed_keeps_the_run(open_train: Open, store: Store) -> None:
    for seed in (1, 2):
        run_id = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(seed=seed)).run_id
    at = open_train()
    field(at, "Run").set_value(run_id).run()
    assert at.query_params["run"] == run_id
    before = at._tree.get_widget_states()  # the run is "queued" in it
    store.request_stop(run_id)
    assert field(at.run(), "Run").value == run_id
    send_again(at, before)
    assert at.query_params["run"] == run_id and not at.warning
    assert field(at, "Run").value == run_id


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_a_lesson_is_trained_with_its_settings_in_one_click(
    open_train: Open, own_home: Path, store: Store, name: str
) -> None:
    network = PRESETS["L1"].architecture.with_name("L3") if name == "L3" else PRESETS[name].architecture
    DocumentStore(own_home / "documents").save(DOC, Document.of(network, "digits"))
    at = open_train()
    at.number_input("run-learning_rate").set_value(0.5).run()
    at.button("use-lesson").click().run()
    assert at.button("use-lesson").disabled
    at.button("train").click().run()
    (run,) = store.list()
    assert (run.dataset, run.settings) == (LESSONS[name].dataset, LESSONS[name].settings)


def test_only_lessons_and_their_variations_are_offered_a_lessons_settings(open_train: Open, own_home: Path) -> None:
    assert "use-lesson" not in [button.key for button in open_train().button]
    network = PRESETS["L2"].architecture.with_name("L2 third block")
    DocumentStore(own_home / "documents").save(DOC, Document.of(network, "digits"))
    at = open_train()
    (said,) = [caption.value.replace("\\", "") for caption in at.caption if "Lesson" in caption.value]
    assert said == (
        "Lesson L2: Fashion-MNIST · first 15,000 training images · first 3,000 test images · "
        "validation split 20 % · 10 epochs · batch size 64"
    )


def test_the_file_is_plain_json(open_train: Open, own_home: Path) -> None:
    at = open_train()
    at.number_input("run-epochs").set_value(7).run()
    content = json.loads((own_home / "documents" / f"{DOC}.training.json").read_text())
    assert content["version"] == 1 and content["values"]["epochs"] == 7
