"""A Ray cluster of one's own on this machine, with a head and two nodes: to try runs on a cluster, and for its tests.

    python -m scripts.ray_nodes start FOLDER       makes a token in FOLDER, starts it, prints the variables to set
    python -m scripts.ray_nodes stop FOLDER
    python -m scripts.ray_nodes run COMMAND …      COMMAND with a cluster for its time, and these variables

The head has no processors for runs, each node has one. Every call needs the token. Several may run on one machine.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from scripts.own_server import OwnServer, free_port

FOLDER = "CNN_BUILDER_TEST_RAY"
"""Variable that `run` sets besides: the cluster's folder, to kill and start its nodes on the way."""
HEAD, NODES = "head", ("node-1", "node-2")
START_SECONDS, ATTEMPTS = 90.0, 4
ROOT = Path(__file__).resolve().parents[1]
_OBJECTS = 80_000_000  # bytes, nearly the least that Ray takes: runs keep nothing there
_NOTHING: Mapping[str, str] = {}
_ours: dict[int, "subprocess.Popen[bytes]"] = {}
"""What this process started, by its id: it has to be reaped."""
_QUICK = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",  # five in a row that fail: a node that was killed is lost after 5 s, not 20
    "RAY_worker_niceness": "0",  # Ray's own 15 is for machines that have something better to do
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",  # then a node without a head ends
}


def variables(folder: Path) -> dict[str, str]:
    """What has to be set to use the cluster."""
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(folder / "token"),
        "CNN_BUILDER_LAUNCHER": "ray",
        "CNN_BUILDER_RAY_ADDRESS": f"{_own_address()}:{(folder / 'port').read_text()}",
        "CNN_BUILDER_MAX_ACTIVE_RUNS": str(len(NODES)),
    }


def start(folder: Path) -> None:
    """Start the head and its nodes, one after the other; what runs already is left."""
    folder.mkdir(parents=True, exist_ok=True)
    token = folder / "token"
    if not token.is_file():
        token.touch(0o600)
        token.write_text(secrets.token_hex(32))
        (folder / "port").write_text(str(free_port()))
    mend(folder)


def mend(folder: Path) -> None:
    """Start what was killed."""
    if not (folder / f"{HEAD}.pid").is_file():
        stop(folder)  # nodes know no other head than theirs
        start_head(folder)
    for name in NODES:
        if not (folder / f"{name}.pid").is_file():
            start_node(folder, name)


def start_head(folder: Path) -> None:
    """Start the head; after it was killed, another one at the same address."""
    port = (folder / "port").read_text()
    options = ["--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false"]
    # In the folder's sockets' paths at most 107 characters fit.
    _start(folder, HEAD, [*options, f"--ray-client-server-port={free_port()}", f"--temp-dir={folder / 'r'}"])


def start_node(folder: Path, name: str, home: Path | None = None) -> None:
    """Start a node with a place for one run; with a home of its own, where one is given, in place of the server's."""
    address = f"{_own_address()}:{(folder / 'port').read_text()}"
    own = {} if home is None else {"CNN_BUILDER_HOME": str(home)}
    _start(folder, name, [f"--address={address}", "--num-cpus=1"], own)


def kill(folder: Path, name: str) -> None:
    """Kill a node or the head at once, as a loss of power would."""
    file = folder / f"{name}.pid"
    if not file.is_file():
        return
    leader = int(file.read_text())
    file.unlink()
    below: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(leader).children(recursive=True)
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    for process in below:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(below, timeout=10)
    if leader in _ours:
        _ours.pop(leader).wait(timeout=10)


def stop(folder: Path) -> None:
    """End the whole cluster."""
    for name in (*NODES, HEAD):
        kill(folder, name)


def _start(folder: Path, name: str, options: list[str], own: Mapping[str, str] = _NOTHING) -> None:
    # One range of ports for many nodes on a machine would not do: let the system choose.
    common = ["--min-worker-port=0", "--max-worker-port=0", "--dashboard-agent-listen-port=0"]
    common += ["--disable-usage-stats", f"--object-store-memory={_OBJECTS}", "--block"]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("CNN_BUILDER_", "RAY_"))}
    env |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(folder / "token"), **_QUICK}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **own}
    for _ in range(ATTEMPTS):
        if _try_to_start(folder, name, [sys.executable, "-m", "ray.scripts.scripts", "start", *options, *common], env):
            return
    raise SystemExit(f"Ray's {name} could not be started:\n{(folder / f'{name}.log').read_text()[-2000:]}")


def _try_to_start(folder: Path, name: str, command: list[str], env: dict[str, str]) -> bool:
    """Whether it runs. Ray gives its own agent 15 s to start, which a busy machine may need longer for."""
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    (folder / f"{name}.pid").write_text(str(process.pid))
    _ours[process.pid] = process
    end = time.monotonic() + START_SECONDS
    while "Ray runtime started" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > end:
            kill(folder, name)
            return False
        time.sleep(0.1)
    return True


def _own_address() -> str:
    """The address that Ray gives this machine's nodes: it takes none of the loopback."""
    from ray.util import get_node_ip_address

    return str(get_node_ip_address())


def main(arguments: list[str]) -> int:
    """The command line above."""
    return OwnServer(__doc__ or "", "cnnb-ray-", _started, stop).main(arguments)


def _started(folder: Path) -> dict[str, str]:
    start(folder)
    return {**variables(folder), FOLDER: str(folder)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
