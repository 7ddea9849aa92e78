"""The Train page without a browser: stop, resume, another rate, names, notes, tags, deletion."""

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.figures.curve_feed import next_rows
from cnn_builder.runs import Event, LocalLauncher, Metric, ResumePoint, RunSettings, Store, Supervisor
from cnn_builder.runs.results.event_words import event_words
from cnn_builder.ui.train.run_list import run_label, run_labels, statuses
from tests.support.paths import APP


@pytest.fixture
def run_id(store: Store) -> str:
    return store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings()).run_id


@pytest.fixture
def page(run_id: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    opened = AppTest.from_file(APP, default_timeout=60)
    opened.query_params["run"] = run_id
    return opened.run().switch_page("pages/train.py")


def words(page: AppTest) -> str:
    return " ".join(box.value for box in (*page.markdown, *page.caption, *page.error)).replace("\\", "")


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def test_a_run_that_waits_says_its_place(page: AppTest, store: Store) -> None:
    behind = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=1)).run_id
    assert "next in the queue, starts as soon as a worker is free" in words(page.run())
    page.query_params["run"] = behind
    assert "number 2 in the queue" in words(page.run())
    assert "resume" not in keys(page) and page.button("run-delete").disabled is False


def test_the_queue_is_shown_and_its_runs_can_be_opened_and_removed(page: AppTest, store: Store, run_id: str) -> None:
    second, third = (
        store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=seed)).run_id for seed in (1, 2)
    )
    store.claim_next(1)
    store.begin(run_id, 50)
    store.beat(run_id, 15, 2)
    said = words(page.run())
    assert "**Queue** · 1 training, 2 waiting" in said and "LeNet-5 (seed 0) · epoch 2 of 5 · shown below" in said
    assert "LeNet-5 (seed 1) · next" in said and "LeNet-5 (seed 2) · number 2" in said
    page.button(f"queue-stop-{second}").click().run()
    assert store.get(second).status == "stopped" and "LeNet-5 (seed 2) · next" in words(page)
    page.button(f"queue-open-{third}").click().run()
    assert page.query_params["run"] in (third, [third]) and "next in the queue" in words(page)
    assert not page.exception


def test_one_run_alone_makes_no_queue(page: AppTest, store: Store, run_id: str) -> None:
    assert "**Queue**" not in words(page.run())


def test_the_list_of_runs_keeps_up(store: Store, run_id: str) -> None:
    """What the list says of the active runs is watched: it changes with each of their states."""
    seen = [statuses(store.active())]
    store.claim_next(1)
    seen.append(statuses(store.active()))
    store.begin(run_id, 50)
    seen.append(statuses(store.active()))
    store.finish(run_id, "stopped", None, {"test_accuracy": 0.5})
    seen.append(statuses(store.active()))
    assert [list(now.values()) for now in seen] == [["queued"], ["starting"], ["running"], []]
    assert "0.5000" in run_label(store.get(run_id), 0)
    store.request_resume(run_id)
    resumed = store.get(run_id)
    assert resumed.test_accuracy == 0.5  # until a worker has it: of a model that is trained on
    assert "0.5000" not in run_label(resumed, 0) and "queued" in run_label(resumed, 0)


def test_runs_of_one_name_are_told_apart_in_the_list(store: Store, run_id: str) -> None:
    for seed in (1, 2):
        store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=seed))
    lines = list(run_labels(store.list(), 0).values())
    assert [line.split(" · ")[0] for line in lines] == [f"LeNet-5 (seed {seed})" for seed in (2, 1, 0)]


def test_the_learning_rate_in_force_is_offered(page: AppTest, store: Store) -> None:
    asked = RunSettings(schedule="cosine", epochs=10, reduce_on_plateau=2)
    run_id = store.create_run(PRESETS["LeNet-5"].architecture, "digits", asked).run_id
    while store.get(run_id).status == "queued":
        store.claim_next(9)
    store.begin(run_id, 100)
    store.beat(run_id, 50, 5)
    page.query_params["run"] = run_id
    said = words(page.run())
    assert "In force: 0.0005, which is 0.001 × 0.5 by the cosine schedule" in said
    assert "the cosine schedule goes on and multiplies it. Reduce on plateau goes on and multiplies it by 0.1" in said
    field = page.number_input(f"rate-{run_id}")
    assert field.value == field.proto.default == 0.001  # a browser that opens the popover later begins with it
    store.request_learning_rate(run_id, 0.004)
    assert "0.004 was requested and takes effect after the current steps" in words(page.run())
    store.add_event(run_id, Event("learning_rate", 50, 5, 0.004))
    said = words(page.run())
    field = page.number_input(f"rate-{run_id}-1")
    assert field.value == field.proto.default == 0.004 and "was requested" not in said
    store.add_event(run_id, Event("learning_rate", 50, 5, 0.0004, "nothing better for a while"))
    said = words(page.run())
    assert page.number_input(f"rate-{run_id}-2").value == 0.0004 and "which is 0.0004 × 0.5" in said


