"""An invented launcher: nothing is started."""

from cnn_builder.runs import LauncherError, Run
from cnn_builder.runs.errors import ClusterUnreachable
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.launcher import Lost


class FakeLauncher:
    """`places` and `gone` are as a cluster's: how many runs it takes, and the lost ones."""

    def __init__(self) -> None:
        self.submitted: list[str] = []
        self.dead: dict[str, str | None] = {}
        self.gone: dict[str, Lost] = {}
        self.killed: list[str] = []
        self.broken = False
        self.places: int | None = None
        self.problem: str | None = None

    def warm(self) -> None: ...

    def close(self) -> None: ...

    def look(self) -> int | None:
        if self.problem is not None:
            raise ClusterUnreachable(self.problem)
        return self.places

    def submit(self, run_id: str) -> tuple[int, float]:
        if self.broken:
            raise LauncherError("The worker could not be started: no memory.")
        self.submitted.append(run_id)
        return 1000 + len(self.submitted), 5.0

    def alive(self, run: Run) -> bool:
        return run.run_id in self.submitted and run.run_id not in self.dead

    def lost(self, run: Run) -> Lost | None:
        if run.boot != processes.boot_id():
            return Lost("the machine was restarted")
        return self.gone.get(run.run_id)

    def exit_reason(self, run: Run) -> str | None:
        return self.dead.get(run.run_id)

    def kill(self, run: Run) -> bool:
        self.killed.append(run.run_id)
        return True
