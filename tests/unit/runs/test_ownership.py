"""The store as people see it: whose a run is, what others find of it, and the link that shows one."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnn_builder.runs import Access, AccessError, Event, Imported, Metric, RunNotFound, RunSettings, Store, SweepError
from cnn_builder.runs.access import owner_id, shared
from cnn_builder.runs.store.progress import RunChanges
from cnn_builder.runs.sweeps.plan import Candidate, SweepPlan
from cnn_builder.runs.sweeps.variables import parse_variable
from cnn_builder.settings import Settings
from tests.support.networks import TINY
from tests.support.stores import store_url

ANN, BEN = owner_id("https://id.example", "ann"), owner_id("https://id.example", "ben")
PLAN = SweepPlan((parse_variable("batch_size=8,16"),), 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(store_url(tmp_path), lambda: 1000.0) as opened:
        yield opened


def made(store: Store, seed: int = 0) -> str:
    return store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id


def a_sweep(store: Store) -> Any:
    candidates = [Candidate({"batch_size": 8}, TINY, RunSettings(batch_size=8), 1, 1)]
    return store.create_sweep(TINY, "mnist", RunSettings(), PLAN, candidates)


NOTHING: dict[str, Callable[[Store, str], object]] = {
    "list": lambda store, run: store.list(),
    "entries": lambda store, run: store.entries(),
    "run_ids": lambda store, run: store.run_ids(),
    "active": lambda store, run: store.active(),
    "queue_position": lambda store, run: store.queue_position(run),
    "metrics": lambda store, run: store.metrics(run),
    "latest": lambda store, run: store.latest(run, "step", 5),
    "events": lambda store, run: store.events(run),
    "drawings": lambda store, run: store.drawings(run),
    "last_device": lambda store, run: store.last_device(),
    "last_seq": lambda store, run: store.last_seq(run),
    "status_counts": lambda store, run: store.status_counts(),
    "asked": lambda store, run: store.asked(run).learning_rate,
    "runs_of_request": lambda store, run: store.runs_of_request(TINY, "mnist", RunSettings()),
    "sweeps": lambda store, run: store.sweeps(),
    "sweep_of": lambda store, run: store.sweep_of(run),
    "steered_sweeps": lambda store, run: store.steered_sweeps(),
    "runs_of": lambda store, run: store.runs_of(store.whole.sweeps()[0]),
    "stop_sweep": lambda store, run: store.stop_sweep(store.whole.sweeps()[0]),
    "stop_candidate": lambda store, run: store.stop_candidate(
        store.whole.sweeps()[0], store.whole.sweeps()[0].candidates[0], "x"
    ),
    "shared_token": lambda store, run: store.shared_token(run),
}
"""What is answered as if there were no such run."""

NOT_FOUND: dict[str, Callable[[Store, str], object]] = {
    "get": lambda store, run: store.get(run),
    "find": lambda store, run: store.find(run[:12]),
    "seed_runs": lambda store, run: store.seed_runs(run),
    "request_stop": lambda store, run: store.request_stop(run),
    "stop_for": lambda store, run: store.stop_for(run, "x"),
    "request_resume": lambda store, run: store.request_resume(run),
    "request_learning_rate": lambda store, run: store.request_learning_rate(run, 0.1),
    "describe": lambda store, run: store.describe(run, "x", [], ""),
    "rename": lambda store, run: store.rename(run, "x"),
    "set_notes": lambda store, run: store.set_notes(run, "x"),
    "set_tags": lambda store, run: store.set_tags(run, []),
    "delete": lambda store, run: store.delete(run),
    "share": lambda store, run: store.share(run),
    "unshare": lambda store, run: store.unshare(run),
    "sweep": lambda store, run: store.sweep(store.whole.sweeps()[0].sweep_id),
}

REFUSED: dict[str, Callable[[Store, str], object]] = {
    "set_process": lambda store, run: store.set_process(run, 1, 1.0),
    "take": lambda store, run: store.take(run),
    "release": lambda store, run: store.release(run),
    "begin": lambda store, run: store.begin(run, 1),
    "beat": lambda store, run: store.beat(run, 1, 1),
    "note": lambda store, run: store.note(run, "x"),
    "append": lambda store, run: store.append(run, [Metric(1, 1, "step", 0.5, 0.5)]),
    "add_event": lambda store, run: store.add_event(run, Event("note", 1, 1, text="x")),
    "finish": lambda store, run: store.finish(run, "stopped"),
    "start_again": lambda store, run: store.start_again(store.whole.find(run), "x"),
    "claim_next": lambda store, run: store.claim_next(9),
    "notice_owner": lambda store, run: store.notice_owner(BEN),
    "owners": lambda store, run: store.owners(),
    "save_copy": lambda store, run: store.save_copy(Path("nowhere")),
}

OF_ONES_OWN = {"create_run", "add_imported", "create_sweep", "usage", "expect_room"}
"""Tried below: they make what is one's own, or count it."""
OF_NOBODY = {"open", "open_own", "close", "for_access", "whole", "access", "shared_run", "overdrawn", "load_copy"}
OF_NOBODY |= {"artifacts"}
"""Of the store itself, or for the supervisor; `shared_run` needs a token that nobody can guess."""


