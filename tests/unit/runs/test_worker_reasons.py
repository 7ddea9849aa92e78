"""Why a run crashed, in words for people."""

import errno

import pytest

from cnn_builder.data import DatasetError
from cnn_builder.engine.work import in_background, reason_of
from cnn_builder.engine.worker import main
from cnn_builder.runs import StoreFull


class ResourceExhaustedError(Exception):
    """As TensorFlow's is named."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "out of memory"),
        (ResourceExhaustedError("OOM when allocating"), "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk full"),
        (OSError("Can't write data (errno = 28, error message = 'No space left on device')"), "disk full"),
        (StoreFull("The store cannot be written: disk full."), "disk full"),
        (OSError(errno.EFBIG, "File too large"), "disk full"),
        (DatasetError("MNIST is not on this machine."), "MNIST is not on this machine."),
        (ZeroDivisionError("division by zero\nsecond line"), "ZeroDivisionError: division by zero"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_a_reason_is_one_line(error: BaseException, reason: str) -> None:
    assert reason_of(error) == reason


def test_what_fails_in_the_background_is_raised_where_it_is_needed() -> None:
    assert in_background(lambda: 3)() == 3
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 / 0)()


def test_an_unknown_entry_point_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    from cnn_builder.engine import worker

    assert worker.USAGE.startswith("usage:")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signal.signal", lambda *_: None)  # this process keeps its Ctrl-C
        assert main(["dance"]) == 2
    assert "standby" in capsys.readouterr().err
