"""How the whole is doing, for whoever runs it: runs, queue, processes, memory, disk, versions."""

from cnn_builder.status.exposition import metrics_text
from cnn_builder.status.snapshot import AppStatus, DiskSpace, MemoryUse, RunStatus, take_status
from cnn_builder.status.worker_processes import WorkerProcess

__all__ = ["AppStatus", "DiskSpace", "MemoryUse", "RunStatus", "WorkerProcess", "metrics_text", "take_status"]
