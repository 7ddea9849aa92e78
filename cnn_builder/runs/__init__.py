"""What was trained, and who trains it. Never imports Streamlit or TensorFlow."""

from cnn_builder.runs.errors import (
    LauncherError,
    RunNotFound,
    RunSettingsError,
    RunStateError,
    RunTextError,
    ServiceError,
    StoreBusy,
    StoreError,
    StoreFull,
)
from cnn_builder.runs.events import Asked, Event, Kept
from cnn_builder.runs.launcher import LocalLauncher
from cnn_builder.runs.models import ACTIVE, ENDED, OPTIMIZERS, STATUSES, Metric, Run, RunSettings
from cnn_builder.runs.service import ServiceClient
from cnn_builder.runs.store import Store
from cnn_builder.runs.supervisor import Supervisor

__all__ = [
    "ACTIVE",
    "ENDED",
    "OPTIMIZERS",
    "STATUSES",
    "Asked",
    "Event",
    "Kept",
    "LauncherError",
    "LocalLauncher",
    "Metric",
    "Run",
    "RunNotFound",
    "RunSettings",
    "RunSettingsError",
    "RunStateError",
    "RunTextError",
    "ServiceClient",
    "ServiceError",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "Supervisor",
]
