"""What runs on a node of a Ray cluster: an actor for each run, which holds the run's worker. Imports Ray nowhere above.

The worker is the same process that a machine's own launcher starts, below the actor: who looks after it there says how
it ended, and it ends with the actor.
"""

import os
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress

from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.patience import patiently
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.launcher import WORKER, LocalLauncher
from cnn_builder.settings import Settings, variable_of

OF_THE_NODE = tuple(map(variable_of, ("home", "data", "ray_address")))
"""Variables that a node may set for itself, whatever those of the server say."""
LOOK_SECONDS = 0.25
REAP_SECONDS = 10.0


class Keeper:
    """The actor. Its process ends when the run's worker has ended, and how that was is in the store.

    Args:
        env: the server's settings, as variables.
    """

    def __init__(self, run_id: str, env: Mapping[str, str]) -> None:
        import ray

        self._run_id = run_id
        node = ray.get_runtime_context().get_node_id()
        processes.work_on_node(node)
        own = {name: os.environ[name] for name in OF_THE_NODE if os.environ.get(name)}
        self._settings = Settings.from_env({**os.environ, **env, **own})
        self._launcher = LocalLauncher(self._settings, (*WORKER, "on", node, str(os.getpid())))
        # The worker ends with the thread that started it: it has to be this one.
        threading.Thread(target=self._keep, name="keeper").start()

    def started(self) -> bool:
        """True once it has been made: who made it learns so why it could not be."""
        return True

    def _keep(self) -> None:
        try:
            with patiently(lambda: Store.open(self._settings)) as store:
                self._hold(store)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)  # the actor's other threads are Ray's; it is dead then, and not started again

    def _hold(self, store: Store) -> None:
        try:
            process = self._launcher.submit(self._run_id)
        except Exception as error:
            reason = str(error)
            patiently(lambda: store.finish(self._run_id, "crashed", reason))
            return
        with suppress(StoreError):  # the worker says so too
            store.set_process(self._run_id, *process)
        while processes.is_same(*process):
            time.sleep(LOOK_SECONDS)
        run = patiently(lambda: store.find(self._run_id))
        until = time.monotonic() + REAP_SECONDS
        while (told := self._launcher.exit_reason(run)) is None and time.monotonic() < until:
            time.sleep(0.01)  # its other threads are not all gone yet
        # One that has said how it ended is left alone, and one that another worker has by now.
        if run.pid == process[0] and run.boot == processes.boot_id():
            if store.artifacts is not None:
                with suppress(ArtifactsError):  # then the run goes on from what is there
                    store.artifacts.put(self._run_id)
            patiently(lambda: store.finish(self._run_id, "crashed", told or "process gone"))
