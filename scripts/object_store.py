"""An S3-compatible server of one's own, moto's, with a bucket: to try artifacts in S3, and for their tests.

    python -m scripts.object_store start FOLDER       starts it, prints the variables to set
    python -m scripts.object_store stop FOLDER
    python -m scripts.object_store run COMMAND …      COMMAND with a server for its time, and these variables

It listens on 127.0.0.1 only, holds what it is given in memory, and looks at no key: it is for trying alone.
"""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from scripts.own_server import OwnServer, free_port

FOLDER, BUCKET = "CNN_BUILDER_TEST_OBJECTS", "cnn-builder"
"""Variable that `run` sets besides: the server's folder, to close and open it on the way."""
START_SECONDS = 60.0


def variables(folder: Path) -> dict[str, str]:
    """What has to be set to use it, here and on every node."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{(folder / 'port').read_text()}",
        "AWS_ACCESS_KEY_ID": "cnn-builder",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
        "AWS_DEFAULT_REGION": "us-east-1",
        "CNN_BUILDER_ARTIFACTS": f"s3://{BUCKET}/artifacts",
    }


def start(folder: Path) -> dict[str, str]:
    """Start the server, and make its bucket; the variables to use it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "port").write_text(str(free_port()))
    (folder / "is open").unlink(missing_ok=True)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.object_store", "serve", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    (folder / "pid").write_text(str(process.pid))
    _wait_until(folder, is_open=True)
    found = variables(folder)
    _make_bucket(found)
    return {**found, FOLDER: str(folder)}


def close(folder: Path) -> None:
    """Let nobody reach it for a while; what it holds stays."""
    os.kill(int((folder / "pid").read_text()), signal.SIGUSR1)
    _wait_until(folder, is_open=False)


def reopen(folder: Path) -> None:
    """Let it be reached again."""
    os.kill(int((folder / "pid").read_text()), signal.SIGUSR2)
    _wait_until(folder, is_open=True)


def stop(folder: Path) -> None:
    """End the server."""
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), signal.SIGKILL)


def serve(folder: Path) -> None:
    """Answer until this process is ended, but not between the two signals."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    application: Any = DomainDispatcherApplication(create_backend_app)
    wanted, changed = [True], threading.Event()

    def want(number: int, _: FrameType | None) -> None:
        wanted[0] = number == signal.SIGUSR2
        changed.set()

    signal.signal(signal.SIGUSR1, want)
    signal.signal(signal.SIGUSR2, want)
    mark = folder / "is open"
    while True:
        server = make_server("127.0.0.1", int((folder / "port").read_text()), application, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mark.touch()
        _wait_for(changed, wanted, False)
        server.shutdown()
        server.server_close()
        mark.unlink()
        _wait_for(changed, wanted, True)


def _wait_for(changed: threading.Event, wanted: list[bool], value: bool) -> None:
    while wanted[0] is not value:
        changed.wait()
        changed.clear()


def _wait_until(folder: Path, is_open: bool) -> None:
    end = time.monotonic() + START_SECONDS
    while (folder / "is open").exists() is not is_open:
        if time.monotonic() > end:
            raise SystemExit(f"The object store does not answer:\n{(folder / 'server.log').read_text()[-2000:]}")
        time.sleep(0.05)


def _make_bucket(found: dict[str, str]) -> None:
    import boto3

    client: Any = boto3.client(
        "s3", endpoint_url=found["AWS_ENDPOINT_URL"], region_name=found["AWS_DEFAULT_REGION"],
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"], aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip
    client.create_bucket(Bucket=BUCKET)


def main(arguments: list[str]) -> int:
    """The command line above."""
    if arguments[:1] == ["serve"] and len(arguments) == 2:
        serve(Path(arguments[1]))
    return OwnServer(__doc__ or "", "cnn-builder-objects-", start, stop).main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
