"""The process that speaks with a Ray cluster: `python -m cnn_builder.runs.workers.ray_agent`.

It reads questions on stdin and answers on stdout, as the service process does. Only here is Ray imported: where the
cluster's head or this machine's node dies, Ray ends the process that was connected to it, and a server must go on.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from cnn_builder.runs.workers.messages import read_message, write_message
from cnn_builder.runs.workers.ray_keeper import Keeper
from cnn_builder.settings import Settings

NAMESPACE = "cnn_builder"
NAME_SECONDS = 5.0  # until an ended actor's name is free
CONNECT_SECONDS = 20.0
ANSWER_SECONDS = 8.0  # what the cluster's head may take for an answer
NOT_INSTALLED = "Ray is not installed. Install it: pip install -r requirements-cluster.txt -c constraints.txt"
_IN_CREATION = "error raised in its creation task"


class Cluster:
    """A connection to a cluster. Its methods raise what Ray raises; their results are answers."""

    def __init__(self, settings: Settings) -> None:
        import ray

        self._ray = ray
        self._settings = settings
        self._begun: dict[str, Any] = {}
        ray.init(
            address=settings.ray_address, namespace=NAMESPACE, log_to_driver=False, configure_logging=False
        )  # fmt: skip

    def look(self) -> dict[str, Any]:
        """The runs whose actors there are, the nodes with whether they live, places for runs, and failed starts."""
        nodes = self._ray.nodes()
        asked = {"CPU": self._settings.ray_cpus, "GPU": self._settings.ray_gpus}
        places = 0
        for node in nodes:
            if node["Alive"]:
                has = node["Resources"]
                places += min(int(has.get(kind, 0) // count) for kind, count in asked.items() if count)
        return {
            "runs": self._ray.util.list_named_actors(),
            "nodes": {node["NodeID"]: bool(node["Alive"]) for node in nodes},
            "places": places,
            "failed": self._failed(),
        }

    def start(self, run_id: str) -> dict[str, Any]:
        """Start a run's actor; one that still has its name is of before, and ended."""
        if self.kill(run_id)["killed"]:
            until = time.monotonic() + NAME_SECONDS
            while run_id in self._ray.util.list_named_actors() and time.monotonic() < until:
                time.sleep(0.05)
        options = {
            "name": run_id, "lifetime": "detached", "max_restarts": 0, "max_concurrency": 2,
            "num_cpus": self._settings.ray_cpus, "num_gpus": self._settings.ray_gpus,
        }  # fmt: skip
        actor: Any = self._ray.remote(Keeper).options(**options).remote(run_id, self._settings.to_env())
        self._begun[run_id] = actor.started.remote()
        return {}

    def kill(self, run_id: str) -> dict[str, Any]:
        """End a run's actor, and its worker with it; whether there was one."""
        try:
            actor = self._ray.get_actor(run_id)
        except ValueError:
            return {"killed": False}
        self._ray.kill(actor, no_restart=True)
        return {"killed": True}

    def _failed(self) -> dict[str, str]:
        """Why actors could not be made. One whose node was lost is none of them."""
        failed = {}
        for run_id, begun in list(self._begun.items()):
            if not self._ray.wait([begun], timeout=0)[0]:
                continue
            del self._begun[run_id]
            try:
                self._ray.get(begun)
            except self._ray.exceptions.RayError as error:
                if _IN_CREATION in str(error):
                    failed[run_id] = last_line(error)
        return failed


def main() -> int:
    """Answer questions until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = Settings.from_env()
    with suppress(ModuleNotFoundError):  # it is told as the answer
        import ray  # noqa: F401 - what takes long is not the cluster's fault
    cluster: Cluster | None = None
    while (message := read_message(sys.stdin.buffer)) is not None:
        header = message[0]
        number, asked = header["id"], header["op"]
        answer: dict[str, Any]
        try:
            with limited(answers, number, ANSWER_SECONDS if cluster else CONNECT_SECONDS):
                if asked == "ping":
                    answer = {}
                else:
                    cluster = cluster or Cluster(settings)
                    answer = cluster.look() if asked == "look" else getattr(cluster, asked)(header["run_id"])
        except ModuleNotFoundError:
            answer = {"unreachable": NOT_INSTALLED}
        except Exception as error:
            answer = {"unreachable": last_line(error)}
        write_message(answers, {"id": number, **answer})
        if "unreachable" in answer:
            break  # a new process connects anew
    os._exit(0)  # at once: Ray's threads may wait for a head that is gone


@contextmanager
def limited(answers: BinaryIO, number: int, seconds: float) -> Iterator[None]:
    """Say that the cluster cannot be reached, and end this process, where something takes longer than this."""

    def give_up() -> None:
        with suppress(OSError):
            write_message(answers, {"id": number, "unreachable": f"no answer from the head within {seconds:g} s"})
        os._exit(1)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def last_line(error: BaseException) -> str:
    """An error in one line: Ray puts the cause at the end."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[-1][:300]


if __name__ == "__main__":
    sys.exit(main())
