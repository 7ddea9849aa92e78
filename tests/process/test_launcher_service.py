"""The service client with small stand-ins for the service: slow, dying, babbling."""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.runs import ServiceClient, ServiceError
from cnn_builder.runs.workers import processes
from cnn_builder.settings import Settings

# The stand-in does what the image's first pixel says; the file counts its starts.
SERVICE = """
import os, sys, threading, time
from pathlib import Path
import numpy as np
from cnn_builder.runs.workers.messages import read_message, write_message
home = Path(os.environ["CNN_BUILDER_HOME"])
starts = home / "starts"
def answer(header, arrays={}):
    write_message(sink, {**header, "id": number}, arrays)
def answer_later(number):
    while not (home / "go").exists():
        time.sleep(0.01)
    write_message(sink, {"ok": True, "id": number}, {"probabilities": np.array([0.5, 0.5], np.float32)})
first = not starts.exists()
with starts.open("a") as file:
    print(os.getpid(), file=file)
source, sink = sys.stdin.buffer, sys.stdout.buffer
while (message := read_message(source)) is not None:
    header, arrays = message
    number = header["id"]
    if header["op"] == "ping":
        answer({"ok": True})
        continue
    what = int(arrays["image"].flat[0])
    if what == 1 or (what == 2 and first):
        os._exit(1)
    if what == 3 or (what == 4 and first):
        time.sleep(600)
    if what == 5:
        answer({"ok": False, "error": "This run has no model yet."})
    elif what == 6 and first:
        sink.write(b"Epoch 1/5 something printed to the wrong place"); sink.flush()
    elif what == 7:
        threading.Thread(target=answer_later, args=(number,), daemon=True).start()
    else:
        answer({"ok": True}, {"probabilities": np.array([0.25, 0.75], np.float32)})
"""


@pytest.fixture
def client(request: pytest.FixtureRequest, settings: Settings) -> Iterator[ServiceClient]:
    hangs = "what" in request.fixturenames and request.getfixturevalue("what") in (3, 4, 7)
    command, timeout = [sys.executable, "-c", SERVICE], 2 if hangs else 60
    made = ServiceClient(settings, command, timeout=timeout, start_timeout=60, crowded=lambda: 1.0)
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


@pytest.mark.fault(19)
@pytest.mark.parametrize("what", [2, 4, 6], ids=["dies", "hangs", "babbles"])
def test_a_failing_process_is_started_again_and_asked_once_more(
    client: ServiceClient, settings: Settings, what: int
) -> None:
    assert client.predict("first-run-1", image(what)) == [0.25, 0.75]
    assert len(starts(settings)) == 2


@pytest.mark.parametrize(("what", "why"), [(1, "ended|Broken pipe"), (3, "no answer within 2 s")])
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


@pytest.mark.parametrize("what", [7], ids=["slow"])
def test_a_slow_question_holds_up_no_other_and_is_asked_once(
    client: ServiceClient, settings: Settings, what: int
) -> None:
    with ThreadPoolExecutor(4) as threads:
        slow = threads.submit(client.predict, "first-run-1", image(what))
        for _ in range(3):
            assert threads.submit(client.predict, "first-run-1", image(0)).result(60) == [0.25, 0.75]
        client._connection.ping(60)  # type: ignore[union-attr]
        with pytest.raises(TimeoutError):
            slow.result(3)  # longer than the process may be silent: it was asked whether it works, and does
        (settings.home / "go").touch()
        assert slow.result(60) == [0.5, 0.5]
    assert len(starts(settings)) == 1


def test_a_question_that_ends_the_process_takes_no_other_with_it(client: ServiceClient, settings: Settings) -> None:
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(client.predict, "first-run-1", image(7))
        wait_for(lambda: client._connection is not None and client._connection._waiting)
        deadly = threads.submit(client.predict, "first-run-1", image(1))
        wait_for(lambda: len(starts(settings)) > 1)
        (settings.home / "go").touch()
        with pytest.raises(ServiceError, match="failed twice"):
            deadly.result(60)
        assert slow.result(60) == [0.5, 0.5]


def test_a_question_that_cannot_be_sent_is_told_and_ends_nothing(client: ServiceClient, settings: Settings) -> None:
    client.predict("first-run-1", image(0))
    with pytest.raises(ServiceError, match="could not be sent"):
        client.ask({"op": "predict", "epoch": float("nan")})
    with pytest.raises(ServiceError, match="could not be sent: arrays hold numbers"):
        client.ask({"op": "predict"}, {"image": np.array(["text"])})
    assert client.predict("first-run-1", image(0)) == [0.25, 0.75] and len(starts(settings)) == 1


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    unusable = ServiceClient(Settings(home=tmp_path / "file"))
    unusable._warm()  # in the background this must not raise
    with pytest.raises(ServiceError, match="log cannot be written"):
        unusable.predict("first-run-1", image(0))


@pytest.mark.fault(19)
def test_killed_between_strokes(client: ServiceClient, settings: Settings) -> None:
    client.predict("first-run-1", image(0))
    assert client._process is not None
    client._process.kill()
    assert client.predict("first-run-1", image(0)) == [0.25, 0.75]


def test_one_that_cannot_start_is_told(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="could not be started"):
        ServiceClient(settings, [str(tmp_path / "missing")]).predict("first-run-1", image(0))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 180
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
