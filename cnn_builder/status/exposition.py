"""The status in Prometheus' text format, version 0.0.4.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/. All are gauges: nothing here is a count since a
start. Runs and processes are counted, not named: every name would be a time series of its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnn_builder.runs.models import STATUSES
from cnn_builder.status.snapshot import AppStatus
from cnn_builder.status.worker_processes import PREDICTION, STANDBY, TRAINING

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_KINDS = (TRAINING, STANDBY, PREDICTION)


@dataclass(frozen=True)
class _Gauge:
    name: str
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            told = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{told}}} {value:.16g}" if told else f"{self.name} {value:.16g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def metrics_text(status: AppStatus) -> str:
    """The status as text; its last line ends with a line feed, as the format asks."""
    return "".join(f"{line}\n" for gauge in _gauges(status) for line in gauge.lines())


def _gauges(status: AppStatus) -> Iterator[_Gauge]:
    alive = [worker for worker in status.workers if worker.alive]
    number = Counter(worker.kind for worker in alive)
    memory = Counter[str]()
    for worker in alive:
        memory[worker.kind] += worker.memory or 0
    names = {name.lower().replace(" ", "_"): text for name, text in status.versions.items()}
    yield _one("info", "Always 1; the versions are its labels.", 1, names | {"store": status.store})
    if status.sessions is not None:
        yield _one("sessions", "Open pages of this server.", status.sessions)
    yield _by("runs", "Runs by status.", "status", {name: status.counts.get(name, 0) for name in STATUSES})
    yield _one("run_places", "How many runs may train at once.", status.places)
    waits = max((run.seconds for run in status.queue), default=0.0)
    yield _one("queue_longest_wait_seconds", "Since the longest waiting run was requested.", waits)
    yield _by("processes", "Living processes by kind.", "kind", {kind: number[kind] for kind in _KINDS})
    yield _by("process_memory_bytes", "Their memory.", "kind", {kind: memory[kind] for kind in _KINDS})
    missing = len(status.workers) - len(alive)
    yield _one("processes_gone", "Runs at work whose process is gone.", missing)
    if status.memory.server is not None:
        yield _one("server_memory_bytes", "Memory of the server itself.", status.memory.server)
    machine = {"total": status.memory.total, "available": status.memory.available}
    yield _by("memory_bytes", "Memory of the machine or container.", "state", machine)
    disk = {"total": status.disk.total, "free": status.disk.free, "home": status.disk.home}
    yield _by("disk_bytes", "The disk of the home, and what the home takes of it.", "state", disk)
    yield _one("attention", "How many things an operator should look after.", len(status.attention))


def _one(name: str, help_text: str, value: float, labels: Mapping[str, str] | None = None) -> _Gauge:
    return _Gauge(f"cnn_builder_{name}", help_text, ((labels or {}, value),))


def _by(name: str, help_text: str, label: str, values: Mapping[str, float]) -> _Gauge:
    return _Gauge(f"cnn_builder_{name}", help_text, tuple(({label: key}, value) for key, value in values.items()))
