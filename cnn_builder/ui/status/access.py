"""Who may see the Status page."""

from cnn_builder.ui import server


def may_see_status() -> bool:
    """Everybody on a server where nobody signs in, which serves its own machine; else the admins."""
    return server.store().access.whole
