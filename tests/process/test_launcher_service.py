"""The service client with small stand-ins for the service: slow, dying, babbling."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.runs import ServiceClient, ServiceError, processes
from cnn_builder.settings import Settings

# The stand-in does what the image's first pixel says; the file counts its starts.
SERVICE = """
import os, sys, time
from pathlib import Path
import numpy as np
from cnn_builder.runs.framing import read_message, write_message
starts = Path(os.environ["CNN_BUILDER_HOME"]) / "starts"
first = not starts.exists()
with starts.open("a") as file:
    print(os.getpid(), file=file)
source, sink = sys.stdin.buffer, sys.stdout.buffer
while (message := read_message(source)) is not None:
    header, arrays = message
    if header["op"] == "ping":
        write_message(sink, {"ok": True})
        continue
    what = int(arrays["image"].flat[0])
    if what == 1 or (what == 2 and first):
        os._exit(1)
    if what == 3 or (what == 4 and first):
        time.sleep(60)
    if what == 5:
        write_message(sink, {"ok": False, "error": "This run has no model yet."})
    elif what == 6 and first:
        sink.write(b"Epoch 1/5 something printed to the wrong place"); sink.flush()
    else:
        write_message(sink, {"ok": True}, {"probabilities": np.array([0.25, 0.75], np.float32)})
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[ServiceClient]:
    made = ServiceClient(settings, [sys.executable, "-c", SERVICE], timeout=0.7, start_timeout=20)
    yield made
    made.close()


def image(what: int) -> np.ndarray:
    return np.full((28, 28, 1), what, np.uint8)


def starts(settings: Settings) -> list[int]:
    return [int(pid) for pid in (settings.home / "starts").read_text().split()]


def test_it_answers_from_one_process(client: ServiceClient, settings: Settings) -> None:
    assert client.predict("first-run-1", image(0)) == [0.25, 0.75]
    assert client.predict("first-run-1", image(0)) == [0.25, 0.75]
    assert len(starts(settings)) == 1


@pytest.mark.parametrize("what", [2, 4, 6], ids=["dies", "hangs", "babbles"])
def test_a_failing_process_is_started_again_and_asked_once_more(
    client: ServiceClient, settings: Settings, what: int
) -> None:
    assert client.predict("first-run-1", image(what)) == [0.25, 0.75]
    assert len(starts(settings)) == 2


@pytest.mark.parametrize(("what", "why"), [(1, "ended|Broken pipe"), (3, "no answer within 0.7 s")])
def test_a_second_failure_is_told_and_the_next_question_answered(
    client: ServiceClient, settings: Settings, what: int, why: str
) -> None:
    with pytest.raises(ServiceError, match=why):
        client.predict("first-run-1", image(what))
    assert len(starts(settings)) == 2
    assert client.predict("first-run-1", image(0)) == [0.25, 0.75]
    assert len(starts(settings)) == 3


def test_an_error_of_its_own_is_passed_on(client: ServiceClient, settings: Settings) -> None:
    with pytest.raises(ServiceError, match="no model yet"):
        client.predict("first-run-1", image(5))
    assert len(starts(settings)) == 1


def test_killed_between_strokes(client: ServiceClient, settings: Settings) -> None:
    client.predict("first-run-1", image(0))
    assert client._process is not None
    client._process.kill()
    assert client.predict("first-run-1", image(0)) == [0.25, 0.75]


def test_one_that_cannot_start_is_told(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="could not be started"):
        ServiceClient(settings, [str(tmp_path / "missing")]).predict("first-run-1", image(0))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_warm_starts_it_and_the_end_of_its_stdin_ends_it(client: ServiceClient, settings: Settings) -> None:
    client.warm()
    wait_for(lambda: (settings.home / "starts").exists())
    client.predict("first-run-1", image(0))
    (pid,) = starts(settings)
    assert client._process is not None and client._process.stdin is not None
    client._process.stdin.close()
    wait_for(lambda: processes.process_started(pid) is None)
