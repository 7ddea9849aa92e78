"""The pages' side of the service process, which holds trained models and answers questions of them."""

import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO, cast

import numpy as np

from cnn_builder.runs.errors import ServiceError
from cnn_builder.runs.framing import FramingError, read_message, write_message
from cnn_builder.runs.launcher import WORKER, open_log, worker_env
from cnn_builder.settings import Settings

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]


class _Gone(Exception):
    """The process ended, was too slow, or sent something that is not a message."""


class ServiceClient:
    """Asks one service process, one question at a time; starts it when needed, and again when it fails.

    It ends with this process: its stdin ends. `command` is what starts a worker; "service" is added to it.
    `timeout` and `start_timeout` are seconds for an answer and for the first sign of life.
    """

    def __init__(
        self,
        settings: Settings,
        command: Sequence[str] = WORKER,
        timeout: float = 10.0,
        start_timeout: float = 60.0,
    ) -> None:
        self._settings = settings
        self._command = tuple(command)
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start the process in the background; a failure is told by the first question."""
        threading.Thread(target=self._warm, name="service-warm", daemon=True).start()

    def predict(self, run_id: str, image: np.ndarray) -> list[float]:
        """The run's best model on one image, uint8 (height, width, channels): a probability for each class.

        Raises ServiceError.
        """
        _, arrays = self.ask({"op": "predict", "run_id": run_id}, {"image": image})
        if "probabilities" not in arrays:
            raise ServiceError("The prediction service answered without probabilities.")
        return [float(p) for p in arrays["probabilities"].ravel()]

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Answer:
        """One question, one answer. A process that fails is started again, and asked once more. Raises ServiceError."""
        with self._lock:
            try:
                answer = self._once(header, arrays or {})
            except _Gone:
                try:
                    answer = self._once(header, arrays or {})
                except _Gone as error:
                    log = self._settings.home / "service.log"
                    raise ServiceError(f"The prediction service failed twice: {error}. Its log is {log}.") from error
        if not answer[0].get("ok"):
            raise ServiceError(str(answer[0].get("error") or "The prediction service could not answer."))
        return answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _warm(self) -> None:
        with suppress(_Gone, ServiceError), self._lock:
            self._ensure()

    def _once(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
        return self._exchange(self._ensure(), header, arrays, self._timeout)

    def _ensure(self) -> "subprocess.Popen[bytes]":
        """The process, ready: starting takes long, and must not count as the answer's time."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        with open_log(self._settings.home / "service.log") as log:
            try:
                process = subprocess.Popen(
                    [*self._command, "service"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=worker_env(self._settings),
                    start_new_session=True,  # Ctrl-C is the server's; the end of stdin is the service's
                )
            except OSError as error:
                raise ServiceError(f"The prediction service could not be started: {error}.") from error
        self._process = process
        self._exchange(process, {"op": "ping"}, {}, self._start_timeout)
        return process

    def _exchange(
        self,
        process: "subprocess.Popen[bytes]",
        header: dict[str, Any],
        arrays: dict[str, np.ndarray],
        timeout: float,
    ) -> Answer:
        """Killing a slow process ends a blocked read as well as a blocked write, on every system."""
        stdin, stdout = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            write_message(stdin, header, arrays)
            answer = read_message(stdout)
        except (OSError, FramingError) as error:
            self._end()
            raise _Gone(f"no answer within {timeout:g} s" if late.is_set() else str(error)) from error
        finally:
            timer.cancel()
        if answer is None:
            self._end()
            raise _Gone(f"no answer within {timeout:g} s" if late.is_set() else "it ended")
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # bytes that could not be sent: the reader is gone
                if pipe is not None:
                    pipe.close()
        process.kill()
        process.wait()
