"""Things made once and kept, asked for by several threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnn_builder.engine.cache import Cache


def test_the_last_few_are_kept() -> None:
    cache, made = Cache(2), []
    for key in (1, 2, 1, 3, 1, 2):
        assert cache.get_or_make(key, lambda: made.append(key) or key) == key  # noqa: B023 - called at once
    assert made == [1, 2, 3, 2]
    cache.forget(2)
    assert cache.get_or_make(2, lambda: "anew") == "anew"


def test_one_thread_makes_it_and_the_others_wait_for_that_thing_alone() -> None:
    cache, go, begun, made = Cache(), threading.Event(), threading.Event(), []

    def make() -> str:
        begun.set()
        assert go.wait(60)
        made.append(1)
        return "slow"

    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(cache.get_or_make, "slow", make) for _ in range(3)]
        assert begun.wait(60)
        assert threads.submit(cache.get_or_make, "other", lambda: "quick").result(60) == "quick"
        assert not any(future.done() for future in waiting)
        go.set()
        assert [future.result(60) for future in waiting] == ["slow"] * 3
    assert made == [1]


def test_what_one_thread_failed_to_make_another_tries_itself() -> None:
    cache, go, begun = Cache(), threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        assert go.wait(60)
        raise ValueError("given up")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get_or_make, "key", fail)
        assert begun.wait(60)
        second = threads.submit(cache.get_or_make, "key", lambda: "made")
        go.set()
        with pytest.raises(ValueError, match="given up"):
            first.result(60)
        assert second.result(60) == "made"
