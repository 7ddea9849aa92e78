"""Answers questions side by side, each within a time limit, so that a slow one holds up no other."""

import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.engine.insight.time_limit import TooSlow, until
from cnn_builder.runs.workers.messages import Answer, Arrays, FramingError, Header

AGAIN_SECONDS = 60.0  # a question that was too slow is refused for so long: pages ask again at every redraw
MOST_REMEMBERED = 64

_log = logging.getLogger(__name__)

Send = Callable[[Header, Arrays], None]
"""Sends one answer. Raises FramingError for what cannot be sent, OSError where nobody reads any more."""


class Dispatcher:
    """Answers each question in a thread of its own.

    Args:
        answer: answers one question. Raises CnnBuilderError or ValueError, in words for the asker.
        limit: the seconds one question may take; it may raise the same errors.
        send: takes the answers, in the order in which they are ready; an answer has the "id" of its question.
    """

    def __init__(
        self,
        answer: Callable[[Header, Arrays], Answer],
        limit: Callable[[Header], float],
        send: Send,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answer = answer
        self._limit = limit
        self._send = send
        self._sending = threading.Lock()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._too_slow: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def take(self, header: Header, arrays: Arrays) -> None:
        """Have a question answered; returns at once. A "ping" is answered here: it says that this process works."""
        number = header.get("id")
        asked = {name: value for name, value in header.items() if name != "id"}
        if asked.get("op") == "ping":
            self._reply(number, {"ok": True})
            return
        threading.Thread(target=self._work, args=(number, asked, arrays), name="answer", daemon=True).start()

    def _work(self, number: Any, header: Header, arrays: Arrays) -> None:
        replied = threading.Lock()  # taken for good by whoever replies: the answer, or the time limit

        def reply(header: Header, arrays: Arrays | None = None) -> None:
            if replied.acquire(blocking=False):
                self._reply(number, header, arrays)

        try:
            key = _digest(header, arrays)
            if (told := self._told(key)) is not None:
                reply({"ok": False, "error": told})
                return
            result, values = self._within_limit(key, header, arrays, reply)
        except TooSlow:
            return  # it was told when the time was over
        except (CnnBuilderError, ValueError) as error:
            reply({"ok": False, "error": str(error)})
        except Exception as error:  # one bad question must not end the service for the others
            _log.exception("A question failed: %s", header)
            reply({"ok": False, "error": f"The model could not answer: {type(error).__name__}."})
        else:
            reply({"ok": True, **result}, values)

    def _within_limit(self, key: bytes, header: Header, arrays: Arrays, reply: Callable[[Header], None]) -> Answer:
        seconds = self._limit(header)
        given_up = threading.Event()

        def give_up() -> None:
            given_up.set()
            error = (
                f"The model did not answer within {seconds:.0f} s, and the question was given up. "
                "Ask again in a minute, when the machine is less busy, or use a smaller network."
            )
            self._remember(key, error)
            reply({"ok": False, "error": error})

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            with until(given_up):
                return self._answer(header, arrays)
        finally:
            timer.cancel()

    def _reply(self, number: Any, header: Header, arrays: Arrays | None = None) -> None:
        with self._sending:
            try:
                self._send({**header, "id": number}, arrays or {})
            except FramingError as error:
                _log.exception("An answer could not be sent")
                self._send({"ok": False, "error": f"The answer could not be sent: {error}.", "id": number}, {})
            except OSError:
                _log.info("Nobody reads the answers any more")

    def _told(self, key: bytes) -> str | None:
        """What was told of the same question when it was too slow a moment ago."""
        with self._lock:
            when, error = self._too_slow.get(key, (0.0, ""))
            if error and self._monotonic() - when < AGAIN_SECONDS:
                return error
            self._too_slow.pop(key, None)
            return None

    def _remember(self, key: bytes, error: str) -> None:
        with self._lock:
            self._too_slow[key] = (self._monotonic(), error)
            while len(self._too_slow) > MOST_REMEMBERED:
                self._too_slow.popitem(last=False)


def _digest(header: Header, arrays: Arrays) -> bytes:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(array_digest(arrays[name]))
    return digest.digest()


def array_digest(array: np.ndarray) -> bytes:
    """Equal for equal arrays of one shape and dtype."""
    return hashlib.sha256(repr((array.dtype.str, array.shape)).encode() + array.tobytes()).digest()
