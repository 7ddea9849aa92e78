"""What was trained, and who trains it. Never imports Streamlit or TensorFlow."""

from cnn_builder.runs.access import Access, Quota
from cnn_builder.runs.errors import (
    AccessError,
    BackupError,
    LauncherError,
    ModelFileError,
    QuotaError,
    RunNotFound,
    RunSettingsError,
    RunStateError,
    RunTextError,
    RunUnreadable,
    ServiceError,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreUnreachable,
    SweepError,
)
from cnn_builder.runs.models import (
    ACTIVE,
    ENDED,
    NO_DATASET,
    OPTIMIZERS,
    STATUSES,
    AnyRun,
    Imported,
    Metric,
    Run,
    RunSettings,
    UnreadableRun,
)
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.events import Asked, Event, ResumePoint
from cnn_builder.runs.workers.launcher import LocalLauncher
from cnn_builder.runs.workers.service_client import ServiceClient
from cnn_builder.runs.workers.supervisor import Supervisor

__all__ = [
    "ACTIVE",
    "ENDED",
    "NO_DATASET",
    "OPTIMIZERS",
    "STATUSES",
    "Access",
    "AccessError",
    "AnyRun",
    "Asked",
    "BackupError",
    "Event",
    "Imported",
    "LauncherError",
    "LocalLauncher",
    "Metric",
    "ModelFileError",
    "Quota",
    "QuotaError",
    "ResumePoint",
    "Run",
    "RunNotFound",
    "RunSettings",
    "RunSettingsError",
    "RunStateError",
    "RunTextError",
    "RunUnreadable",
    "ServiceClient",
    "ServiceError",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "StoreUnreachable",
    "Supervisor",
    "SweepError",
    "UnreadableRun",
]