def test_a_run_says_what_was_asked_for(page: AppTest, store: Store) -> None:
    asked = RunSettings(schedule="cosine", label_smoothing=0.1, train_limit=500, precision="mixed_bfloat16")
    run_id = page.query_params["run"] = store.create_run(PRESETS["LeNet-5"].architecture, "digits", asked).run_id
    said = words(page.run())
    assert "(first 500) · batch 32 · Adam 0.001 · seed 0" in said
    assert "seed 0 · cosine schedule · label smoothing 0.1 · mixed bfloat16" in said
    while store.get(run_id).status == "queued":
        store.claim_next(9)
    store.begin(run_id, 100, device="GPU NVIDIA A100")
    assert "mixed bfloat16 · on GPU NVIDIA A100" in words(page.run())


def test_a_run_is_asked_for_again(page: AppTest, store: Store) -> None:
    lean = PRESETS["Lean-99.4"].architecture
    asked = RunSettings(seed=7, schedule="cosine", warmup_epochs=1.0, validation_split=0.2, train_limit=500)
    page.query_params["run"] = store.create_run(lean, "digits", asked).run_id
    page.run().button("use-again").click().run()
    assert "The form now has this run's network and settings" in page.toast[0].value
    page.button("train").click().run()
    again = store.list(1)[0]  # the same request, which is still waiting: the same run
    assert (again.architecture, again.settings, len(store.list())) == (lean, asked, 2)


@pytest.mark.fault(1)
def test_a_crashed_run_offers_resume(page: AppTest, store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nudges: list[int] = []
    monkeypatch.setattr(Supervisor, "nudge", lambda self: nudges.append(1))
    store.finish(run_id, "crashed", "killed (signal 9)")
    assert "killed (signal 9). Resume continues" in words(page.run())
    page.button("resume").click().run()
    assert store.get(run_id).status == "queued" and "Queued" in words(page)
    assert nudges == [1]  # it need not wait for the next look at the queue
    store.finish(run_id, "finished")
    page.run()
    assert not {"resume", "stop"} & keys(page) and not page.exception


def test_another_learning_rate_while_it_trains(page: AppTest, store: Store, run_id: str) -> None:
    store.claim_next(1)
    store.begin(run_id, 10)
    page.run().number_input(f"rate-{run_id}").set_value(0.01).run()
    page.button("apply-rate").click().run()
    assert store.asked(run_id).learning_rate == 0.01
    store.add_event(run_id, Event("learning_rate", 1200, 2, 0.01))
    assert "After step 1,200: learning rate 0.01" in words(page.run())


def test_name_notes_and_tags_are_kept_and_refused_in_words(page: AppTest, store: Store, run_id: str) -> None:
    page.run().text_input(f"name-{run_id}").set_value("<b>Mine</b>")
    page.text_input(f"tags-{run_id}").set_value("a, *b*")
    page.text_area(f"notes-{run_id}").set_value("one\ntwo")
    page.button("save-description").click().run()
    run = store.get(run_id)
    assert (run.name, run.tags, run.notes) == ("<b>Mine</b>", ("a", "*b*"), "one\ntwo")
    assert "a" in words(page) and "two" in words(page) and not page.exception
    page.text_input(f"name-{run_id}").set_value("a\u202eb")
    page.button("save-description").click().run()
    assert "control character" in words(page) and store.get(run_id).name == "<b>Mine</b>"


def test_deleting_leaves_an_empty_place(page: AppTest, store: Store, run_id: str) -> None:
    page.run().button("run-delete").click().run()
    assert "stop it" in words(page) and store.list()  # as if its button had been shown a moment too long
    store.request_stop(run_id)
    page.run().button("run-delete").click().run()
    assert not store.list() and not page.exception
    assert any("Choose the settings and press" in box.value for box in page.info)


def test_the_chart_is_drawn_anew_after_a_resume(store: Store, run_id: str) -> None:
    feed: dict[str, object] = {}
    store.claim_next(1)
    store.begin(run_id, 10)
    store.append(run_id, [Metric(1, step, "step", 1.0, 0.1) for step in (1, 2, 3)])
    first = next_rows(store.get(run_id), store, feed)
    store.finish(run_id, "stopped")
    store.request_resume(run_id)
    assert next_rows(store.get(run_id), store, feed)["run"] == first["run"]  # it only waits as yet
    store.claim_next(1)
    store.begin(run_id, 10, ResumePoint(step=2, epoch=1))
    again = next_rows(store.get(run_id), store, feed)
    assert again["run"] != first["run"] and [row[0] for row in again["steps"]] == [1, 2]
    store.append(run_id, [Metric(1, 3, "step", 1.0, 0.1)])
    assert [row[0] for row in next_rows(store.get(run_id), store, feed)["steps"]] == [4]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event("learning_rate", 5, 1, 1e-4, "no improvement for 3 epochs"), "0.0001 (no improvement for 3 epochs)"),
        (Event("resumed", 0, 0), "Resumed from the start"),
        (Event("resumed", 1500, 2), "Resumed after step 1,500"),
        (Event("note", 7, 1, text="said"), "After step 7: said"),
    ],
)
def test_events_in_words(event: Event, expected: str) -> None:
    assert expected in event_words(event)
