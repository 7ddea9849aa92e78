"""What is PostgreSQL's own: opening, its errors in our words, one writer at a time, and backups."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from cnn_builder.runs import (
    Metric,
    RunSettings,
    Store,
    StoreBusy,
    StoreError,
    StoreUnreachable,
)
from cnn_builder.runs.backup.restoring import restore_backup
from cnn_builder.runs.backup.writing import write_backup
from cnn_builder.runs.workers.launcher import worker_env
from cnn_builder.settings import Settings
from tests.support.networks import TINY
from tests.support.stores import store_url

OPEN = """
import sys
from cnn_builder.architecture import Architecture
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.settings import Settings
architecture = Architecture.from_json(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store = Store.open(Settings.from_env())
for seed in range(4):
    run = store.create_run(architecture, "mnist", RunSettings(seed=seed))
    store.append(run.run_id, [Metric(1, 1, "step", 0.5, 0.5)] * 20)
claimed = []
while (run := store.claim_next(99)) is not None:
    claimed.append(run.run_id)
print(*claimed)
"""


@pytest.mark.fault(15)
def test_four_processes_open_a_new_store_at_once_and_share_its_work(settings: Settings) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, TINY.to_json()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=worker_env(settings),
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [run_id for process in started for run_id in process.communicate(timeout=60)[0].split()]
    assert all(process.returncode == 0 for process in started)
    with Store.open(settings) as store:
        # One that asked again after another had claimed it got the same run; each was given out once.
        assert len(claimed) == len(set(claimed)) == len(store.list()) == 4
        for run_id in claimed:
            assert [row.seq for row in store.metrics(run_id)] == list(range(1, 81))


def test_a_newer_store_is_left_alone(url: str) -> None:
    with Store(url) as store, store._write() as connection:
        connection.exec_driver_sql("UPDATE store_version SET version = 99")
    with pytest.raises(StoreError, match="received 99"):
        Store(url)


def test_an_earlier_store_gets_what_it_lacks(url: str) -> None:
    with Store(url) as store:
        run_id = store.create_run(TINY, "mnist", RunSettings()).run_id
        with store._write() as connection:
            connection.exec_driver_sql("DROP TABLE sweep_runs")
            connection.exec_driver_sql("ALTER TABLE runs DROP COLUMN imported")
            connection.exec_driver_sql("UPDATE store_version SET version = 3")
    for _ in range(2):
        with Store(url) as store:
            assert store.get(run_id).imported is None and store.sweep_of(run_id) is None


def test_errors_are_told_in_one_line_without_the_password(url: str) -> None:
    parsed = make_url(url)
    wrong = (
        (parsed.set(password="s3cret"), StoreUnreachable, "password authentication failed"),
        (parsed.set(port=1), StoreUnreachable, "cannot be reached"),
        (parsed.set(database="nothing"), StoreUnreachable, "does not exist"),
    )
    for bad, kind, told in wrong:
        with pytest.raises(kind, match=told) as caught:
            Store(bad.render_as_string(hide_password=False))
        message = str(caught.value)
        assert "\n" not in message and "s3cret" not in message and str(parsed.password) not in message


@pytest.mark.fault(4)
def test_a_writer_that_hangs_is_waited_for_and_then_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn_builder.runs.store.postgresql.LOCK_SECONDS", 0.2)
    with Store(url) as store:
        run_id = store.create_run(TINY, "mnist", RunSettings()).run_id
        with store._write():
            with pytest.raises(StoreBusy, match="busy"):
                store.request_stop(run_id)
            assert store.get(run_id).status == "queued"  # who reads waits for nobody
        assert store.request_stop(run_id).status == "stopped"


def test_a_backup_of_a_server_is_restored_into_a_file_and_into_a_server(settings: Settings, tmp_path: Path) -> None:
    with Store.open(settings) as store:
        run_id = store.create_run(TINY, "mnist", RunSettings()).run_id
        store.append(run_id, [Metric(1, step, "step", 0.5, 0.5) for step in range(1, 5_000)])
        store.finish(run_id, "finished", result={"test_accuracy": 0.9})
        assert write_backup(store, settings, tmp_path / "backup").runs == 1
        before, metrics = store.get(run_id), store.metrics(run_id)
    for number, url in enumerate((None, store_url(tmp_path))):
        other = Settings(home=tmp_path / f"other {number}", store=url)
        with Store.open(other) as store:
            assert restore_backup(store, other, tmp_path / "backup").runs == 1
            assert store.get(run_id) == before and store.metrics(run_id) == metrics
