"""The store: one run a request, states that only go forward, metrics in order."""

import math
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.runs import Event, Metric, Run, RunNotFound, RunSettings, RunStateError, Store, StoreError
from cnn_builder.runs.ids import RUN_ID, new_id
from cnn_builder.runs.workers import processes
from tests.support.stores import store_url

TINY = Architecture.from_dict(
    {
        "version": 1,
        "name": "Tiny",
        "input_shape": [28, 28, 1],
        "layers": [{"type": "Flatten"}, {"type": "Dense", "units": 10}],
    }
)


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return store_url(tmp_path / "new")


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    with Store(url, clock) as opened:
        yield opened


def started(store: Store, **settings: int) -> Run:
    store.create_run(TINY, "mnist", RunSettings(**settings))
    run = store.claim_next(99)
    assert run is not None
    store.begin(run.run_id, 10)
    return store.get(run.run_id)


def test_a_run_comes_back_as_asked_for(store: Store, clock: Clock) -> None:
    run = store.create_run(TINY, "mnist", RunSettings(epochs=2), name="First")
    assert store.get(run.run_id) == run
    assert (run.name, run.status, run.created, run.is_active) == ("First", "queued", clock.now, True)
    assert run.architecture == TINY and run.settings.epochs == 2
    assert run.total_params == 7850
    assert store.create_run(TINY, "digits", RunSettings()).name == "Tiny"


def test_an_identical_request_returns_the_run_that_waits_or_trains(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    assert store.create_run(TINY.with_name("Other"), "mnist", RunSettings()).run_id == run.run_id
    assert store.create_run(TINY, "mnist", RunSettings(seed=1)).run_id != run.run_id
    assert store.create_run(TINY, "digits", RunSettings()).run_id != run.run_id
    assert store.create_run(TINY.remove(0), "mnist", RunSettings()).run_id != run.run_id
    store.claim_next(9)
    store.begin(run.run_id, 10)
    assert store.create_run(TINY, "mnist", RunSettings()).run_id == run.run_id
    store.request_stop(run.run_id)
    assert store.create_run(TINY, "mnist", RunSettings()).run_id != run.run_id


def test_an_ended_request_may_be_made_again_but_not_with_its_key(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings(), key="click-1")
    store.finish(run.run_id, "finished")
    assert store.create_run(TINY, "mnist", RunSettings(), key="click-1").run_id == run.run_id
    assert store.create_run(TINY, "mnist", RunSettings(), key="click-2").run_id != run.run_id


@pytest.mark.fault(8)
def test_clicks_at_once_make_one_run(store: Store) -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.append(store.create_run(TINY, "mnist", RunSettings()).run_id))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 12 and len(set(made)) == 1 and len(store.list()) == 1


def test_ids_sort_by_time_even_where_the_clock_is_set_back(store: Store, clock: Clock) -> None:
    made = []
    for seed, jump in enumerate((0, 0, -3600, 7200, -3600)):
        clock.now += jump
        made.append(store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id)
    assert made == sorted(made) and all(RUN_ID.fullmatch(run_id) for run_id in made)
    assert [run.run_id for run in store.list()] == made[::-1]
    assert [run.run_id for run in store.list(limit=2)] == made[:2:-1]


def test_ids_have_their_form() -> None:
    assert all(RUN_ID.fullmatch(new_id(seconds)) for seconds in (0, 1.7e9, 4e9))
    assert new_id(1.0, after="someone-elses") > "0"


def test_a_unique_prefix_finds_a_run(store: Store) -> None:
    first = store.create_run(TINY, "mnist", RunSettings())
    assert store.get(first.run_id[:8]).run_id == first.run_id
    store.create_run(TINY, "mnist", RunSettings(seed=1))
    with pytest.raises(RunNotFound, match="more than one"):
        store.get(first.run_id[:4])
    for missing in ("", "%", "_________", "zzzzzzzz", "../x"):
        with pytest.raises(RunNotFound, match="no run"):
            store.get(missing)


