"""Starts runs on a Ray cluster: one detached actor each, named by the run, asked for through a process of its own."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnn_builder.runs.errors import ClusterUnreachable, LauncherError
from cnn_builder.runs.models import AnyRun
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.launcher import LocalLauncher, Lost, open_log, worker_env
from cnn_builder.runs.workers.messages import FramingError
from cnn_builder.runs.workers.service_connection import Connection, Gone
from cnn_builder.settings import Settings

AGENT = (sys.executable, "-m", "cnn_builder.runs.workers.ray_agent")
NO_ANSWER_SECONDS = 45.0  # the agent itself gives up sooner, once it has imported Ray
RETRY_SECONDS = 3.0  # between two tries to reach a cluster
LOST_NODE, LOST_WORKER = "lost node", "lost node (its Ray worker)"
LOST_CLUSTER = "the cluster was started anew"
TRIES = 1
"""How often a run whose node was lost is started again by itself."""


class RayLauncher:
    """Safe to use from several threads. Nothing here imports Ray.

    Args:
        command: starts the process that speaks with the cluster.
    """

    def __init__(
        self, settings: Settings, command: Sequence[str] = AGENT, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._command = tuple(command)
        self._monotonic = monotonic
        self._local = LocalLauncher(settings)  # for runs that this machine's own launcher started before
        self._lock = threading.RLock()
        self._agent: Connection | None = None
        self._problem: str | None = None
        self._tried: float | None = None
        self._runs: frozenset[str] = frozenset()
        self._nodes: Mapping[str, bool] = {}
        self._failed: dict[str, str] = {}

    @property
    def problem(self) -> str | None:
        """Why the cluster cannot be reached, since it was last asked."""
        return self._problem

    def warm(self) -> None:
        """Connect to the cluster in the background: the first run then need not wait for it."""
        if self._agent is None and self._problem is None and self._lock.acquire(blocking=False):
            self._lock.release()
            threading.Thread(target=self._warm, name="ray-agent", daemon=True).start()

    def look(self) -> int:
        """Ask the cluster for its actors and nodes; how many runs it has places for. Raises ClusterUnreachable."""
        answer = self._ask("look")
        self._runs, self._nodes = frozenset(answer["runs"]), answer["nodes"]
        self._failed |= answer["failed"]
        return int(answer["places"])

    def submit(self, run_id: str) -> None:
        """Start the run's actor; it waits where the cluster has no place just now. Raises ClusterUnreachable."""
        self._failed.pop(run_id, None)
        self._ask("start", run_id)
        self._runs |= {run_id}

    def alive(self, run: AnyRun) -> bool:
        """Whether the cluster had the run's actor when it was last looked at."""
        return self._local.alive(run) if self._is_local(run) else run.run_id in self._runs

    def lost(self, run: AnyRun) -> Lost | None:
        """What became of the node, or of the actor: an actor leaves only when its run's end is in the store."""
        if self._is_local(run):
            return self._local.lost(run)
        if run.run_id in self._runs:
            return None
        node = processes.ray_node(run.boot) or ""
        if node not in self._nodes:
            return Lost(LOST_CLUSTER, starts_again=True)
        return Lost(LOST_WORKER if self._nodes[node] else LOST_NODE, starts_again=True, most=TRIES)

    def exit_reason(self, run: AnyRun) -> str | None:
        """Why the run's actor could not be made; how a worker ended is said by its actor."""
        return self._local.exit_reason(run) if self._is_local(run) else self._failed.pop(run.run_id, None)

    def kill(self, run: AnyRun) -> bool:
        """End the run's actor, and its worker with it. Raises ClusterUnreachable."""
        return self._local.kill(run) if self._is_local(run) else bool(self._ask("kill", run.run_id)["killed"])

    def close(self) -> None:
        """Let go of the cluster. Runs go on."""
        with self._lock:
            if self._agent is not None:
                self._agent.end()
                self._agent = None

    @staticmethod
    def _is_local(run: AnyRun) -> bool:
        return run.boot is not None and processes.ray_node(run.boot) is None

    def _warm(self) -> None:
        try:
            self.look()
        except ClusterUnreachable:
            return  # it is told by `problem`

    def _ask(self, op: str, run_id: str = "") -> dict[str, Any]:
        with self._lock:
            agent = self._connected()
            try:
                answer, _ = agent.ask({"op": op, "run_id": run_id}, {})
            except (Gone, FramingError) as error:
                answer = {"unreachable": str(error)}
            if (why := answer.get("unreachable")) is None:
                self._problem = None
                return answer
            agent.end()
            self._agent = None
            raise self._unreachable(str(why))

    def _connected(self) -> Connection:
        """The process that speaks with the cluster; after a failure a new one, but not at once."""
        if self._agent is not None and self._agent.alive:
            return self._agent
        now = self._monotonic()
        if self._problem is not None and self._tried is not None and now - self._tried < RETRY_SECONDS:
            raise ClusterUnreachable(self._problem)
        self._tried = now
        try:
            with open_log(self._settings.home / "ray.log") as log:
                process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                    env=worker_env(self._settings), start_new_session=True,
                )  # fmt: skip
        except (OSError, LauncherError) as error:
            raise self._unreachable(str(error)) from error
        self._agent = Connection(process, NO_ANSWER_SECONDS)
        return self._agent

    def _unreachable(self, why: str) -> ClusterUnreachable:
        self._tried = self._monotonic()
        self._problem = (
            f"The Ray cluster at {self._settings.ray_address} cannot be reached: {why.rstrip('.')}. "
            "Runs are kept, and go on when it is back."
        )
        return ClusterUnreachable(self._problem)
