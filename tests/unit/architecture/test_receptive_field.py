"""Which places feed which: against index arrays that are padded and cut by NumPy, without the formulas."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_builder.architecture import Architecture, trace
from cnn_builder.architecture.receptive_field import Box, places_seen, receptive_field, unclipped_field

NOWHERE = -10_000


def feeds(n: int, kernel: int, stride: int, dilation: int, padding: str) -> list[list[int]]:
    """For each output place along an axis the input places in its window, NOWHERE for a zero that was added."""
    places = np.arange(n)
    reach = dilation * (kernel - 1) + 1
    if padding == "same":
        # As TensorFlow words it: so many outputs that every stride is covered, the odd zero at the end.
        needed = max((len(places[::stride]) - 1) * stride + reach - n, 0)
        places = np.pad(places, (needed // 2, needed - needed // 2), constant_values=NOWHERE)
    return [places[start : start + reach : dilation].tolist() for start in range(0, len(places) - reach + 1, stride)]


def layers() -> st.SearchStrategy[dict[str, Any]]:
    size, padding = st.integers(1, 4), st.sampled_from(["valid", "same"])
    strided = st.tuples(st.integers(1, 3), st.just(1)) | st.tuples(st.just(1), st.integers(1, 3))
    conv = st.builds(
        lambda kernel, steps, padding: {
            "type": "Conv2D", "filters": 1, "kernel_size": kernel, "strides": steps[0], "dilation_rate": steps[1],
            "padding": padding,
        },
        st.tuples(size, size), strided, padding,
    )  # fmt: skip
    pool = st.builds(
        lambda pool, stride, padding: {
            "type": "MaxPooling2D",
            "pool_size": pool,
            "strides": stride,
            "padding": padding,
        },
        st.tuples(size, size),
        st.integers(1, 3),
        padding,
    )
    frame = st.builds(lambda zeros: {"type": "ZeroPadding2D", "padding": zeros}, st.tuples(*[st.integers(0, 2)] * 2))
    return st.one_of(conv, pool, frame, st.just({"type": "ReLU"}))


def network(stack: list[dict[str, Any]], height: int, width: int) -> Architecture:
    return Architecture.from_dict({"version": 1, "name": "x", "input_shape": [height, width, 1], "layers": stack})


def axis_feeds(layer: dict[str, Any], axis: int, n: int) -> list[list[int]]:
    """`feeds` of one layer of a stack along an axis."""

    def of(value: Any) -> int:
        return int(value[axis]) if isinstance(value, tuple) else int(value)

    match layer["type"]:
        case "ReLU":
            return [[place] for place in range(n)]
        case "ZeroPadding2D":
            return [[place] for place in np.pad(np.arange(n), of(layer["padding"]), constant_values=NOWHERE).tolist()]
        case "Conv2D":
            steps = of(layer["strides"]), of(layer["dilation_rate"])
            return feeds(n, of(layer["kernel_size"]), *steps, str(layer["padding"]))
        case _:
            return feeds(n, of(layer["pool_size"]), of(layer["strides"]), 1, str(layer["padding"]))


def pixels(stack: list[dict[str, Any]], axis: int, n: int, place: int) -> set[int]:
    """The pixels along an axis that output `place` of the stack depends on, layer by layer from the front."""
    reached = [{pixel} for pixel in range(n)]
    for layer in stack:
        table = axis_feeds(layer, axis, len(reached))
        reached = [set().union(*(reached[source] for source in row if source != NOWHERE)) for row in table]
    return reached[place]


@settings(deadline=None)
@given(st.lists(layers(), min_size=1, max_size=5), st.integers(1, 14), st.integers(1, 14), st.data())
def test_the_box_holds_just_the_pixels_that_count(
    stack: list[dict[str, Any]], height: int, width: int, data: st.DataObject
) -> None:
    architecture = network(stack, height, width)
    rows = trace(architecture).rows
    if not rows:
        return
    index = data.draw(st.integers(0, len(rows) - 1))
    row = data.draw(st.integers(0, rows[index].output_shape[0] - 1))
    column = data.draw(st.integers(0, rows[index].output_shape[1] - 1))
    down, across = (pixels(stack[: index + 1], axis, n, at) for axis, n, at in ((0, height, row), (1, width, column)))
    box = receptive_field(architecture, index, row, column)
    if not down or not across:
        assert box.is_empty
    else:
        assert box == Box(min(down), min(across), max(down) + 1, max(across) + 1)
    whole = unclipped_field(architecture, index, row, column)
    assert (whole.height, whole.width) == rows[index].receptive_field


@settings(deadline=None)
@given(layers(), st.integers(1, 12), st.data())
def test_a_window_is_the_places_it_multiplies(layer: dict[str, Any], n: int, data: st.DataObject) -> None:
    architecture = network([layer], n, n)
    rows = trace(architecture).rows
    if not rows:
        return
    height, width, _ = rows[0].output_shape
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    seen = places_seen(architecture.layers[0], (n, n, 1), row, column)
    for places, axis, at in ((seen.rows, 0, row), (seen.columns, 1, column)):
        assert [place if 0 <= place < n else NOWHERE for place in places] == axis_feeds(layer, axis, n)[at]


def test_from_flatten_on_everything_is_seen() -> None:
    architecture = network([{"type": "Conv2D", "filters": 2, "kernel_size": 3}, {"type": "Flatten"}], 7, 9)
    assert receptive_field(architecture, 1, 0, 0) == Box(0, 0, 7, 9)


@pytest.mark.parametrize(("index", "row"), [(1, 0), (-1, 0), (0, 5), (0, -1)])
def test_a_place_that_is_not_there_is_refused(index: int, row: int) -> None:
    architecture = network([{"type": "Conv2D", "filters": 2, "kernel_size": 3}], 7, 7)
    with pytest.raises(ValueError, match="received"):
        receptive_field(architecture, index, row, 0)


def test_a_vector_layer_has_no_window() -> None:
    architecture = network([{"type": "Flatten"}], 7, 7)
    with pytest.raises(ValueError, match="does not make a map"):
        places_seen(architecture.layers[0], (7, 7, 1), 0, 0)