def test_claims_are_oldest_first_and_no_more_than_allowed(store: Store) -> None:
    first, second = (store.create_run(TINY, "mnist", RunSettings(seed=seed)) for seed in (0, 1))
    claimed = store.claim_next(1)
    assert claimed is not None and (claimed.run_id, claimed.status) == (first.run_id, "starting")
    assert store.claim_next(1) is None
    store.request_stop(first.run_id)
    assert store.claim_next(1) is None  # it still works until it has stopped
    store.finish(first.run_id, "stopped")
    claimed = store.claim_next(1)
    assert claimed is not None and claimed.run_id == second.run_id
    assert store.claim_next(1) is None


def test_a_run_begins_once(store: Store) -> None:
    run = started(store)
    assert (run.status, run.total_steps, run.started) == ("running", 10, 1_700_000_000.0)
    with pytest.raises(RunStateError, match="expected the status starting, received running"):
        store.begin(run.run_id, 10)
    with pytest.raises(RunNotFound):
        store.begin("nothing-here", 10)


def test_a_stop_while_it_starts_is_kept(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    store.claim_next(1)
    assert store.request_stop(run.run_id).status == "stopping"
    store.begin(run.run_id, 10)
    assert store.get(run.run_id).status == "stopping" and store.asked(run.run_id).stop


def test_stopping(store: Store) -> None:
    waiting = store.create_run(TINY, "mnist", RunSettings())
    assert store.request_stop(waiting.run_id).status == "stopped"
    assert store.claim_next(1) is None
    run = started(store, seed=1)
    assert not store.asked(run.run_id).stop
    assert store.request_stop(run.run_id).status == "stopping"
    assert store.asked(run.run_id).stop
    assert store.finish(run.run_id, "stopped")
    assert store.request_stop(run.run_id).status == "stopped" and not store.asked(run.run_id).stop


def test_the_first_end_counts(store: Store, clock: Clock) -> None:
    run = started(store)
    result = {
        "best_epoch": 2,
        "test_loss": math.nan,
        "test_accuracy": 0.98,
        "seconds": 3.5,
        "evaluation": {"train_accuracy": math.inf, "classes": ["0"], "samples": [{"actual": 7}]},
    }
    clock.now += 60
    assert store.finish(run.run_id, "finished", result=result)
    assert not store.finish(run.run_id, "crashed", "process gone")
    store.beat(run.run_id, 99, 9)
    store.note(run.run_id, "not responding")
    ended = store.get(run.run_id)
    assert (ended.status, ended.reason, ended.ended, ended.step) == ("finished", None, clock.now, 0)
    assert (ended.best_epoch, ended.test_loss, ended.test_accuracy, ended.seconds) == (2, None, 0.98, 3.5)
    assert ended.evaluation == {"train_accuracy": None, "classes": ["0"], "samples": [{"actual": 7}]}
    assert not ended.is_active and not store.active()


def test_finish_takes_only_what_it_knows(store: Store) -> None:
    run = started(store)
    for status, result in (("running", {}), ("finished", {"pid": 1})):
        with pytest.raises(ValueError, match="expected"):
            store.finish(run.run_id, status, result=result)


def test_a_beat_counts_and_takes_back_a_note(store: Store) -> None:
    run = started(store)
    store.note(run.run_id, "not responding")
    assert store.get(run.run_id).reason == "not responding"
    store.beat(run.run_id, 32, 1)
    store.beat(run.run_id, 32, 1)
    run = store.get(run.run_id)
    assert (run.step, run.epoch, run.beats, run.reason) == (32, 1, 2, None)


def test_metrics_are_read_from_where_one_was(store: Store) -> None:
    first, second = started(store), started(store, seed=1)
    store.append(first.run_id, [Metric(1, step, "step", 1 / step, 0.5, seconds=0.1 * step) for step in (1, 2, 3)])
    store.append(second.run_id, [Metric(1, 1, "step", math.nan, math.inf)])
    store.append(first.run_id, [Metric(1, 3, "epoch", 0.3, 0.9, 0.4, 0.8, 2.0)])
    store.append(first.run_id, [])
    rows = store.metrics(first.run_id)
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert rows[3] == Metric(1, 3, "epoch", 0.3, 0.9, 0.4, 0.8, 2.0, seq=4)
    assert store.metrics(first.run_id, after=3) == rows[3:]
    assert store.metrics(second.run_id) == [Metric(1, 1, "step", None, None, seq=1)]
    assert store.metrics("no-such-run") == []


def test_a_claim_without_a_process_goes_back(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    store.claim_next(1)
    store.release(run.run_id)
    assert store.get(run.run_id).status == "queued"
    store.claim_next(1)
    store.set_process(run.run_id, 4321, 12.5)
    store.release(run.run_id)
    run = store.get(run.run_id)
    assert (run.status, run.pid, run.pid_started) == ("starting", 4321, 12.5)


def test_a_worker_takes_its_run_whoever_says_what(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    with pytest.raises(RunStateError, match="expected the status starting, received queued"):
        store.take(run.run_id)
    store.claim_next(1)
    taken = store.take(run.run_id)  # before its launcher could say which process it started
    own = (os.getpid(), processes.process_started(os.getpid()))
    assert (taken.status, taken.pid, taken.pid_started) == ("starting", *own)
    assert taken.boot == processes.boot_id()
    store.set_process(run.run_id, 4321, 12.5)
    assert store.get(run.run_id).pid == os.getpid()
    store.release(run.run_id)
    assert store.get(run.run_id).status == "starting"
    assert store.take(run.run_id).pid == os.getpid()  # a second time, too


def test_a_run_that_a_living_process_has_is_not_taken(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    store.claim_next(1)
    parent = os.getppid()
    started = processes.process_started(parent)
    assert started is not None
    store.set_process(run.run_id, parent, started)
    with pytest.raises(RunStateError, match=f"process {parent} is already training it"):
        store.take(run.run_id)
    assert store.get(run.run_id).pid == parent


def test_a_dead_process_leaves_its_run_to_be_taken(store: Store) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    store.claim_next(1)
    store.set_process(run.run_id, os.getppid(), 12.5)  # its number, but another program's now
    assert store.take(run.run_id).pid == os.getpid()


def test_all_runs_are_listed_where_no_limit_is_given(store: Store) -> None:
    for seed in range(3):
        store.create_run(TINY, "mnist", RunSettings(seed=seed))
    assert len(store.list(2)) == 2 and len(store.list(None)) == 3


def test_a_second_opening_sees_the_same(store: Store, url: str) -> None:
    run = store.create_run(TINY, "mnist", RunSettings())
    with Store(url) as again:
        assert again.get(run.run_id) == run


def test_errors_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "text.sqlite").write_text("this is no database" * 100)
    (tmp_path / "folder.sqlite").mkdir()
    for url in (
        "nonsense",
        "sqlite://",
        "postgresql://u:secret@h/db",
        f"sqlite:///{tmp_path}/file/runs.sqlite",
        f"sqlite:///{tmp_path}/text.sqlite",
        f"sqlite:///{tmp_path}/folder.sqlite",
    ):
        with pytest.raises(StoreError) as caught:
            Store(url)
        assert "\n" not in str(caught.value) and "secret" not in str(caught.value)


def test_rows_that_may_have_arrived_are_not_added_twice(store: Store) -> None:
    run_id = started(store).run_id
    rows = [Metric(1, step, "step", 0.5, 0.5) for step in (1, 2, 3)] + [Metric(1, 3, "epoch", 0.5, 0.5)]
    store.append(run_id, rows[:2])
    store.append(run_id, rows, again=True)  # the first two were there, and it was not known
    store.append(run_id, rows, again=True)
    assert [(row.kind, row.step, row.seq) for row in store.metrics(run_id)] == [
        ("step", 1, 1), ("step", 2, 2), ("step", 3, 3), ("epoch", 3, 4),
    ]  # fmt: skip
    for again in (False, True):
        store.add_event(run_id, Event("note", 3, 1, text="once"), again)
    assert [event.text for event in store.events(run_id)] == ["once"]
    store.set_process(run_id, os.getpid(), 1.0)
    store.begin(run_id, 10)  # the worker that trains it may say so again
    assert store.get(run_id).status == "running" and len(store.events(run_id)) == 1


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.sqlite"
    with Store(url) as store, store._write() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="received 99"):
        Store(url)
