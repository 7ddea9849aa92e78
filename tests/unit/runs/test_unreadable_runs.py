"""A run that this version cannot read takes nothing else down: not the list, not the queue, not its own deletion."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.runs import AnyRun, Run, RunSettings, RunStateError, RunUnreadable, Store, Supervisor, UnreadableRun
from cnn_builder.runs.store import rows
from cnn_builder.runs.workers.cgroup_memory import may_be_too_big, memory_words
from tests.support.launchers import FakeLauncher
from tests.support.networks import TINY
from tests.support.unreadable import NEWER_LAYER, make_unreadable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as opened:
        yield opened


def queued(store: Store, seed: int = 0) -> str:
    return store.create_run(TINY, "digits", RunSettings(seed=seed)).run_id


def unreadable(store: Store, seed: int = 1) -> str:
    run_id = queued(store, seed)
    make_unreadable(store, run_id)
    return run_id


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("architecture", NEWER_LAYER, "its network: .*Conv9D"),
        ("architecture", "half of i", "its network: "),
        ("architecture", "[" * 100_000, "its network: "),
        ("settings", json.dumps({"epochs": 3, "warp_drive": True}), "its settings: warp_drive: "),
        ("settings", "null", "its settings: "),
        ("settings", json.dumps({"optimizer": "magic"}), "its settings: optimizer: "),
        ("evaluation", "{", "its evaluation: "),
        ("tags", "3", "its tags: "),
    ],
)
def test_it_is_listed_with_the_reason(store: Store, column: str, text: str, problem: str) -> None:
    one, broken, other = queued(store, 0), queued(store, 1), queued(store, 2)
    make_unreadable(store, broken, column, text)
    assert [run.run_id for run in store.entries()] == [other, broken, one]
    assert [run.run_id for run in store.list()] == [other, one]
    found = store.find(broken)
    assert isinstance(found, UnreadableRun) and found.status == "queued" and found.name == "Tiny"
    with pytest.raises(RunUnreadable, match=problem) as told:
        store.get(broken)
    assert "\n" not in str(told.value) and len(str(told.value)) < 400 and found.problem in str(told.value)


def test_it_can_be_stopped_and_deleted_but_not_changed(store: Store) -> None:
    waiting, other = unreadable(store, 1), unreadable(store, 2)
    for change in (store.request_resume, lambda run_id: store.rename(run_id, "Mine")):
        with pytest.raises(RunUnreadable):
            change(waiting)
    with pytest.raises(RunUnreadable):
        store.request_learning_rate(waiting, 0.1)
    assert store.find(waiting).name == "Tiny" and not store.asked(waiting).rates
    store.delete(waiting)
    assert store.request_stop(other).status == "stopped"
    store.delete(other)
    assert store.entries() == []


def test_one_that_works_is_not_deleted(store: Store) -> None:
    run_id = queued(store)
    store.claim_next(1)
    make_unreadable(store, run_id)
    with pytest.raises(RunStateError, match="stop it"):
        store.delete(run_id)


def test_it_holds_up_no_other_in_the_queue(store: Store) -> None:
    first, second = unreadable(store), queued(store)
    claimed = store.claim_next(1)
    assert claimed is not None and claimed.run_id == second
    assert store.find(first).status == "queued"  # for a version that can read it
    assert [run.run_id for run in store.active()] == [second]
    assert store.claim_next(5) is None


class Launcher(FakeLauncher):
    """Says of every worker that it is gone."""

    def alive(self, run: AnyRun) -> bool:
        return False

    def exit_reason(self, run: AnyRun) -> str | None:
        return "killed (signal 9)"


def test_its_dead_worker_is_found_and_the_place_given_to_the_next(store: Store) -> None:
    first, second = queued(store), queued(store, 2)
    supervisor = Supervisor(store, Launcher(), 1)
    supervisor.tick()
    make_unreadable(store, first)
    supervisor.tick()
    assert store.find(first).status == "crashed" and store.find(first).reason == "killed (signal 9)"
    assert store.get(second).status == "starting"


def test_memory_is_told_of_it_without_an_estimate(store: Store) -> None:
    run = store.find(unreadable(store))
    assert memory_words(run, 1_000_000_000) == "the limit is 1.0 GB" and not may_be_too_big(run, 1)


def test_a_mistake_of_ours_is_not_taken_for_a_run_of_another_version(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = queued(store)
    assert isinstance(store.find(run_id), Run)

    def broken(text: str) -> None:
        raise AttributeError("a mistake")

    monkeypatch.setattr(rows, "_architecture", broken)
    with pytest.raises(AttributeError):
        store.find(run_id)
