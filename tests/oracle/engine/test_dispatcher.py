"""Questions answered side by side, each within its time: small stand-ins for the model."""

import threading
from collections.abc import Callable
from queue import Queue
from typing import Any

import numpy as np

from cnn_builder.engine.dispatcher import AGAIN_SECONDS, Dispatcher
from cnn_builder.engine.insight.time_limit import TooSlow, check_time
from cnn_builder.runs.workers.messages import FramingError

Header = dict[str, Any]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A dispatcher whose answers are collected; "slow" is computed until it is given up or `go` is set."""

    def __init__(self, seconds: float = 60.0, refuse: Callable[[Header], bool] = lambda header: False) -> None:
        self.answers: Queue[Header] = Queue()
        self.begun: Queue[str] = Queue()
        self.given_up = threading.Event()
        self.go = threading.Event()
        self.clock = Clock()
        self.seconds = seconds
        self.refuse = refuse
        self.dispatcher = Dispatcher(self.answer, lambda header: self.seconds, self.send, self.clock)

    def answer(self, header: Header, arrays: dict[str, np.ndarray]) -> tuple[Header, dict[str, np.ndarray]]:
        self.begun.put(header["op"])
        if header["op"] == "bad":
            raise ValueError("No such layer.")
        if header["op"] == "broken":
            raise RuntimeError("a mistake")
        while header["op"] == "slow" and not self.go.wait(0.01):
            try:
                check_time()
            except TooSlow:
                self.given_up.set()
                raise
        return {"op": header["op"]}, {}

    def send(self, header: Header, arrays: dict[str, np.ndarray]) -> None:
        if self.refuse(header):
            raise FramingError("too long")
        self.answers.put(header)

    def ask(self, number: int, op: str, **fields: Any) -> None:
        self.dispatcher.take({"id": number, "op": op, **fields}, {})

    def next(self) -> Header:
        return self.answers.get(timeout=60)


def test_a_slow_question_holds_up_no_other() -> None:
    desk = Desk()
    desk.ask(1, "slow")
    assert desk.begun.get(timeout=60) == "slow"
    desk.ask(2, "quick")
    assert desk.next() == {"ok": True, "op": "quick", "id": 2}
    desk.ask(3, "ping")
    assert desk.next() == {"ok": True, "id": 3}
    desk.go.set()
    assert desk.next() == {"ok": True, "op": "slow", "id": 1}


def test_a_question_that_takes_too_long_is_told_and_given_up_and_not_tried_again_at_once() -> None:
    desk = Desk(seconds=0.05)
    desk.ask(1, "slow", label=3)
    told = desk.next()
    assert not told["ok"] and told["id"] == 1
    assert "did not answer within 0 s" in told["error"] and "smaller network" in told["error"]
    assert desk.given_up.wait(60)  # it takes no processor from the others any more
    assert desk.begun.get(timeout=60) == "slow"
    desk.ask(2, "slow", label=3)
    assert desk.next() == {**told, "id": 2} and desk.begun.empty()
    desk.go.set()
    desk.seconds = 60.0
    desk.ask(3, "slow", label=4)  # another question
    assert desk.next()["ok"]
    desk.clock.now += AGAIN_SECONDS + 1
    desk.ask(4, "slow", label=3)
    assert desk.next() == {"ok": True, "op": "slow", "id": 4} and desk.answers.empty()


def test_what_is_wrong_with_one_question_is_its_own() -> None:
    desk = Desk()
    desk.ask(1, "bad")
    assert desk.next() == {"ok": False, "error": "No such layer.", "id": 1}
    desk.ask(2, "broken")
    assert desk.next() == {"ok": False, "error": "The model could not answer: RuntimeError.", "id": 2}


def test_an_answer_that_cannot_be_sent_is_told() -> None:
    desk = Desk(refuse=lambda header: header.get("ok", False))
    desk.ask(1, "quick")
    told = desk.next()
    assert told["id"] == 1 and told["error"] == "The answer could not be sent: too long."
