"""One service process and the questions on their way to it. Any number of threads may ask at once."""

import itertools
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, BinaryIO, cast

import numpy as np
import psutil

from cnn_builder.runs.workers.messages import Answer, FramingError, read_message, write_message

MOST_PATIENCE = 6.0


def crowding() -> float:
    """How many processes want each of this machine's processors, over the last minute."""
    return float(psutil.getloadavg()[0]) / (psutil.cpu_count() or 1)


class Gone(Exception):
    """The process ended, does not respond, or sent something that is not a message."""


class Connection:
    """Sends questions with a number each, and hands every answer to the thread that asked. Owns the process.

    A question may take as long as the service lets it: only where the process does not even answer a ping within
    `timeout` seconds it is taken to be stuck, and killed. Killing it ends a blocked read as well as a blocked write,
    on every system.

    Where several processes want each processor it has as many times longer, up to `MOST_PATIENCE` times: to load
    everything anew, only because there was no time to answer, would leave still less of it.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", timeout: float, crowded: Callable[[], float] = crowding
    ) -> None:
        self.process = process
        self._timeout = timeout
        self._crowded = crowded
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[Answer]] = {}
        self._why: str | None = None
        self._reader = threading.Thread(target=self._read, name="service-answers", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether another question can be asked."""
        return self._why is None and self.process.poll() is None

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
        """One question, one answer. Raises Gone, and FramingError for a question that cannot be sent."""
        answer = self._send(header, arrays)
        while True:
            with suppress(TimeoutError):
                return answer.result(self._timeout)
            self.ping(self._timeout)

    def ping(self, seconds: float) -> None:
        """See that the process responds within so many seconds. Raises Gone, and ends it, where it does not."""
        answer = self._send({"op": "ping"}, {})
        seconds = self._patience(seconds)
        try:
            answer.result(seconds)
        except TimeoutError:
            self.end(f"no answer within {seconds:.0f} s")
            raise Gone(f"no answer within {seconds:.0f} s") from None

    def end(self, why: str = "it was ended") -> None:
        """End the process; whoever waits for an answer is told why."""
        self._fail(why)
        self.process.kill()
        self.process.wait()
        with suppress(OSError):  # bytes that could not be sent: the reader is gone
            if self.process.stdin is not None:
                self.process.stdin.close()

    def _send(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Future[Answer]":
        number = next(self._numbers)
        answer: Future[Answer] = Future()
        with self._lock:
            if self._why is not None:
                raise Gone(self._why)
            self._waiting[number] = answer
        # A process that works reads at once: one that does not read is stuck.
        timer = threading.Timer(self._patience(self._timeout), self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            with self._writing:
                write_message(cast(BinaryIO, self.process.stdin), {**header, "id": number}, arrays)
        except (OSError, ValueError) as error:
            with self._lock:
                self._waiting.pop(number, None)
            if isinstance(error, FramingError):
                raise  # it was refused before anything was sent
            self.end(str(error))
            raise Gone(str(error)) from error
        finally:
            timer.cancel()
        return answer

    def _patience(self, seconds: float) -> float:
        return seconds * min(max(1.0, self._crowded()), MOST_PATIENCE)

    def _read(self) -> None:
        """Hand out the answers until they end."""
        stream = cast(BinaryIO, self.process.stdout)
        try:
            while (message := read_message(stream)) is not None:
                with self._lock:
                    answer = self._waiting.pop(message[0].get("id", 0), None)
                if answer is not None:
                    answer.set_result(message)
            why = "the service ended"
        except (OSError, ValueError) as error:
            why = str(error)
        self._fail(why)
        self.process.kill()
        with suppress(OSError):
            stream.close()

    def _fail(self, why: str) -> None:
        with self._lock:
            self._why = self._why or why
            waiting, self._waiting = list(self._waiting.values()), {}
        for answer in waiting:
            answer.set_exception(Gone(self._why))
