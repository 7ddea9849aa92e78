import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture
from cnn_builder.architecture.errors import LinkError
from cnn_builder.architecture.formats.link import Shared, decode, encode
from cnn_builder.limits import MAX_LINK

NAMES = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=200)
SIDES = st.integers(1, 10_000)


def architectures() -> st.SearchStrategy[Architecture]:
    layers = st.lists(st.sampled_from([layer_type.example() for layer_type in LAYER_TYPES.values()]), max_size=100)
    return st.builds(Architecture, st.tuples(SIDES, SIDES, SIDES), layers.map(tuple), NAMES)


def packed(content: bytes, version: str = "1") -> str:
    """A link with a right checksum around any content."""
    body = zlib.compress(content)
    letters = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (body, zlib.crc32(body).to_bytes(4))]
    return ".".join([version, *letters])


@given(architectures(), st.sampled_from([None, "mnist", "my-own_data"]))
def test_what_is_sent_arrives(architecture: Architecture, dataset: str | None) -> None:
    text = encode(architecture, dataset)
    assert decode(text) == Shared(architecture, dataset)
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@given(st.text(max_size=300))
def test_any_text_is_a_link_or_a_told_error(text: str) -> None:
    with pytest.raises(LinkError):
        decode(text)


@given(st.data())
def test_a_link_with_one_letter_changed_is_refused(data: st.DataObject) -> None:
    text = encode(PRESETS["L2"].architecture, "mnist")
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda letter: letter != text[place]))
    changed = text[:place] + letter + text[place + 1 :]
    try:
        # The last letter of a part has spare bits: another letter may stand for the same bytes.
        assert decode(changed) == decode(text)
    except LinkError:
        return


@given(st.integers(0, 10_000))
def test_a_link_cut_short_is_refused(length: int) -> None:
    text = encode(PRESETS["L2"].architecture)
    with pytest.raises(LinkError, match="damaged"):
        decode(text[: length % len(text)] or "1")


def test_sixty_layers_fit_into_a_short_link() -> None:
    kinds = [layer_type.example() for layer_type in LAYER_TYPES.values()]
    layers = tuple(
        kind.changed(filters=8 + number) if "filters" in type(kind).model_fields else kind
        for number, kind in enumerate((kinds * 3)[:60])
    )
    assert len(encode(Architecture((28, 28, 1), layers, "Sixty"), "mnist")) < 2_000 - 200


def test_a_line_break_from_a_mail_does_no_harm() -> None:
    text = encode(PRESETS["L1"].architecture)
    assert decode(f" {text[:70]}\n{text[70:]} ").architecture == PRESETS["L1"].architecture


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged"),
        ("1..", "damaged"),
        ("1.AAAA.AAAAAA", "damaged"),
        ("0" + encode(PRESETS["L1"].architecture)[1:], "damaged"),
        ("2.anything.else", "version 2; this CNN Builder reads version 1"),
        ("7.a newer form, perhaps", "version 7"),
        ("1" * 1_000_000, "at most 60,000 characters, received 1,000,000"),
        (packed(b"not JSON"), "damaged: it holds no network"),
        (packed(b"[" * 20_000), "damaged: it holds no network"),
        (packed(b"0" * 30_000_000), "unpacks to more than 1,000,000 bytes"),
        (packed(b"\xff\xfe"), "damaged: it holds no network"),
        (packed(b"[]"), "cannot be read: Expected a JSON object"),
        (packed(b'{"version": 9}'), "The file has version 9"),
        (packed(json.dumps({"input_shape": [1, 1, 1], "layers": [{"type": "Lambda"}]}).encode()), "unknown layer type"),
        (packed(json.dumps({"input_shape": [1, 1, 1], "layers": [], "dataset": "../x"}).encode()), "dataset: expected"),
        (packed(json.dumps({"input_shape": [1, 1, 1], "layers": [], "name": "\u202e"}).encode()), "control characters"),
    ],
)  # fmt: skip
def test_a_damaged_link_is_told(text: str, message: str) -> None:
    with pytest.raises(LinkError, match=message):
        decode(text)


def test_the_longest_link_that_is_read_is_longer_than_any_network_needs() -> None:
    layers = tuple(LAYER_TYPES["Conv2D"].example().changed(filters=number * 7919 + 1) for number in range(100))
    assert len(encode(Architecture((28, 28, 1), layers, "x" * 200))) < MAX_LINK / 10
