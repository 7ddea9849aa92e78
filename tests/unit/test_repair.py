"""Ranked repairs, and the warnings with their fixes."""

import pytest

from cnn_builder.architecture import PRESETS, Architecture, notices, repairs, trace
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D
from cnn_builder.architecture.layers.softmax import Softmax


def test_l3_is_mended_by_a_flatten() -> None:
    first, second, *_ = repairs(PRESETS["L3"].architecture)
    assert first.architecture.layers[5] == Flatten()
    assert trace(first.architecture).total_params == 93_322
    assert "93,322 parameters" in first.effect
    assert "GlobalAveragePooling2D" in second.title


def test_a_stack_that_fits_has_no_repairs() -> None:
    assert repairs(PRESETS["L1"].architecture) == ()


BROKEN = [
    (MaxPooling2D(), Conv2D(filters=4, kernel_size=7)),
    (MaxPooling2D(), MaxPooling2D(), MaxPooling2D(), Conv2D(filters=4, kernel_size=3), MaxPooling2D(pool_size=5)),
    (Flatten(), Conv2D(filters=4, kernel_size=3), Dense(units=3)),
    (GlobalMaxPooling2D(), MaxPooling2D(), Dense(units=3)),
    (Conv2D(filters=4, kernel_size=3, strides=2, dilation_rate=2), Dense(units=2)),
    (Conv2D(filters=5, kernel_size=3, groups=2),),
]


@pytest.mark.parametrize("layers", BROKEN, ids=str)
def test_every_repair_gives_a_stack_that_traces(layers: tuple) -> None:
    found = repairs(Architecture((8, 8, 2), layers))
    assert found or len(layers) == 1
    for repair in found:
        assert trace(repair.architecture).error is None


def test_a_network_without_weights_does_not_train() -> None:
    network = Architecture((2, 5, 1), (Flatten(), Softmax()))
    notice = next(notice for notice in notices(network, 10, (2, 5, 1)) if notice.code == "no_weights")
    assert notice.blocks_training and "Conv2D or a Dense" in notice.message


def codes(network: Architecture, classes: int = 10, shape: tuple[int, int, int] = (28, 28, 1)) -> list[str]:
    return [notice.code for notice in notices(network, classes, shape)]


def test_a_good_network_has_no_notices() -> None:
    for name in ("L1", "L2", "LeNet-5"):
        assert codes(PRESETS[name].architecture) == []


@pytest.mark.parametrize(
    ("network", "code", "blocks"),
    [
        (PRESETS["L1"].architecture.with_input_shape((32, 32, 3)), "input_shape", True),
        (PRESETS["L1"].architecture.remove(5), "units", True),
        (Architecture((28, 28, 1), (Conv2D(filters=2, kernel_size=3),)), "output_map", True),
        (Architecture((28, 28, 1)), "output_map", True),
        (Architecture((28, 28, 1), (Flatten(), Dense(units=10))), "softmax_missing", False),
        (
            Architecture((28, 28, 1), (Flatten(), Softmax(), Dense(units=10, activation="softmax"))),
            "softmax_early",
            False,
        ),
        (Architecture((28, 28, 1), (Flatten(), Dense(units=3, activation="softmax"))), "units", True),
    ],
)
def test_each_notice_has_a_fix_that_removes_it(network: Architecture, code: str, blocks: bool) -> None:
    notice = next(notice for notice in notices(network, 10, (28, 28, 1)) if notice.code == code)
    assert notice.blocks_training is blocks
    assert notice.fix is not None
    assert trace(notice.fix.architecture).error is None
    assert code not in codes(notice.fix.architecture)
