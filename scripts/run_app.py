"""What `make run` starts: the app on a free port, its address in the terminal, a browser where there is one."""

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_PORT = 8501
READY_WITHIN = 60.0


def free_port(first: int = FIRST_PORT, tries: int = 50) -> int:
    """The first port from `first` on that nobody listens to on this machine."""
    for port in range(first, first + tries):
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("localhost", port)) != 0:
                return port
    raise SystemExit(f"No free port between {first} and {first + tries - 1}: stop another server and start again.")


def has_browser() -> bool:
    """Whether a window can be opened: a text browser would take over the terminal."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def announce(address: str) -> None:
    """Wait until the app answers, then say where it is and open it."""
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    else:
        return
    print(f"\n  CNN Builder is at {address} (Ctrl-C stops it)\n", flush=True)
    if has_browser():
        webbrowser.open(address)


def main() -> None:
    os.chdir(ROOT)
    port = int(os.environ.get("PORT") or free_port())
    threading.Thread(target=announce, args=(f"http://localhost:{port}",), daemon=True).start()

    from streamlit.web import cli

    sys.argv = ["streamlit", "run", "app.py", f"--server.port={port}"]
    cli.main()


if __name__ == "__main__":
    main()
