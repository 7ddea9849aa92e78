"""Messages come back as they went, and what is not a message is refused."""

import io
import json
import struct

import numpy as np
import pytest

from cnn_builder.runs.workers.messages import FramingError, read_message, write_message


def framed(header: object, raw: bytes = b"") -> io.BytesIO:
    text = json.dumps(header).encode()
    return io.BytesIO(struct.pack(">I", len(text)) + text + raw)


def test_messages_follow_each_other() -> None:
    stream = io.BytesIO()
    image = np.arange(28 * 28, dtype=np.uint8).reshape(28, 28, 1)
    write_message(stream, {"op": "predict", "run_id": "é"}, {"image": image, "w": np.eye(3, dtype=np.float32).T})
    write_message(stream, {"op": "ping"}, {"empty": np.zeros((0, 3)), "scalar": np.array(2.5)})
    stream.seek(0)
    first, second = read_message(stream), read_message(stream)
    assert first is not None and second is not None
    assert first[0] == {"op": "predict", "run_id": "é"}
    np.testing.assert_array_equal(first[1]["image"], image)
    assert first[1]["w"].dtype == np.float32 and first[1]["w"].flags.writeable
    assert second[1]["empty"].shape == (0, 3) and second[1]["scalar"].shape in ((), (1,))
    assert read_message(stream) is None


@pytest.mark.parametrize("cut", [1, 3, 5, 40, -1])
def test_a_cut_message_is_an_error(cut: int) -> None:
    stream = io.BytesIO()
    write_message(stream, {"op": "x"}, {"a": np.zeros(9)})
    with pytest.raises(FramingError, match=r"ended|not a message"):
        read_message(io.BytesIO(stream.getvalue()[:cut]))


@pytest.mark.parametrize(
    "stream",
    [
        io.BytesIO(b"\xff\xff\xff\xff"),
        io.BytesIO(b"\0\0\0\2no"),
        framed([1, 2]),
        framed({"arrays": [{"name": "a", "dtype": "|O", "shape": [1]}]}, b"\0" * 8),
        framed({"arrays": [{"name": "a", "dtype": "<f8", "shape": [-1]}]}, b"\0" * 8),
        framed({"arrays": [{"name": "a", "dtype": "<f8", "shape": [100000, 100000]}]}),
        framed({"arrays": [{"name": "a", "dtype": "nonsense", "shape": [1]}]}),
        framed({"arrays": [{"name": "a"}]}),
    ],
)
def test_what_is_not_a_message_is_refused(stream: io.BytesIO) -> None:
    with pytest.raises(FramingError):
        read_message(stream)


def test_what_could_not_be_read_back_is_not_written() -> None:
    for header, arrays in (({"x": float("nan")}, {}), ({"x": object()}, {}), ({}, {"a": np.array([object()])})):
        stream = io.BytesIO()
        with pytest.raises(FramingError):
            write_message(stream, header, arrays)
        assert not stream.getvalue()
