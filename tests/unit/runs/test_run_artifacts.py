"""Runs whose files are under a URL: two machines, each with a home of its own, share it and the store."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cnn_builder.data import DATASETS
from cnn_builder.runs import BackupError, Run, RunSettings, RunStateError, Store, StoreError, Supervisor
from cnn_builder.runs.backup.restoring import restore_backup
from cnn_builder.runs.backup.writing import write_backup
from cnn_builder.runs.run_files import BEST, INITIAL
from cnn_builder.runs.workers.fetcher import Fetcher
from cnn_builder.runs.workers.further import train_further
from cnn_builder.runs.workers.removal import delete_run
from cnn_builder.runs.workers.supervisor import ARTIFACTS_UNREACHABLE
from cnn_builder.settings import Settings
from cnn_builder.status import take_status
from tests.support.launchers import FakeLauncher
from tests.support.networks import TINY, TINY_DIGITS
from tests.support.own_data import imported, pictures
from tests.support.paths import ROOT


class Machine:
    """A home of its own, and the store and the URL of all."""

    def __init__(self, around: Path, name: str) -> None:
        self.url = around / "url"
        store = f"sqlite:///{around}/runs.sqlite"
        self.settings = Settings(home=around / name, artifacts=self.url.as_uri(), store=store)
        self.store = Store.open(self.settings)
        assert self.store.artifacts is not None
        self.artifacts = self.store.artifacts

    def trained(self, weights: str = "weights", seed: int = 0) -> Run:
        """A run that a worker here has trained and put; it ends only then."""
        run_id = self.store.create_run(TINY_DIGITS, "digits", RunSettings(seed=seed)).run_id
        self.write(run_id, weights)
        self.artifacts.put(run_id)
        self.store.finish(run_id, "finished", result={"test_accuracy": 0.9})
        return self.store.get(run_id)

    def write(self, run_id: str, weights: str) -> None:
        folder = self.settings.run_folder(run_id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / BEST).write_text(weights)

    def best(self, run_id: str) -> str | None:
        path = self.settings.run_folder(run_id) / BEST
        return path.read_text() if path.is_file() else None

    def close_url(self) -> None:
        self.url.rename(self.url.with_name("away"))
        self.url.write_text("a file in its place")

    def open_url(self) -> None:
        self.url.unlink()
        self.url.with_name("away").rename(self.url)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    made = Machine(tmp_path, "a"), Machine(tmp_path, "b")
    yield made
    for machine in made:
        machine.store.close()


def test_who_is_told_that_a_run_has_ended_has_its_files(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    run = a.trained()
    assert b.best(run.run_id) is None
    assert b.store.get(run.run_id[:-1]).status == "finished"
    assert b.best(run.run_id) == "weights"


def test_a_run_that_went_on_is_fetched_again_when_it_has_ended_again(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    run = a.trained()
    b.store.get(run.run_id)
    a.write(run.run_id, "better")
    a.artifacts.put(run.run_id)
    b.store.get(run.run_id)
    assert b.best(run.run_id) == "weights"  # it has not ended since: nothing was asked
    b.artifacts.complete(replace(run, ended=(run.ended or 0) + 1))
    assert b.best(run.run_id) == "better"


def test_a_url_that_does_not_answer_holds_up_no_page(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    run = a.trained()
    a.close_url()
    assert b.store.get(run.run_id).status == "finished" and b.best(run.run_id) is None
    assert "cannot be reached" in take_status(b.store, b.settings).attention[-1]
    a.open_url()
    assert b.store.get(run.run_id).status == "finished" and b.best(run.run_id) is None  # not asked so soon
    b.artifacts._away_until = 0.0
    b.store.get(run.run_id)
    assert b.best(run.run_id) == "weights"


def test_a_server_fetches_what_trains_and_what_has_ended(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    old, new = a.trained("old", 1), a.trained("new", 2)
    at_work = a.store.create_run(TINY_DIGITS, "digits", RunSettings(seed=3)).run_id
    a.store.claim_next(1)
    a.write(at_work, "so far")
    a.artifacts.put(at_work)
    fetcher = Fetcher(b.store, b.settings, b.artifacts)
    fetcher.look()
    assert b.best(at_work) == "so far" and b.best(old.run_id) is None
    for _ in range(3):
        fetcher.look()
    assert (b.best(old.run_id), b.best(new.run_id)) == ("old", "new")
    a.write(at_work, "the end")
    a.artifacts.put(at_work)
    a.store.finish(at_work, "stopped")
    fetcher.look()
    assert b.best(at_work) == "the end"


def test_a_server_fetches_data_sets_that_others_have_imported(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    info = imported(a.settings.home)
    run = a.store.create_run(TINY, info.name, RunSettings())
    a.artifacts.send_dataset(run)
    Fetcher(b.store, b.settings, b.artifacts).look_for_datasets()
    assert (b.settings.home / "datasets" / "pets" / "set.json").is_file()
    b.artifacts.fetch_dataset(run)


def test_a_deleted_run_leaves_nothing_there(machines: tuple[Machine, Machine]) -> None:
    a, _ = machines
    run, other = a.trained(seed=1), a.trained(seed=2)
    delete_run(a.store, a.settings, run.run_id)
    assert [path.name for path in (a.url / "runs").iterdir()] == [other.run_id]
    a.close_url()
    with pytest.raises(StoreError, match=rf"deleted, but not its files under file://.*/runs/{other.run_id}"):
        delete_run(a.store, a.settings, other.run_id)


def test_a_run_that_begins_with_weights_finds_them_on_any_machine(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    run = b.store.get(a.trained().run_id)
    further = train_further(b.store, b.settings, run, DATASETS["digits"], RunSettings(seed=5))
    a.artifacts.fetch(further.run_id)
    assert (a.settings.run_folder(further.run_id) / INITIAL).read_text() == "weights"
    a.close_url()
    with pytest.raises(RunStateError, match="cannot be reached"):
        train_further(b.store, b.settings, run, DATASETS["digits"], RunSettings(seed=6))
    assert len(b.store.list()) == 2 and len(list(b.settings.runs_folder.iterdir())) == 2


def test_a_backup_has_the_files_of_all_machines(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    run = a.trained()
    imported(a.settings.home)
    a.artifacts.send_dataset(replace(run, dataset="pets@0123456789abcdef"))
    write_backup(b.store, b.settings, tmp_path / "all.backup")
    url = (tmp_path / "new url").as_uri()
    new = Settings(home=tmp_path / "new", artifacts=url)
    with Store.open(new) as store:
        assert restore_backup(store, new, tmp_path / "all.backup").runs == 1
    third = Settings(home=tmp_path / "third", artifacts=url, store=f"sqlite:///{new.home}/runs.sqlite")
    with Store.open(third) as store:
        store.get(run.run_id)
        Fetcher(store, third, store.artifacts).look_for_datasets()  # type: ignore[arg-type]
    assert (third.run_folder(run.run_id) / BEST).read_text() == "weights"
    assert (third.home / "datasets" / "pets" / "set.json").is_file()
    a.close_url()
    with pytest.raises(BackupError, match="cannot be written: The artifacts at"):
        write_backup(b.store, b.settings, tmp_path / "another.backup")


def test_a_damaged_file_makes_no_backup(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = machines
    run = a.trained()
    for path in (a.url / "runs" / run.run_id / "objects").iterdir():
        path.write_text("damaged")
    with pytest.raises(BackupError, match=rf"files of run {run.run_id} are damaged under .*: {BEST}"):
        write_backup(b.store, b.settings, tmp_path / "all.backup")


def test_a_run_waits_until_its_data_set_can_be_put_there(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    info = imported(a.settings.home)
    launcher = FakeLauncher()
    supervisor = Supervisor(a.store, launcher, 1)
    a.url.write_text("a file in its place")
    run_id = a.store.create_run(TINY, info.name, RunSettings()).run_id
    supervisor.tick()
    waiting = a.store.get(run_id)
    assert (waiting.status, waiting.reason, launcher.submitted) == ("queued", ARTIFACTS_UNREACHABLE, [])
    a.url.unlink()
    supervisor.tick()
    assert launcher.submitted == [run_id] and a.store.get(run_id).reason is None
    b.artifacts.fetch_dataset(a.store.get(run_id))
    assert (b.settings.home / "datasets" / "pets" / f"{info.name.partition('@')[2]}.npz").is_file()


def test_a_run_of_a_data_set_that_two_machines_changed_apart_is_told_so(machines: tuple[Machine, Machine]) -> None:
    a, b = machines
    info = imported(a.settings.home)
    other = imported(b.settings.home, files=pictures(("cat", "cow")))
    for machine, name in ((b, other.name), (a, info.name)):
        run_id = machine.store.create_run(TINY, name, RunSettings()).run_id
        Supervisor(machine.store, FakeLauncher(), 2).tick()
    told = a.store.get(run_id)
    assert (told.status, told.reason) == (
        "crashed",
        "The data set pets was changed on another machine while the artifacts could not be reached. Import it again.",
    )


def test_without_the_variable_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom cnn_builder.runs import Store, RunSettings\nfrom cnn_builder.settings import Settings\n"
        "from tests.support.networks import TINY\n"
        f"settings = Settings.from_env({{'CNN_BUILDER_HOME': {str(tmp_path)!r}}})\n"
        "with Store.open(settings) as store:\n"
        "    assert store.artifacts is None\n"
        "    store.get(store.create_run(TINY, 'digits', RunSettings()).run_id)\n"
        "assert not {'fsspec', 's3fs', 'botocore'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
