"""Ranked repairs, and what each says it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, Layer, notices, repairs, trace
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from cnn_builder.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D
from cnn_builder.architecture.layers.softmax import Softmax
from tests.support.strategies import architecture

CONV = Conv2D(filters=4, kernel_size=3)
L3 = PRESETS["L3"].architecture


def test_l3_is_mended_by_a_flatten() -> None:
    first, second, *_ = repairs(L3)
    assert first.architecture.layers[5] == Flatten()
    assert trace(first.architecture).total_params == 93_322
    assert "GlobalAveragePooling2D" in second.title


def test_a_repair_says_what_the_broken_layer_gets_and_the_totals() -> None:
    first, second, third = repairs(L3)
    assert str(first.effect(L3)) == (
        "Dense gets 576 instead of 3×3×64 · output 10 · 93,322 parameters · 2,794,240 MACs"
    )
    assert str(second.effect(L3)).startswith("Dense gets 64 instead of 3×3×64 · output 10 · 60,554 parameters")
    assert str(third.effect(L3)).startswith("output 10 · ")


def test_a_changed_layer_says_what_it_gives() -> None:
    broken = Architecture((2, 2, 1), (CONV, Flatten(), Dense(units=3)))
    first = repairs(broken)[0]
    assert first.title == "Use padding 'same'"
    assert str(first.effect(broken)).startswith("Conv2D gives 2×2×4 · output 3")


def test_a_change_of_a_network_that_fits_is_told_as_more_and_less() -> None:
    network = PRESETS["L1"].architecture
    fix = next(notice.fix for notice in notices(network, 12, (28, 28, 1)) if notice.code == "units")
    assert fix is not None
    effect = fix.effect(network)
    assert str(effect) == "output 10 → 12 · +130 parameters (515,276) · +128 MACs (2,921,344)"
    assert effect.changes() == effect.parts()


def test_a_change_that_keeps_every_size_is_known_as_such() -> None:
    network = Architecture((4, 4, 1), (Flatten(), Dense(units=3)))
    fix = next(notice.fix for notice in notices(network) if notice.code == "softmax_missing")
    assert fix is not None
    assert fix.effect(network).changes() == ()


def test_a_stack_that_fits_has_no_repairs() -> None:
    assert repairs(PRESETS["L1"].architecture) == ()


BROKEN = [
    (MaxPooling2D(), Conv2D(filters=4, kernel_size=7)),
    (MaxPooling2D(), MaxPooling2D(), MaxPooling2D(), CONV, MaxPooling2D(pool_size=5)),
    (Flatten(), CONV, Dense(units=3)),
    (GlobalMaxPooling2D(), MaxPooling2D(), Dense(units=3)),
    (Conv2D(filters=4, kernel_size=3, strides=2, dilation_rate=2), Dense(units=2)),
    (Conv2D(filters=5, kernel_size=3, groups=2),),
]


@pytest.mark.parametrize("layers", BROKEN, ids=str)
def test_every_repair_gives_a_stack_that_traces(layers: tuple[Layer, ...]) -> None:
    found = repairs(Architecture((8, 8, 2), layers))
    assert found
    for repair in found:
        assert trace(repair.architecture).error is None


def test_what_flattens_too_early_moves_behind_the_last_layer_that_needs_a_map() -> None:
    broken = Architecture((9, 9, 1), (Flatten(), CONV, Dropout(rate=0.5), CONV, Dropout(rate=0.5), Dense(units=3)))
    first = repairs(broken)[0]
    assert first.title == "Move Flatten after layer 4"
    assert [layer.type for layer in first.architecture.layers] == [
        "Conv2D", "Dropout", "Conv2D", "Flatten", "Dropout", "Dense",
    ]  # fmt: skip


def test_further_changes_are_counted() -> None:
    broken = Architecture((3, 3, 1), (CONV, CONV, CONV, Flatten(), Dense(units=3)))
    titles = [repair.title for repair in repairs(broken)]
    assert titles[0] == "Use padding 'same' (and 1 more change)"
    assert len(set(titles)) == len(titles)


def test_a_fix_that_only_breaks_another_place_is_no_fix() -> None:
    """Removing the first pool leaves the 9×9 kernel without room: it is not offered."""
    broken = Architecture((8, 8, 1), (MaxPooling2D(), Conv2D(filters=2, kernel_size=9), GlobalAveragePooling2D()))
    assert not any(title.startswith("Remove layer 1") for title in (repair.title for repair in repairs(broken)))


def test_a_layer_wrong_in_two_ways_is_mended_in_one_click() -> None:
    broken = Architecture((3, 3, 1), (Conv2D(filters=3, kernel_size=5, groups=2), GlobalAveragePooling2D()))
    first = repairs(broken)[0]
    assert first.title == "Set groups to 1, use padding 'same'"
    assert first.architecture.layers[0] == Conv2D(filters=3, kernel_size=5, padding="same")


def test_a_full_stack_is_not_made_longer() -> None:
    layers = (*[Softmax()] * 98, CONV, Dense(units=3))
    found = repairs(Architecture((8, 8, 1), layers))
    assert found
    assert all(len(repair.architecture.layers) <= 100 for repair in found)


@st.composite
def stacks(draw: st.DrawFn) -> Architecture:
    """Layers as the palette makes them and some that need room, on small maps in any order: mostly broken."""
    names = draw(st.lists(st.sampled_from(list(LAYER_TYPES)), min_size=1, max_size=12))
    wide = [Conv2D(filters=3, kernel_size=5), Conv2D(filters=3, kernel_size=3, groups=2), MaxPooling2D(pool_size=3)]
    layers = [LAYER_TYPES[name].example() for name in names] + draw(st.lists(st.sampled_from(wide), max_size=4))
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)))
    return Architecture(shape, tuple(draw(st.permutations(layers))))


@given(stacks() | architecture())
def test_repairs_of_random_broken_stacks_trace_to_their_end(broken: Architecture) -> None:
    found = repairs(broken)
    assert bool(found) == (trace(broken).error is not None)
    for repair in found:
        traced = trace(repair.architecture)
        assert traced.error is None
        assert repair.architecture.layers
        assert f"{traced.total_params:,} parameters" in str(repair.effect(broken))


@given(stacks() | architecture())
def test_fixes_of_random_stacks_leave_them_fitting(network: Architecture) -> None:
    for notice in notices(network, 7, (5, 6, 1)):
        if notice.fix is not None:
            assert trace(notice.fix.architecture).error is None, notice
            assert len(notice.fix.architecture.layers) <= 100
