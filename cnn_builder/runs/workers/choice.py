"""Which launcher the settings ask for."""

import os

from cnn_builder.runs.errors import LauncherError
from cnn_builder.runs.workers.launcher import Launcher, LocalLauncher
from cnn_builder.settings import Settings


def launcher_for(settings: Settings) -> Launcher:
    """What starts runs where the settings say. Raises LauncherError where a cluster would be open to anybody."""
    if settings.launcher != "ray":
        return LocalLauncher(settings)
    from cnn_builder.runs.workers.ray_launcher import RayLauncher

    mode = os.environ.get("RAY_AUTH_MODE", "")
    if mode != "token":
        raise LauncherError(
            "Ray is used only with token authentication, since who reaches a cluster without it can run any program "
            f"there: expected RAY_AUTH_MODE=token, received {mode!r}. Set it here and on every node (docs/cluster.md)."
        )
    return RayLauncher(settings)
