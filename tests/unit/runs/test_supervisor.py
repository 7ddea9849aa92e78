"""The supervisor, with an invented launcher and clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.runs import RunSettings, Store, StoreBusy, Supervisor
from cnn_builder.runs.workers import processes
from tests.support.launchers import FakeLauncher
from tests.support.networks import TINY
from tests.support.stores import store_url


class House:
    """A store, a launcher, a clock, and as many supervisors as wanted."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.launcher = FakeLauncher()
        self.now = 0.0
        self.supervisor = self.another()

    def another(self, max_active: int = 1) -> Supervisor:
        return Supervisor(self.store, self.launcher, max_active, lambda: self.now)

    def queue(self, seed: int = 0) -> str:
        return self.store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id

    def running(self) -> str:
        run_id = self.queue()
        self.supervisor.tick()
        self.store.begin(run_id, 10)
        return run_id

    def tick(self, after: float = 0.0) -> None:
        self.now += after
        self.supervisor.tick()

    def state(self, run_id: str) -> tuple[str, str | None]:
        run = self.store.get(run_id)
        return run.status, run.reason


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Store(store_url(tmp_path)) as store:
        yield House(store)


def test_the_queue_moves_one_by_one(house: House) -> None:
    first, second = house.queue(0), house.queue(1)
    house.tick()
    house.tick()
    assert house.launcher.submitted == [first]
    assert (house.store.get(first).pid, house.store.get(first).pid_started) == (1001, 5.0)
    house.store.finish(first, "finished")
    house.tick()
    assert house.launcher.submitted == [first, second]


def test_several_at_once_where_allowed(house: House) -> None:
    made = [house.queue(seed) for seed in range(3)]
    house.another(max_active=2).tick()
    assert house.launcher.submitted == made[:2]


def test_two_supervisors_start_a_run_once(house: House) -> None:
    run_id = house.queue()
    other = house.another()
    house.tick()
    other.tick()
    assert house.launcher.submitted == [run_id]


def test_our_dead_worker_is_told_at_once_and_the_next_run_starts(house: House) -> None:
    run_id, waiting = house.running(), house.queue(1)
    house.launcher.dead[run_id] = "killed (signal 9)"
    house.tick()
    assert house.state(run_id) == ("crashed", "killed (signal 9)")
    assert house.launcher.submitted == [run_id, waiting]


def test_anothers_dead_worker_is_left_to_its_launcher_for_a_moment(house: House) -> None:
    run_id = house.running()
    house.launcher.dead[run_id] = None
    house.tick()
    assert house.state(run_id)[0] == "running"
    house.tick(after=3.1)
    assert house.state(run_id) == ("crashed", "process gone")


def test_a_worker_that_said_how_it_ended_is_believed(house: House) -> None:
    run_id = house.running()
    house.store.finish(run_id, "finished")
    house.launcher.dead[run_id] = "exit code 0"
    house.tick()
    assert house.state(run_id) == ("finished", None)


def test_a_run_of_before_the_restart_is_interrupted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = house.running()
    monkeypatch.setattr(processes, "boot_id", lambda: "another start")
    house.tick()
    assert house.state(run_id) == ("interrupted", "the machine was restarted")


def test_silence_is_told_and_taken_back(house: House) -> None:
    run_id = house.running()
    house.tick()
    house.tick(after=29)
    assert house.state(run_id) == ("running", None)
    house.tick(after=1)
    assert house.state(run_id) == ("running", "not responding")
    house.store.beat(run_id, 5, 1)
    assert house.state(run_id) == ("running", None)
    house.tick(after=29)
    assert house.state(run_id) == ("running", None) and not house.launcher.killed


def test_a_silent_worker_is_ended_when_asked_to_stop(house: House) -> None:
    run_id = house.running()
    house.tick()
    house.tick(after=30)
    house.store.request_stop(run_id)
    house.tick()
    assert house.launcher.killed == [run_id]
    assert house.state(run_id) == ("stopped", "not responding, ended")


def test_a_worker_that_hangs_as_it_starts_is_told(house: House) -> None:
    run_id = house.queue()
    house.tick()
    house.tick()
    house.tick(after=30)
    assert house.state(run_id) == ("starting", "not responding") and not house.launcher.killed


def test_silence_proves_nothing_while_the_store_takes_no_writes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hung writer holds the store: no worker can give a sign of life, and none is killed for it."""
    run_id = house.running()
    house.store.request_stop(run_id)
    house.tick()

    def busy(*_: object) -> None:
        raise StoreBusy("The store is busy.")

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "note", busy)
        with pytest.raises(StoreBusy):
            house.tick(after=40)
    assert house.launcher.killed == [] and house.state(run_id) == ("stopping", None)
    house.store.beat(run_id, 5, 1)
    house.tick(after=29)
    assert house.launcher.killed == []


def test_a_worker_whose_process_could_not_be_told_is_watched_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store was busy, or the server died, right after the worker was started: the worker says it itself."""
    run_id = house.queue()

    def busy(*_: object) -> None:
        raise StoreBusy("The store is busy.")

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "set_process", busy)
        with pytest.raises(StoreBusy):
            house.tick()
    house.store.take(run_id)
    house.store.begin(run_id, 10)
    house.tick(after=100)
    assert house.launcher.submitted == [run_id]
    house.launcher.dead[run_id] = "killed (signal 9)"
    house.tick()
    assert house.state(run_id) == ("crashed", "killed (signal 9)")


def test_a_responding_worker_may_take_its_time_to_stop(house: House) -> None:
    run_id = house.running()
    house.store.request_stop(run_id)
    for step in range(5):
        house.tick(after=25)
        house.store.beat(run_id, step, 1)
    assert house.state(run_id)[0] == "stopping" and not house.launcher.killed


def test_a_worker_that_cannot_be_started_is_said(house: House) -> None:
    house.launcher.broken = True
    first, second = house.queue(0), house.queue(1)
    house.tick()
    assert house.state(first) == house.state(second)
    assert house.state(first) == ("crashed", "The worker could not be started: no memory.")


def test_a_claim_whose_server_died_is_given_out_again(house: House) -> None:
    run_id = house.queue()
    house.store.claim_next(1)
    house.tick()
    house.tick(after=59)
    assert not house.launcher.submitted
    house.tick(after=1)
    assert house.launcher.submitted == [run_id]


def test_a_claim_whose_server_died_can_be_stopped(house: House) -> None:
    run_id = house.queue()
    house.store.claim_next(1)
    house.store.request_stop(run_id)
    house.tick()
    house.tick(after=60)
    assert house.state(run_id)[0] == "stopped"


@pytest.mark.fault(9)
def test_the_machines_clock_does_not_matter(tmp_path: Path) -> None:
    wall = [1_700_000_000.0]
    with Store(f"sqlite:///{tmp_path}/jump.sqlite", clock=lambda: wall[0]) as store:
        house = House(store)
        run_id = house.running()
        for jump in (3600, -7200, 3600):
            wall[0] += jump
            house.tick(after=1)
        assert house.state(run_id) == ("running", None)


def test_the_thread_starts_once_and_ends(house: House) -> None:
    house.supervisor.start_thread()
    thread = house.supervisor._thread
    house.supervisor.start_thread()
    assert house.supervisor._thread is thread
    house.supervisor.stop_thread()
    assert thread is not None and not thread.is_alive()