def test_every_public_method_of_the_store_is_tried() -> None:
    public = {name for name, _ in inspect.getmembers(Store) if not name.startswith("_")}
    assert public == {*NOTHING, *NOT_FOUND, *REFUSED, *OF_ONES_OWN, *OF_NOBODY}
    assert {name for name, _ in inspect.getmembers(RunChanges, inspect.isfunction) if name in vars(RunChanges)} <= {
        *REFUSED, *NOTHING, "_go_on",
    }  # fmt: skip


@pytest.fixture
def anns(store: Store) -> str:
    """A run of Ann's with a row, an event and an asked rate, of a sweep that goes on."""
    ann = store.for_access(Access(ANN))
    (candidate,) = a_sweep(ann).candidates
    run_id = candidate.run_id
    store.append(run_id, [Metric(1, 1, "step", 0.5, 0.5)])
    store.add_event(run_id, Event("note", 1, 1, text="x"))
    ann.request_learning_rate(run_id, 0.1)
    return run_id


def everything(store: Store) -> object:
    run = store.entries()[0]
    return run, store.metrics(run.run_id), store.events(run.run_id), store.sweeps(), store.asked(run.run_id)


@pytest.mark.parametrize("name", [*NOTHING, *NOT_FOUND, *REFUSED])
def test_anothers_run_is_nowhere(name: str, store: Store, anns: str) -> None:
    ben, before = store.for_access(Access(BEN)), everything(store)
    if name in NOTHING:
        assert not NOTHING[name](ben, anns)
    elif name in NOT_FOUND:
        with pytest.raises((RunNotFound, SweepError), match="not found"):
            NOT_FOUND[name](ben, anns)
    else:
        with pytest.raises(AccessError):
            REFUSED[name](ben, anns)
    assert everything(store) == before


EMPTY = ("drawings", "last_device", "shared_token", "stop_candidate", "steered_sweeps", "runs_of_request")
"""What answers nothing of Ann's run to herself too."""


@pytest.mark.parametrize("name", [name for name in NOTHING if name not in EMPTY])
def test_ones_own_run_is_there_and_an_admins_eyes_see_it_too(name: str, store: Store, anns: str) -> None:
    assert NOTHING[name](store.for_access(Access(ANN)), anns)
    if name != "stop_sweep":
        assert NOTHING[name](store.for_access(Access(BEN, whole=True)), anns)


def test_what_is_made_belongs_to_who_makes_it(store: Store) -> None:
    ann, ben = (store.for_access(Access(one)) for one in (ANN, BEN))
    assert store.get(made(ann)).owner == ANN
    assert made(ann) == made(ann) != made(ben) != made(store)  # an identical request of another is another run
    assert store.get(made(store)).owner is None and len(store.list()) == 3
    imported = ben.add_imported(TINY, "", Imported("a.keras", "0"), {"evaluation": {}}, lambda run_id: None, key="k")
    assert store.get(imported.run_id).owner == BEN
    assert {run.owner for run in ann.list()} == {ANN} and {run.owner for run in ben.list()} == {BEN}


def test_a_link_shows_one_run_and_changes_nothing(store: Store, anns: str) -> None:
    ann = store.for_access(Access(ANN))
    other, token = made(ann, 7), ann.share(anns)
    assert ann.share(anns) == token == ann.shared_token(anns) and len(token) >= 32
    assert store.shared_run(token) == (anns, ANN)
    view = store.for_access(shared(anns))
    assert view.get(anns).run_id == anns and view.metrics(anns) and [run.run_id for run in view.entries()] == [anns]
    assert not view.sweeps() and view.shared_token(anns) is None
    with pytest.raises(RunNotFound):
        view.get(other)
    writes = [name for name in (*NOT_FOUND, *REFUSED) if name not in ("get", "find", "seed_runs", "owners", "sweep")]
    before = everything(store)
    for name in writes:
        with pytest.raises(AccessError):
            (NOT_FOUND | REFUSED)[name](view, anns)
    with pytest.raises(AccessError, match="not changed"):
        made(view)
    assert everything(store) == before
    ann.unshare(anns)
    with pytest.raises(RunNotFound, match="no longer shared"):
        store.shared_run(token)
    assert ann.share(anns) != token  # an old link stays dead


def test_a_deleted_runs_link_is_gone(store: Store) -> None:
    token = store.share(run_id := made(store))
    store.request_stop(run_id)
    store.delete(run_id)
    with pytest.raises(RunNotFound):
        store.shared_run(token)


def test_a_command_sees_what_its_owner_has(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, store=store_url(tmp_path))
    with Store.open(settings) as store:
        store.notice_owner(ANN, "ann@example.org", "Ann")
        mine, others = made(store.for_access(Access(ANN))), made(store)
        assert [(one.owner, one.words, one.runs) for one in store.owners()] == [(ANN, "ann@example.org", 1)]
    with Store.open_own(settings.of_owner(ANN)) as own:
        assert own.run_ids() == (mine,)
        with pytest.raises(RunNotFound):
            own.get(others)
    with Store.open_own(settings) as whole:
        assert len(whole.run_ids()) == 2
    with pytest.raises(AccessError, match="CNN_BUILDER_OWNER: expected"):
        Store.open_own(settings.of_owner(BEN))


def test_an_id_is_of_both_what_the_provider_is_and_what_it_calls_somebody() -> None:
    assert len({owner_id("https://a", "1"), owner_id("https://b", "1"), owner_id("https://a", "2")}) == 3
    assert Settings(home=Path("h")).of_owner(ANN).own_home == Path("h/owners") / ANN
    with pytest.raises(ValueError, match="x"):
        _ = Settings(home=Path("h"), owner="../x").own_home
