"""Whose run is next, and what one person may have: turns and quotas."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.limits import MAX_SHARES
from cnn_builder.runs import Access, Quota, QuotaError, RunSettings, Store, Supervisor
from cnn_builder.runs.disk import DiskMeter, owner_bytes
from cnn_builder.runs.store.turns import fair_order
from cnn_builder.settings import Settings
from tests.support.launchers import FakeLauncher
from tests.support.networks import TINY
from tests.support.stores import store_url

ANN, BEN, CY = "a" * 32, "b" * 32, "c" * 32
NOON = 1_700_049_600.0  # 12:00 UTC
HOUR = 3600.0


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(store_url(tmp_path), clock) as opened:
        yield opened


def queued(store: Store, owner: str | None, seed: int, quota: Quota | None = None) -> str:
    access = Access(owner, whole=owner is None, quota=quota)
    return store.for_access(access).create_run(TINY, "mnist", RunSettings(seed=seed)).run_id


def trained(store: Store, owner: str, seed: int, seconds: float, clock: Clock) -> str:
    """The id of a run that ends now."""
    run_id = queued(store, owner, seed)
    store.claim_next(99)
    store.begin(run_id, 10)
    clock.now += seconds
    store.finish(run_id, "finished")
    return run_id


def next_run(store: Store, each: int = 0, slots: int = 1) -> str | None:
    claimed = store.claim_next(slots, each)
    return claimed and claimed.run_id


def drained(store: Store) -> list[str]:
    """The ids in the order in which they start, one at a time, each predicted as the next before it starts."""
    order = []
    while store.active():
        (first,) = [run.run_id for run in store.active() if store.queue_position(run.run_id) == 1]
        assert next_run(store) == first
        store.finish(first, "finished")
        order.append(first)
    return order


def test_nobody_waits_behind_anothers_twenty_runs(store: Store) -> None:
    anns = [queued(store, ANN, seed) for seed in range(20)]
    assert next_run(store) == anns[0]
    bens = [queued(store, BEN, seed) for seed in range(2)]
    expected = [bens[0], anns[1], bens[1], *anns[2:]]
    assert [store.queue_position(one) for one in expected] == list(range(1, 22))
    assert store.for_access(Access(BEN)).queue_position(bens[1]) == 3  # of all, though Ben sees his own only
    store.finish(anns[0], "finished")
    assert drained(store) == expected


def test_one_persons_runs_start_in_their_order(store: Store) -> None:
    runs = [queued(store, None, seed) for seed in range(5)]
    assert [store.queue_position(run) for run in runs] == [1, 2, 3, 4, 5]
    store.request_stop(runs[1])
    store.request_resume(runs[1])
    assert drained(store) == [runs[0], *runs[2:], runs[1]]


def test_whoever_has_the_fewest_at_work_is_next(store: Store) -> None:
    anns, bens = ([queued(store, owner, seed) for seed in range(4)] for owner in (ANN, BEN))
    assert [next_run(store, slots=3) for _ in range(3)] == [anns[0], bens[0], anns[1]]
    store.finish(bens[0], "finished")
    assert next_run(store, slots=3) == bens[1] and next_run(store, slots=3) is None


def test_who_deletes_their_runs_is_not_first_again(store: Store) -> None:
    first, _ = [queued(store, ANN, seed) for seed in range(2)]
    ben = queued(store, BEN, 0)
    assert next_run(store) == first
    store.finish(first, "stopped")
    store.delete(first)
    assert next_run(store) == ben


def test_nobody_trains_more_at_once_than_their_share(store: Store) -> None:
    anns = [queued(store, ANN, seed) for seed in range(4)]
    mine = [queued(store, None, seed) for seed in range(3)]
    claimed = [next_run(store, each=1, slots=9) for _ in range(5)]
    assert set(claimed) == {anns[0], *mine, None}  # whoever runs the machine has no limit
    store.finish(anns[0], "finished")
    assert next_run(store, each=1, slots=9) == anns[1]
    quota = Quota(active_runs=1)
    positions = [store.for_access(Access(ANN, quota=quota)).queue_position(one) for one in anns[2:]]
    assert positions == [1, 2]


def test_an_unreadable_run_holds_up_nobody(store: Store) -> None:
    broken, ben = queued(store, ANN, 0), queued(store, BEN, 0)
    with store._write() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET settings = '{{}}x' WHERE run_id = '{broken}'")
    assert next_run(store) == ben


def test_turns_go_round() -> None:
    waiting = [(f"{owner}{n}", owner) for owner in "abc" for n in range(2)]
    assert fair_order(waiting, [], {}) == ["a0", "b0", "c0", "a1", "b1", "c1"]
    assert fair_order(waiting, [], {"a": 3, "b": 1, "c": 2})[:3] == ["b0", "c0", "a0"]
    assert fair_order([], ["a"], {"a": 1}) == []


def test_waiting_runs_are_counted(store: Store) -> None:
    quota = Quota(queued_runs=2)
    first = queued(store, ANN, 0, quota)
    queued(store, ANN, 1, quota)
    with pytest.raises(QuotaError, match=r"You have 2 of the 2 runs .* waiting; received one more run. Wait"):
        queued(store, ANN, 2, quota)
    assert queued(store, ANN, 0, quota) == first  # the same request makes none
    queued(store, BEN, 0, quota)  # another's do not count
    ann = store.for_access(Access(ANN, quota=quota))
    with pytest.raises(QuotaError, match="received 3 more runs"):
        ann.expect_room(3)
    next_run(store)
    queued(store, ANN, 2, quota)  # one trains now
    store.request_stop(first)
    store.finish(first, "stopped")
    with pytest.raises(QuotaError):
        ann.request_resume(first)
    assert store.get(first).status == "stopped"


def test_the_minutes_of_a_day_are_counted_also_of_deleted_runs(store: Store, clock: Clock) -> None:
    ann = store.for_access(Access(ANN, quota=Quota(minutes=60)))

    def minutes() -> float:
        used = ann.usage()
        assert used is not None
        return used.minutes

    first = trained(store, ANN, 0, 20 * 60, clock)
    assert minutes() == pytest.approx(20)
    clock.now += HOUR  # nothing trains
    store.delete(first)
    assert minutes() == pytest.approx(20)
    second = trained(store, ANN, 1, 30 * 60, clock)
    store.delete(second)
    assert minutes() == pytest.approx(50)
    running = queued(store, ANN, 2)
    store.claim_next(9)
    store.begin(running, 10)
    assert store.overdrawn(60) == ()
    clock.now += 10 * 60
    assert minutes() == pytest.approx(60) and store.overdrawn(60) == (running,)
    with pytest.raises(QuotaError, match="60 training minutes of today are used up"):
        queued(store, ANN, 3, Quota(minutes=60))
    clock.now = NOON + 12 * HOUR + 60  # a minute after midnight
    assert minutes() == pytest.approx(1)  # of the one that still trains


def test_a_run_is_stopped_when_the_minutes_are_used_up_and_says_why(store: Store, clock: Clock) -> None:
    quota = Quota(minutes=30)
    supervisor = Supervisor(store, FakeLauncher(), 1, quota=quota)
    running, waits, other = queued(store, ANN, 0), queued(store, ANN, 1), queued(store, None, 0)
    supervisor.tick()
    store.begin(running, 10)
    clock.now += 29 * 60
    supervisor.tick()
    assert store.get(running).status == "running"
    clock.now += 60
    supervisor.tick()
    assert [store.get(one).status for one in (running, waits, other)] == ["stopping", "stopped", "queued"]
    (event,) = store.events(running)
    assert event.text.startswith("Stopped: Your 30 training minutes of today are used up.")
    supervisor.tick()
    assert len(store.events(running)) == 1  # said once


def test_the_disk_is_counted_and_told_in_words(store: Store, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home").of_owner(ANN)
    run_id = queued(store, ANN, 0)
    for folder in (settings.run_folder(run_id), settings.own_home / "networks"):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x" * 600_000)
    assert owner_bytes(store, settings) == 1_200_000
    assert owner_bytes(store, settings.of_owner(BEN)) == 0
    quota = Quota(queued_runs=20, disk_bytes=1_000_000, disk_taken=lambda: owner_bytes(store, settings))
    used = store.for_access(Access(ANN, quota=quota)).usage()
    assert used is not None and used.words(quota) == (
        "Your share of this server: 1 of 20 waiting · 1.2 MB of 1.0 MB on the disk"
    )
    with pytest.raises(QuotaError, match=r"take 1.2 MB on the disk; expected less than 1.0 MB. Delete"):
        queued(store, ANN, 1, quota)
    assert store.usage() is None  # whoever runs the machine has no limits


def test_the_disk_is_measured_now_and_then(store: Store, tmp_path: Path) -> None:
    settings, now = Settings(home=tmp_path / "home").of_owner(ANN), [0.0]
    meter = DiskMeter(lambda: now[0])
    assert meter.taken(store, settings) == 0
    settings.own_home.mkdir(parents=True)
    (settings.own_home / "file").write_bytes(b"x" * 10)
    assert meter.taken(store, settings) == 0
    now[0] = 11.0
    assert meter.taken(store, settings) == 10


def test_links_have_a_limit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn_builder.runs.store.people.MAX_SHARES", 1)
    assert MAX_SHARES > 1
    store.share(queued(store, None, 0))
    with pytest.raises(QuotaError, match="shared 1 runs"):
        store.share(queued(store, None, 1))
    store.for_access(Access(ANN)).share(queued(store, ANN, 0))
