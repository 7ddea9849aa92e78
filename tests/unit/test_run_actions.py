"""The Train page without a browser: stop, resume, another rate, names, notes, tags, deletion."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Event, Kept, LocalLauncher, Metric, RunSettings, Store, Supervisor
from cnn_builder.ui.components.curves import next_rows
from cnn_builder.ui.run_actions import event_words

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    own_home.mkdir(parents=True, exist_ok=True)
    with Store(f"sqlite:///{own_home / 'runs.sqlite'}") as opened:
        yield opened


@pytest.fixture
def run_id(store: Store) -> str:
    return store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings()).run_id


@pytest.fixture
def page(run_id: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    opened = AppTest.from_file(str(APP), default_timeout=20)
    opened.query_params["run"] = run_id
    return opened.run().switch_page("pages/train.py")


def words(page: AppTest) -> str:
    return " ".join(box.value for box in (*page.markdown, *page.caption, *page.error)).replace("\\", "")


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def test_a_run_that_waits_says_its_place(page: AppTest, store: Store) -> None:
    behind = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=1)).run_id
    assert "next, starts as soon as there is room" in words(page.run())
    page.query_params["run"] = behind
    assert "number 2 in the queue" in words(page.run())
    assert "resume" not in keys(page) and page.button("run-delete").disabled is False


def test_a_run_says_what_was_asked_for(page: AppTest, store: Store) -> None:
    asked = RunSettings(schedule="cosine", label_smoothing=0.1, train_limit=500, precision="mixed_bfloat16")
    page.query_params["run"] = store.create_run(PRESETS["LeNet-5"].architecture, "digits", asked).run_id
    said = words(page.run())
    assert "(first 500) · batch 32 · Adam 0.001 · seed 0" in said
    assert "seed 0 · schedule cosine · label smoothing 0.1 · precision mixed_bfloat16" in said


def test_a_run_is_asked_for_again(page: AppTest, store: Store) -> None:
    lean = PRESETS["Lean-99.4"].architecture
    asked = RunSettings(seed=7, schedule="cosine", warmup_epochs=1.0, validation_split=0.2, train_limit=500)
    page.query_params["run"] = store.create_run(lean, "digits", asked).run_id
    page.run().button("use-again").click().run()
    assert "settings are in the form now" in page.toast[0].value
    page.button("train").click().run()
    again = store.list(1)[0]  # the same request, which is still waiting: the same run
    assert (again.architecture, again.settings, len(store.list())) == (lean, asked, 2)


def test_a_crashed_run_offers_resume(page: AppTest, store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nudges: list[int] = []
    monkeypatch.setattr(Supervisor, "nudge", lambda self: nudges.append(1))
    store.finish(run_id, "crashed", "killed (signal 9)")
    assert "killed (signal 9). Resume goes on" in words(page.run())
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
    assert any("Choose the settings, press" in box.value for box in page.info)


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
    store.begin(run_id, 10, Kept(step=2, epoch=1))
    again = next_rows(store.get(run_id), store, feed)
    assert again["run"] != first["run"] and [row[0] for row in again["steps"]] == [1, 2]
    store.append(run_id, [Metric(1, 3, "step", 1.0, 0.1)])
    assert [row[0] for row in next_rows(store.get(run_id), store, feed)["steps"]] == [4]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event("learning_rate", 5, 1, 1e-4, "nothing better for a while"), "0.0001 (nothing better for a while)"),
        (Event("resumed", 0, 0), "Resumed from the beginning"),
        (Event("resumed", 1500, 2), "Resumed after step 1,500"),
        (Event("note", 7, 1, text="said"), "After step 7: said"),
    ],
)
def test_events_in_words(event: Event, expected: str) -> None:
    assert expected in event_words(event)
