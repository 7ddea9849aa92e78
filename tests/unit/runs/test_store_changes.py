"""The store: resume, the queue, another learning rate, names, notes, tags, deletion, and stores of before."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cnn_builder.limits import MAX_NAME, MAX_NOTES, MAX_TAG, MAX_TAGS
from cnn_builder.runs import (
    Access,
    Asked,
    Event,
    Metric,
    ResumePoint,
    Run,
    RunNotFound,
    RunSettings,
    RunSettingsError,
    RunStateError,
    RunTextError,
    Store,
    StoreBusy,
    StoreError,
    StoreFull,
)
from cnn_builder.runs.store.database import set_run
from cnn_builder.runs.store.run_text import UNNAMED
from cnn_builder.runs.store.schema import VERSION
from cnn_builder.runs.workers.removal import delete_run
from cnn_builder.settings import Settings
from tests.support.networks import TINY
from tests.support.old_stores import OLD_SETTINGS, OLD_STORES
from tests.support.stores import store_url


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(store_url(tmp_path), lambda: 1000.0) as opened:
        yield opened


def queued(store: Store, seed: int = 0) -> str:
    return store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id


def trained(store: Store) -> Run:
    """A run with two epochs of three steps, stopped in the third."""
    run_id = queued(store)
    store.claim_next(9)
    store.set_process(run_id, 4321, 1.5)
    store.begin(run_id, 30)
    rows = [Metric(1, step, "step", 1 / step, 0.5) for step in (1, 2, 3)]
    rows += [Metric(1, 3, "epoch", 0.5, 0.6), *(Metric(2, step, "step", 1 / step, 0.5) for step in (4, 5, 6))]
    rows += [Metric(2, 6, "epoch", 0.4, 0.7), Metric(3, 7, "step", 0.1, 0.9)]
    store.append(run_id, rows)
    store.beat(run_id, 7, 3)
    store.finish(run_id, "stopped", result={"test_accuracy": 0.9, "best_epoch": 2, "evaluation": {"samples": []}})
    return store.get(run_id)


def go_on(store: Store, run_id: str, kept: ResumePoint | None) -> Run:
    store.request_resume(run_id)
    store.claim_next(9)
    store.begin(run_id, 30, kept)
    return store.get(run_id)


def points(store: Store, run_id: str) -> list[tuple[str, int, int]]:
    return [(row.kind, row.step, row.seq) for row in store.metrics(run_id)]


def test_a_resumed_run_waits_again_and_keeps_what_it_had(store: Store) -> None:
    run = trained(store)
    assert run.can_resume
    again = store.request_resume(run.run_id)
    assert (again.status, again.reason, again.ended, again.pid, again.boot) == ("queued", None, None, None, None)
    assert (again.step, again.test_accuracy) == (7, 0.9)
    assert store.request_resume(run.run_id).status == "queued"  # a second click
    assert store.request_stop(run.run_id).status == "stopped"
    assert store.get(run.run_id).test_accuracy == 0.9
    assert store.request_resume(run.run_id).status == "queued"


def test_the_curve_is_cut_in_an_epoch_and_goes_on(store: Store) -> None:
    run = trained(store)
    again = go_on(store, run.run_id, ResumePoint(step=5, epoch=2, epochs_done=1, seconds=40.0))
    assert (again.status, again.step, again.epoch, again.started, again.cut) == ("running", 5, 2, 960.0, 9)
    assert (again.test_accuracy, again.best_epoch, again.evaluation) == (None, None, None)
    kept = [("step", 1, 1), ("step", 2, 2), ("step", 3, 3), ("epoch", 3, 4), ("step", 4, 5), ("step", 5, 6)]
    assert points(store, run.run_id) == kept
    store.append(run.run_id, [Metric(2, 6, "step", 0.3, 0.6)])
    assert points(store, run.run_id) == [*kept, ("step", 6, 10)]  # no number is given twice
    (event,) = store.events(run.run_id)
    assert event == Event("resumed", 5, 2, at=1000.0)


def test_an_epochs_end_counts_only_when_the_checkpoint_has_it(store: Store) -> None:
    run = trained(store)
    go_on(store, run.run_id, ResumePoint(step=6, epoch=2, epochs_done=1))
    assert ("epoch", 6, 8) not in points(store, run.run_id) and ("step", 6, 7) in points(store, run.run_id)
    store.finish(run.run_id, "crashed")
    store.append(run.run_id, [Metric(2, 6, "epoch", 0.4, 0.7)])
    go_on(store, run.run_id, ResumePoint(step=6, epoch=3, epochs_done=2))
    assert points(store, run.run_id)[-1] == ("epoch", 6, 10)


def test_rows_that_were_not_written_come_from_the_checkpoint_once(store: Store) -> None:
    run = trained(store)
    pending = [Metric(3, 7, "step", 0.1, 0.9), Metric(3, 8, "step", 0.1, 0.9)]
    go_on(store, run.run_id, ResumePoint(step=8, epoch=3, epochs_done=2, pending=pending))
    assert points(store, run.run_id)[-2:] == [("step", 7, 9), ("step", 8, 10)]


def test_without_a_checkpoint_a_run_begins_anew(store: Store) -> None:
    run = trained(store)
    again = go_on(store, run.run_id, None)
    assert (again.step, again.cut, points(store, run.run_id)) == (0, 9, [])
    assert [(event.kind, event.step) for event in store.events(run.run_id)] == [("resumed", 0)]


@pytest.mark.parametrize("status", ["finished", "diverged"])
def test_what_ended_for_good_is_not_resumed(store: Store, status: str) -> None:
    run_id = queued(store)
    store.finish(run_id, status)
    assert not store.get(run_id).can_resume
    with pytest.raises(
        RunStateError, match=f"expected the status stopped or crashed or interrupted, received {status}"
    ):
        store.request_resume(run_id)
    with pytest.raises(RunNotFound):
        store.request_resume("nothing-here")


def test_a_resumed_run_queues_behind_those_that_wait(store: Store) -> None:
    old = trained(store).run_id
    first, second = queued(store, 1), queued(store, 2)
    store.request_resume(old)
    assert [store.queue_position(run_id) for run_id in (first, second, old)] == [1, 2, 3]
    order = []
    while (run := store.claim_next(9)) is not None:
        order.append(run.run_id)
    assert order == [first, second, old]
    assert store.queue_position(old) is None and store.queue_position("nothing-here") is None


def test_another_learning_rate_is_asked_for(store: Store) -> None:
    run_id = queued(store)
    assert store.asked(run_id) == Asked()
    store.request_learning_rate(run_id, 0.01)
    store.request_learning_rate(run_id, 0.01)
    assert store.asked(run_id) == Asked(False, 0.01, 2)  # two requests of the same are two
    store.claim_next(1)
    store.request_stop(run_id)
    assert store.asked(run_id) == Asked(True, 0.01, 2)
    for wrong in (0.0, -1.0, 11.0, float("nan"), float("inf")):
        with pytest.raises(RunSettingsError, match="above 0, at most 10"):
            store.request_learning_rate(run_id, wrong)
    store.finish(run_id, "stopped")
    with pytest.raises(RunStateError, match=r"has ended \(stopped\)"):
        store.request_learning_rate(run_id, 0.1)


def test_the_latest_rows_are_read_alone(store: Store) -> None:
    run = trained(store)
    assert [row.epoch for row in store.latest(run.run_id, "epoch", 5)] == [1, 2]
    assert [(row.step, row.kind) for row in store.latest(run.run_id, "step", 1)] == [(7, "step")]


def test_a_change_after_the_cut_is_forgotten_and_one_before_is_not(store: Store) -> None:
    run = trained(store)
    for step in (2, 7):
        store.add_event(run.run_id, Event("learning_rate", step, 1, 0.5))
    go_on(store, run.run_id, ResumePoint(step=5, epoch=2, epochs_done=1))
    assert [(event.kind, event.step) for event in store.events(run.run_id)] == [("learning_rate", 2), ("resumed", 5)]


def test_name_notes_and_tags(store: Store) -> None:
    run_id = queued(store)
    assert (store.get(run_id).notes, store.get(run_id).tags) == ("", ())
    assert store.rename(run_id, "  Second try <script> ").name == "Second try <script>"
    assert store.set_notes(run_id, "one\r\ntwo\n").notes == "one\ntwo"
    assert store.set_tags(run_id, ["a", " b ", "a", ""]).tags == ("a", "b")
    assert store.set_tags(run_id, []).tags == () and store.set_notes(run_id, "").notes == ""
    with pytest.raises(RunNotFound):
        store.rename("nothing-here", "x")


BAD = ["\0", "a\x1b[31m", "\u202egnp.exe", "\ud800", "a\nb"]


def test_words_that_mislead_or_are_too_long_are_refused(store: Store) -> None:
    run_id = queued(store)
    for bad in (*BAD, "", "  ", "x" * (MAX_NAME + 1), "x" * 10_000_000):
        with pytest.raises(RunTextError) as caught:
            store.rename(run_id, bad)
        assert len(str(caught.value)) < 200
        with pytest.raises(RunTextError):
            store.create_run(TINY, "mnist", RunSettings(seed=9), name=bad)
    for bad in (*BAD[:4], "x" * (MAX_NOTES + 1)):
        with pytest.raises(RunTextError):
            store.set_notes(run_id, bad)
    for tags in (*([bad] for bad in BAD[:4]), ["a,b"], ["x" * (MAX_TAG + 1)], [str(n) for n in range(MAX_TAGS + 1)]):
        with pytest.raises(RunTextError):
            store.set_tags(run_id, tags)
    assert store.rename(run_id, "קמרים 👩🏽‍🔬 数字").name == "קמרים 👩🏽‍🔬 数字"
    assert store.get(run_id).tags == () and len(store.list()) == 1


@pytest.mark.parametrize("name", ["x" * MAX_NAME, "\u200eשם\u200f", "Résumé 👩🏽‍🔬", " L1 "])
def test_whatever_a_network_may_be_called_its_run_may_be_called(store: Store, name: str) -> None:
    run = store.create_run(TINY.with_name(name), "mnist", RunSettings())
    assert run.name == name.strip()
    described = store.describe(run.run_id, run.name, ["tag"], "")
    assert (described.name, described.tags) == (name.strip(), ("tag",))
    assert store.rename(run.run_id, name).name == name.strip()


@pytest.mark.parametrize("name", ["", "  "])
def test_the_run_of_a_network_without_a_name_has_one(store: Store, name: str) -> None:
    run = store.create_run(TINY.with_name(name), "mnist", RunSettings())
    assert run.name == UNNAMED
    assert store.describe(run.run_id, run.name, ["tag"], "").tags == ("tag",)


@pytest.mark.parametrize("name", ["", "a\tb", "x" * (MAX_NAME + 50)])
def test_a_name_that_was_taken_before_stays_as_it_is(store: Store, name: str) -> None:
    run_id = queued(store)
    with store._write() as connection:
        set_run(connection, run_id, name=name)
    described = store.describe(run_id, name, ["tag"], "some notes")
    assert (described.name, described.tags, described.notes) == (name, ("tag",), "some notes")
    with pytest.raises(RunTextError):
        store.describe(run_id, "a\tc", [], "")


def test_a_run_is_deleted_with_its_files_but_not_at_work(store: Store, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    run = trained(store)
    waiting = queued(store, 1)
    with pytest.raises(RunStateError, match="is queued: stop it"):
        delete_run(store, settings, waiting)
    folder = settings.run_folder(run.run_id)
    folder.mkdir(parents=True)
    (folder / "best.keras").write_text("x")
    store.add_event(run.run_id, Event("note", 1, 1, text="x"))
    delete_run(store, settings, run.run_id)
    assert not folder.exists() and [left.run_id for left in store.list()] == [waiting]
    assert not store.metrics(run.run_id) and not store.events(run.run_id)
    with pytest.raises(RunNotFound):
        delete_run(store, settings, run.run_id)
    store.request_stop(waiting)
    delete_run(store, settings, waiting)  # it has no folder


def test_files_that_cannot_be_deleted_are_said(store: Store, tmp_path: Path) -> None:
    run = trained(store)
    folder = Settings(home=tmp_path).run_folder(run.run_id)
    folder.parent.mkdir(parents=True)
    folder.write_text("not a folder")
    with pytest.raises(StoreError, match="its files were not"):
        delete_run(store, Settings(home=tmp_path), run.run_id)


@pytest.mark.parametrize("version", OLD_STORES)
def test_a_store_of_before_opens_with_all_its_runs(version: int, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "runs.sqlite")
    connection.executescript(OLD_STORES[version])
    names = "run_id, name, status, request, dataset, architecture, settings, total_params, created, step, epoch, beats"
    for run_id, status in (("0mwqaaaaa-00001", "queued"), ("0mwqaaaaa-00002", "stopped")):
        values = (run_id, "Old", status, "d", "mnist", TINY.to_json(), OLD_SETTINGS, 0, 1.0, 3, 1, 0)
        connection.execute(f"INSERT INTO runs ({names}) VALUES ({','.join('?' * 12)})", values)
    connection.execute("INSERT INTO metrics VALUES ('0mwqaaaaa-00002', 1, 1, 3, 'step', 0.5, 0.5, NULL, NULL, 0.1)")
    connection.commit()
    connection.close()
    for _ in range(2):  # the second opening finds it changed already
        with Store(f"sqlite:///{tmp_path}/runs.sqlite") as store:
            assert [run.run_id for run in store.list()] == ["0mwqaaaaa-00002", "0mwqaaaaa-00001"]
            old = store.get("0mwqaaaaa-00002")
            assert (old.notes, old.tags, old.cut, old.settings) == ("", (), 0, RunSettings())
            assert len(store.metrics(old.run_id)) == 1
            assert old.drawings is None and store.drawings(old.run_id) is None and old.device is None
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as store:
        new = queued(store)
        store.request_resume(old.run_id)
        assert [store.queue_position(run_id) for run_id in ("0mwqaaaaa-00001", new, old.run_id)] == [1, 2, 3]
        assert store.set_tags(old.run_id, ["kept"]).tags == ("kept",)
        store.add_event(old.run_id, Event("note", 1, 1, text="x"))
        assert store.sweeps() == () and store.sweep_of(old.run_id) is None
        assert old.owner is None  # it belongs to whoever runs the machine, and nobody who signs in has it
        assert store.for_access(Access("a" * 32)).list() == [] and store.shared_token(old.run_id) is None
    assert shape(tmp_path / "runs.sqlite") == shape(made_anew(tmp_path))


def made_anew(folder: Path) -> Path:
    with Store(f"sqlite:///{folder}/new.sqlite"):
        return folder / "new.sqlite"


def shape(path: Path) -> dict[str, set[str]]:
    """Table → its columns."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [
            row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")
        ]
        return {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in tables}


def test_every_schema_that_ever_was_is_tried() -> None:
    assert list(OLD_STORES) == list(range(1, VERSION))


def test_a_busy_store_is_an_error_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn_builder.runs.store.sqlite.BUSY_SECONDS", 0.05)
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as store:
        run_id = queued(store)
        hung = sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)
        hung.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            store.request_stop(run_id)
        assert store.get(run_id).status == "queued"
        hung.close()
        assert store.request_stop(run_id).status == "stopped"


def test_a_full_disk_is_an_error_of_its_own(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as store:
        run_id = queued(store)
        with pytest.raises(StoreFull), store._write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # what there is now is the most
            connection.exec_driver_sql("CREATE TABLE more AS SELECT hex(zeroblob(1000000)) AS much")
        assert store.get(run_id).status == "queued"


def test_an_error_that_only_sounds_full_or_locked_is_neither(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as store:
        for name in ("full", "locked"):
            with pytest.raises(StoreError, match=f"no such table: {name}") as told, store._read() as connection:
                connection.exec_driver_sql(f"SELECT * FROM {name}")
            assert type(told.value) is StoreError
