"""The supervisor with a cluster, with an invented launcher and clock: lost nodes, and a head that does not answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.runs import RunSettings, Store, Supervisor
from cnn_builder.runs.store.events import NOTE
from cnn_builder.runs.workers.launcher import Lost
from tests.support.launchers import FakeLauncher
from tests.support.networks import TINY
from tests.support.stores import store_url

LOST = Lost("lost node", starts_again=True, most=1)


class House:
    def __init__(self, store: Store) -> None:
        self.store, self.launcher, self.now = store, FakeLauncher(), 0.0
        self.supervisor = Supervisor(store, self.launcher, 4, lambda: self.now)

    def queue(self, seed: int = 0) -> str:
        return self.store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id

    def running(self) -> str:
        run_id = self.queue()
        self.tick()
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


def lose(house: House, run_id: str) -> None:
    house.launcher.gone[run_id] = LOST
    house.tick()
    house.launcher.places = 0  # what is queued then stays where it can be seen
    house.tick(after=5)
    house.launcher.gone.clear()
    house.launcher.places = None


def test_a_lost_run_is_started_again_once_before_all_that_wait(house: House) -> None:
    run_id, waiting = house.running(), house.queue(1)
    house.launcher.places = 1
    house.launcher.gone[run_id] = LOST
    house.tick()
    assert house.state(run_id)[0] == "running"  # its worker may give a sign of life yet
    house.store.beat(run_id, 5, 1)
    house.tick(after=4.9)
    house.tick(after=4.9)
    assert house.state(run_id)[0] == "running"
    house.launcher.places = 0
    house.tick(after=0.2)
    assert house.state(run_id) == ("queued", "lost node")
    assert house.store.queue_position(run_id) == 1 and house.store.queue_position(waiting) == 2
    (note,) = [event for event in house.store.events(run_id) if event.kind == NOTE]
    assert (note.text, note.step) == ("lost node: started again from its last checkpoint", 5)
    house.launcher.places, house.launcher.gone = 1, {}
    house.tick()
    assert house.launcher.submitted == [run_id, run_id]

    lose(house, run_id)
    assert house.state(run_id) == ("crashed", "lost node") and house.store.get(run_id).can_resume


def test_a_lost_run_that_was_asked_to_stop_has_stopped(house: House) -> None:
    run_id = house.running()
    house.store.request_stop(run_id)
    lose(house, run_id)
    assert house.state(run_id) == ("stopped", "lost node")


def test_one_that_another_worker_has_by_now_is_left_alone(house: House) -> None:
    run_id = house.running()
    before = house.store.get(run_id)
    house.store.start_again(before, "lost node", 1)
    house.tick()
    assert house.store.get(run_id).pid != before.pid
    assert not house.store.start_again(before, "lost node", 1)
    assert house.state(run_id)[0] == "starting"


def test_a_cluster_that_is_started_anew_loses_no_run_however_often(house: House) -> None:
    run_id = house.running()
    for _ in range(3):
        run = house.store.get(run_id)
        assert house.store.start_again(run, "the cluster was started anew")
        house.tick()
    assert house.state(run_id)[0] == "starting"


def test_while_the_head_does_not_answer_runs_are_kept_and_told(house: House) -> None:
    run_id = house.running()
    house.launcher.places = 1
    waiting = house.queue(1)
    house.launcher.problem = "The Ray cluster at head:6379 cannot be reached: no answer."
    house.launcher.dead[run_id] = "killed (signal 9)"  # as if it could be known
    house.tick()
    assert house.state(waiting) == ("queued", "cluster unreachable")
    for step in range(3):
        house.store.beat(run_id, step, 1)
        house.tick(after=40)
    assert house.state(run_id) == ("running", None)  # it trains, whatever the head does
    house.tick(after=5)
    assert house.state(run_id) == ("running", "cluster unreachable")
    house.launcher.problem = None
    house.launcher.dead.clear()
    house.tick()
    assert house.state(run_id) == ("running", None) and house.state(waiting) == ("queued", None)
    assert house.launcher.submitted == [run_id]


def test_no_more_are_given_out_than_the_cluster_has_places_for(house: House) -> None:
    house.launcher.places = 2
    made = [house.queue(seed) for seed in range(4)]
    house.tick()
    assert house.launcher.submitted == made[:2]
    assert house.store.queue_position(made[2]) == 1
