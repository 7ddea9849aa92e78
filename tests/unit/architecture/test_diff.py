"""The difference of two networks: alignment, settings, totals, and the table that shows them."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_builder.architecture import PRESETS, Architecture, Layer, trace
from cnn_builder.architecture.diff import diff
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D
from cnn_builder.architecture.layers.relu import ReLU
from cnn_builder.figures.diff_table import diff_table, summary, totals_table

L1, L2, L3 = (PRESETS[name].architecture for name in ("L1", "L2", "L3"))


def conv(filters: int) -> Conv2D:
    return Conv2D(filters=filters, kernel_size=3, padding="same")


def kinds(a: Architecture, b: Architecture) -> str:
    """A letter for each layer: k kept, c changed, a added, r removed."""
    return "".join(change.kind[0] for change in diff(a, b).layers)


def stack(*layers: Layer) -> Architecture:
    return Architecture((28, 28, 1), layers)


def test_the_first_two_lessons() -> None:
    found = diff(L1, L2)
    assert kinds(L1, L2) == "ckcakck"
    first, fifth = found.layers[0], found.layers[5]
    assert [(item.name, item.before, item.after) for item in first.settings] == [("padding", "valid", "same")]
    assert [(item.name, item.before, item.after) for item in fifth.settings] == [("units", 64, 128)]
    assert (found.before.total_params, found.after.total_params) == (515_146, 421_642)
    assert not found.is_same


def test_a_network_and_itself() -> None:
    found = diff(L1, L1.with_name("another name"))
    assert found.is_same
    assert kinds(L1, L1) == "kkkkkk"
    assert not diff(L1, L1.with_input_shape((32, 32, 3))).is_same


def test_an_empty_network() -> None:
    assert kinds(stack(), L1) == "aaaaaa"
    assert kinds(L1, stack()) == "rrrrrr"
    assert diff(stack(), stack()).is_same


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((conv(8), conv(16)), (conv(16),), "rk"),
        ((conv(8), conv(16)), (conv(8), conv(12), conv(16)), "kak"),
        ((conv(8), MaxPooling2D()), (conv(8), ReLU(), MaxPooling2D()), "kak"),
        ((conv(8), Flatten()), (conv(9), Flatten()), "ck"),
        ((ReLU(), Flatten()), (Dropout(rate=0.5), Flatten()), "rak"),
        ((conv(8), MaxPooling2D()), (MaxPooling2D(), conv(8)), "rka"),
    ],
    ids=["the equal one is kept", "in between", "insertion", "setting", "another type", "swapped"],
)
def test_alignment(a: tuple[Layer, ...], b: tuple[Layer, ...], expected: str) -> None:
    assert kinds(stack(*a), stack(*b)) == expected


def test_past_a_misfit_shapes_are_unknown() -> None:
    found = diff(L3, L3.insert(5, Flatten()))
    flatten, dense = found.layers[5], found.layers[6]
    assert (flatten.kind, dense.kind) == ("added", "kept")
    assert dense.before is not None and dense.before.output_shape is None and dense.before.params is None
    assert dense.after is not None and dense.after.output_shape == (64,)
    assert "does not fit → 64" in diff_table(found)


LAYERS = st.lists(
    st.sampled_from([conv(4), conv(8), Dense(units=4), Dense(units=4, activation="relu"), Flatten(), ReLU()]),
    max_size=9,
)


@given(LAYERS, LAYERS)
def test_every_layer_of_both_networks_is_there_once_and_in_order(a: list[Layer], b: list[Layer]) -> None:
    first, second = stack(*a), stack(*b)
    found = diff(first, second)
    assert [change.before.index for change in found.layers if change.before] == list(range(len(a)))
    assert [change.after.index for change in found.layers if change.after] == list(range(len(b)))
    assert found.is_same == (a == b)
    for change in found.layers:
        if change.before and change.after:
            assert change.before.layer.type == change.after.layer.type
            assert (change.kind == "kept") == (change.before.layer == change.after.layer)
            assert {item.name for item in change.settings} == {
                name
                for name, value in change.before.layer.settings().items()
                if value != change.after.layer.settings()[name]
            }
    # What is added one way is removed the other way.
    assert sorted(kinds(first, second)) == sorted(kinds(second, first).translate(str.maketrans("ar", "ra")))


def test_as_json() -> None:
    data = json.loads(json.dumps(diff(L1, L2).to_dict()))
    assert list(data) == ["same", "before", "after", "layers"]
    assert data["before"] == {
        "name": "L1",
        "input_shape": [28, 28, 1],
        "output_shape": [10],
        "total_params": 515_146,
        "trainable_params": 515_146,
        "total_macs": trace(L1).total_macs,
        "error": None,
    }
    assert data["layers"][0]["settings"] == {"padding": {"before": "valid", "after": "same"}}
    assert data["layers"][3]["change"] == "added" and data["layers"][3]["before"] is None
    assert data["layers"][3]["after"] == {"index": 3, "output_shape": [7, 7, 64], "params": 0, "macs": 0}


def test_the_summary_counts() -> None:
    assert summary(diff(L1, L2)) == "3 layers changed, 1 added, 3 the same."
    assert summary(diff(L1, L1)) == "The same network: same input, same layers."
    assert summary(diff(L1, L1.remove(0))) == "1 layer removed, 5 the same."
    assert summary(diff(L1, L1.with_input_shape((32, 32, 3)))) == "Another input, 6 layers the same."


def test_the_table_says_each_change_in_words() -> None:
    html = diff_table(diff(L1, L2))
    words = [re.sub(r"<[^>]*>", "|", row).split("|")[1] for row in html.split("<tr")[2:]]
    assert words == ["~ changed", "same", "~ changed", "+ added", "same", "~ changed", "same"]
    assert "padding: valid → <b>same</b>" in html
    assert "26×26×32 → 28×28×32" in html
    assert html.count('scope="col"') == 5 and html.count('scope="row"') == 7


def test_the_totals_of_both_networks() -> None:
    html = totals_table(diff(L1, L2))
    assert "<td>28×28×1</td>" in html
    assert "<td>515,146 → 421,642 (−93,504)</td>" in html
