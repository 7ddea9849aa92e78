"""The pages' side of the service process, which holds trained models and answers questions of them."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from cnn_builder.runs.errors import LauncherError, ServiceError
from cnn_builder.runs.workers.launcher import WORKER, open_log, worker_env
from cnn_builder.runs.workers.messages import Answer, FramingError
from cnn_builder.runs.workers.service_connection import Connection, Gone, crowding
from cnn_builder.settings import Settings


class ServiceClient:
    """Asks one service process, any number of questions at once; starts it when needed, and again when it fails.

    It ends with this process: its stdin ends. `command` is what starts a worker; "service" is added to it.
    `timeout` is how many seconds the process may not respond, `start_timeout` until its first sign of life. How long
    an answer may take is the service's own decision, by the cost of the model. `crowded` says how many processes want
    each processor: the process has as many times longer then.
    """

    def __init__(
        self,
        settings: Settings,
        command: Sequence[str] = WORKER,
        timeout: float = 10.0,
        start_timeout: float = 60.0,
        crowded: Callable[[], float] = crowding,
    ) -> None:
        self._settings = settings
        self._command = tuple(command)
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._crowded = crowded
        self._lock = threading.Lock()
        self._suspects = threading.Lock()
        self._connection: Connection | None = None

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
        """One question, one answer. Raises ServiceError, also where the service says why it cannot answer.

        A question on whose way the process failed is asked once more. One that was too slow is not: the service goes
        on, with its models, and says so.
        """
        try:
            answer = self._ask_twice(header, arrays or {})
        except FramingError as error:
            raise ServiceError(f"The question could not be sent: {error}.") from error
        except LauncherError as error:
            raise ServiceError(f"The prediction service could not be started: {error}") from error
        if not answer[0].get("ok"):
            raise ServiceError(str(answer[0].get("error") or "The prediction service could not answer."))
        return answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._connection is not None:
                self._connection.end()
            self._connection = None

    @property
    def _process(self) -> "subprocess.Popen[bytes] | None":
        return None if self._connection is None else self._connection.process

    def _warm(self) -> None:
        with suppress(Gone, ServiceError, LauncherError):
            self._connected()

    def _ask_twice(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Answer:
        try:
            return self._connected().ask(header, arrays)
        except Gone:
            # Several questions may have been on their way, and one of them may have ended the process: asked again one
            # by one, it does not take the others with it a second time.
            with self._suspects:
                try:
                    return self._connected().ask(header, arrays)
                except Gone as error:
                    log = self._settings.home / "service.log"
                    raise ServiceError(f"The prediction service failed twice: {error}. Its log is {log}.") from error

    def _connected(self) -> Connection:
        """The process, ready: starting takes long. Raises Gone, ServiceError, LauncherError."""
        with self._lock:
            if self._connection is not None:
                if self._connection.alive:
                    return self._connection
                self._connection.end()
            self._connection = None
            connection = Connection(self._start(), self._timeout, self._crowded)
            try:
                connection.ping(self._start_timeout)
            except Gone:
                connection.end()
                raise
            self._connection = connection
            return connection

    def _start(self) -> "subprocess.Popen[bytes]":
        with open_log(self._settings.home / "service.log") as log:
            try:
                return subprocess.Popen(
                    [*self._command, "service"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=worker_env(self._settings),
                    start_new_session=True,  # Ctrl-C is the server's; the end of stdin is the service's
                )
            except OSError as error:
                raise ServiceError(f"The prediction service could not be started: {error}.") from error
