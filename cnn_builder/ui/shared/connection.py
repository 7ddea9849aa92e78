"""How the server talks to browsers."""

import contextlib
import os
import socket

import psutil
import streamlit as st


@st.cache_resource(show_spinner=False)
def send_at_once() -> None:
    """Once a server: see ``without_delay``."""
    without_delay()


def without_delay() -> int:
    """Let this process' TCP sockets send small messages at once; returns how many.

    A rerun is dozens of small messages. Streamlit opens its listening socket in a way that asyncio does not take for
    TCP, so the system holds back the second message until the browser's side acknowledges the first: 40 ms at every
    edit. A listening socket hands the option on to all connections it accepts later.
    """
    changed = 0
    for connection in psutil.Process().net_connections(kind="tcp"):
        # A connection may close between the look and the touch; Windows gives no descriptors.
        with contextlib.suppress(OSError):
            with socket.socket(fileno=os.dup(connection.fd)) as same:
                same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            changed += 1
    return changed
