"""How long the prediction service may be silent: longer where the machine is crowded, and never without end."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from cnn_builder.runs.workers import service_connection
from cnn_builder.runs.workers.service_connection import Connection, Gone, crowding
from tests.support.paths import ROOT

# It answers as soon as it has started, which takes more than the few milliseconds that it is given.
SERVICE = """
import sys
from cnn_builder.runs.workers.messages import read_message, write_message
while (message := read_message(sys.stdin.buffer)) is not None:
    write_message(sys.stdout.buffer, {"ok": True, "id": message[0]["id"]}, {})
"""
SECONDS = 0.001


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-c", SERVICE]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        yield started
        started.kill()


def test_on_a_crowded_machine_it_is_waited_for(
    process: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_connection, "MOST_PATIENCE", 100_000)
    connection = Connection(process, SECONDS, crowded=lambda: 100_000.0)
    connection.ping(SECONDS)
    assert connection.alive
    connection.end()


@pytest.mark.parametrize("crowded", [0.1, 1e9], ids=["idle", "crowded without end"])
def test_what_stays_silent_is_ended(process: "subprocess.Popen[bytes]", crowded: float) -> None:
    connection = Connection(process, SECONDS, crowded=lambda: crowded)
    with pytest.raises(Gone):
        connection.ping(SECONDS)
    assert not connection.alive and process.poll() is not None


def test_crowding_is_told_everywhere() -> None:
    assert crowding() >= 0
