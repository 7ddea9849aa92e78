"""`run`, or `serve`: the app on a free port, its address in the terminal, a browser where there is one."""

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

import click

FIRST_PORT = 8501
READY_WITHIN = 60.0
_PACKAGE = Path(__file__).resolve().parents[1]


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Default: the first free one from 8501 on.")
@click.option(
    "--address", default="localhost", show_default=True, envvar="STREAMLIT_SERVER_ADDRESS", metavar="HOST",
    help="Where to listen. 0.0.0.0 lets others in: put a proxy with TLS before it.",
)  # fmt: skip
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser, where there is one.")
def serve(port: int | None, address: str, browser: bool) -> None:
    """Start the app and print its address; Ctrl-C stops it."""
    if port is None:
        port = free_port()
    elif _is_taken(port):
        raise click.ClickException(
            f"Port {port} is in use by another program: expected a free port. Leave out --port to have one found."
        )
    # One that listens everywhere is asked here; another only where it listens.
    host = "localhost" if address in ("0.0.0.0", "::", "localhost") else address
    shown = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    threading.Thread(target=announce, args=(shown, browser), daemon=True).start()

    from streamlit.web import cli

    options = [f"--server.port={port}", f"--server.address={address}"]
    cli.main(["run", str(app_script()), *options], prog_name="streamlit")


def app_script(package: Path = _PACKAGE) -> Path:
    """What Streamlit runs: in the package where that was installed, beside the package in a checkout."""
    installed = package / "web" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def free_port(first: int = FIRST_PORT, tries: int = 50) -> int:
    """The first port from `first` on that nobody listens to on this machine. Raises ClickException."""
    for port in range(first, first + tries):
        if not _is_taken(port):
            return port
    raise click.ClickException(
        f"No free port between {first} and {first + tries - 1}: stop another server, or choose one with --port."
    )


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("localhost", port)) == 0


def has_browser() -> bool:
    """Whether a window can be opened: a text browser would take over the terminal."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def announce(address: str, browser: bool) -> None:
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
    if browser and has_browser():
        webbrowser.open(address)
