"""Warnings and hints, each with a fix that removes it."""

import pytest

from cnn_builder.architecture import PRESETS, Architecture, Layer, Notice, notices, trace
from cnn_builder.architecture.layers.activation import Activation
from cnn_builder.architecture.layers.average_pooling2d import AveragePooling2D
from cnn_builder.architecture.layers.batch_normalization import BatchNormalization
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D
from cnn_builder.architecture.layers.random_flip import RandomFlip
from cnn_builder.architecture.layers.random_rotation import RandomRotation
from cnn_builder.architecture.layers.relu import ReLU
from cnn_builder.architecture.layers.rescaling import Rescaling
from cnn_builder.architecture.layers.softmax import Softmax
from cnn_builder.data import DATASETS

IMAGE = (28, 28, 1)
CONV = Conv2D(filters=4, kernel_size=3, activation="relu")
PLAIN = Conv2D(filters=4, kernel_size=3)
WHOLE = Conv2D(filters=4, kernel_size=28, activation="relu")
ONE_PLACE = Conv2D(filters=90, kernel_size=26, activation="relu")
ANSWER = Dense(units=10, activation="softmax")
END = (GlobalAveragePooling2D(), ANSWER)
L1 = PRESETS["L1"].architecture


def stack(*layers: Layer, shape: tuple[int, int, int] = IMAGE) -> Architecture:
    return Architecture(shape, layers)


def told(network: Architecture, classes: int | None = 10) -> tuple[Notice, ...]:
    return notices(network, classes, IMAGE)


def codes(network: Architecture) -> list[str]:
    return [notice.code for notice in told(network)]


def one(network: Architecture, code: str) -> Notice:
    found = [notice for notice in told(network) if notice.code == code]
    assert len(found) == 1, codes(network)
    return found[0]


def fixed(network: Architecture, code: str) -> tuple[Layer, ...]:
    fix = one(network, code).fix
    assert fix is not None
    return fix.architecture.layers


BLOCKS, WARNS, HINTS = "blocks", "warns", "hints"
EVERY = [
    (L1.with_input_shape((32, 32, 3)), "input_shape", BLOCKS),
    (L1.remove(5), "units", BLOCKS),
    (stack(WHOLE), "output_map", BLOCKS),
    (stack(), "output_map", BLOCKS),
    (stack(Flatten(), Dense(units=3, activation="softmax")), "units", BLOCKS),
    (stack(Flatten(), Dense(units=10)), "softmax_missing", WARNS),
    (stack(Flatten(), Dense(units=10, activation="sigmoid")), "softmax_missing", WARNS),
    (stack(Flatten(), Dense(units=10), ReLU()), "softmax_missing", WARNS),
    (stack(Flatten(), Softmax(), ANSWER), "softmax_early", WARNS),
    (stack(Flatten(), Dense(units=9, activation="softmax"), ANSWER), "softmax_early", WARNS),
    (stack(Flatten(), ANSWER, Softmax()), "softmax_early", WARNS),
    (stack(Flatten(), Dense(units=10, activation="relu"), Softmax()), "logits_activation", WARNS),
    (stack(Flatten(), Dense(units=10), ReLU(), Softmax()), "logits_activation", WARNS),
    (stack(Flatten(), Dense(units=10), Activation(activation="tanh"), Softmax()), "logits_activation", WARNS),
    (stack(PLAIN, CONV, *END), "linear_pair", WARNS),
    (stack(PLAIN, BatchNormalization(), AveragePooling2D(pool_size=2), CONV, *END), "linear_pair", WARNS),
    (stack(Flatten(), Dense(units=30, activation="linear"), ANSWER), "linear_pair", WARNS),
    (stack(CONV, *END, Dropout(rate=0.5)), "dropout_last", WARNS),
    (stack(CONV, GlobalAveragePooling2D(), Dense(units=10), Dropout(rate=0.5), Softmax()), "dropout_last", WARNS),
    (stack(CONV, RandomFlip(), *END), "augmentation_late", WARNS),
    (stack(Conv2D(filters=4, kernel_size=(3, 3), activation="threshold"), *END), "activation_unusable", BLOCKS),
    (stack(Rescaling(scale=1 / 255), CONV, *END), "rescaled_again", WARNS),
    (stack(RandomFlip(), Rescaling(scale=1 / 127.5, offset=-1.0), CONV, *END), "rescaled_again", WARNS),
    (L1, "dense_heavy", HINTS),
    (PRESETS["L2"].architecture, "dense_heavy", HINTS),
    (stack(WHOLE, MaxPooling2D(padding="same"), *END), "pool_idle", HINTS),
]  # fmt: skip


@pytest.mark.parametrize(("network", "code", "level"), EVERY, ids=lambda value: value if isinstance(value, str) else "")
def test_each_notice_has_a_fix_that_removes_it(network: Architecture, code: str, level: str) -> None:
    notice = one(network, code)
    assert (notice.blocks_training, notice.hint) == (level == BLOCKS, level == HINTS)
    assert notice.fix is not None
    assert trace(notice.fix.architecture).error is None
    assert set(codes(notice.fix.architecture)) < set(codes(network)), "the fix brings no other notice"


def test_a_rescaling_that_is_meant_is_left_alone() -> None:
    for network in (
        stack(Rescaling(scale=2.0, offset=-1.0), CONV, *END),
        stack(CONV, Rescaling(scale=0.001), *END),
        stack(Rescaling(scale=0.0), CONV, *END),
    ):
        assert "rescaled_again" not in codes(network)


def test_a_good_network_has_no_warnings() -> None:
    for preset in PRESETS.values():
        info = DATASETS[preset.dataset]
        found = notices(preset.architecture, len(info.classes), info.input_shape)
        assert all(notice.hint for notice in found), preset.name
    assert codes(L1) == codes(PRESETS["L2"].architecture) == ["dense_heavy"]
    for name in ("L3", "LeNet-5", "VGG-style", "All-convolutional", "Depthwise-separable"):
        assert codes(PRESETS[name].architecture) == []


def test_a_network_without_weights_does_not_train() -> None:
    notice = next(
        n for n in notices(Architecture((2, 5, 1), (Flatten(), Softmax())), 10, (2, 5, 1)) if n.code == "no_weights"
    )
    assert notice.blocks_training and "Conv2D or a Dense" in notice.message


def test_what_blocks_comes_first_and_hints_last() -> None:
    network = Architecture(IMAGE, (Conv2D(filters=64, kernel_size=3), Flatten(), Dense(units=64), Dense(units=9)))
    found = told(network)
    levels = [0 if notice.blocks_training else 2 if notice.hint else 1 for notice in found]
    assert levels == sorted(levels)
    assert set(levels) == {0, 1, 2}


def test_a_stride_that_jumps_over_the_map_is_told() -> None:
    network = stack(Conv2D(filters=4, kernel_size=3, strides=30, activation="relu"), *END)
    assert one(network, "stride").message.startswith("Layer 1: Strides of 30×30 are larger")


def test_without_a_data_set_only_the_stack_itself_is_judged() -> None:
    assert [notice.code for notice in notices(L1)] == ["dense_heavy"]


def test_an_input_under_which_the_stack_breaks_is_mended_too() -> None:
    network = stack(Conv2D(filters=4, kernel_size=40), Flatten(), ANSWER, shape=(64, 64, 1))
    fix = one(network, "input_shape").fix
    assert fix is not None
    assert fix.title == "Set the input to 28×28×1, and: Use padding 'same'"


# Output ---------------------------------------------------------------------------------------------------


def test_the_last_filters_are_set_where_they_are_the_output() -> None:
    network = stack(CONV, Conv2D(filters=3, kernel_size=1), GlobalAveragePooling2D(), Softmax())
    assert fixed(network, "units")[1] == Conv2D(filters=10, kernel_size=1)


def test_a_dense_goes_before_the_softmax_that_ends_the_network() -> None:
    network = stack(Flatten(), Dense(units=30, activation="relu"), Softmax())
    assert fixed(network, "units")[-2:] == (Dense(units=10), Softmax())


def test_groups_give_way_to_the_number_of_classes() -> None:
    network = stack(CONV, Conv2D(filters=4, kernel_size=1, groups=4), GlobalAveragePooling2D(), Softmax())
    assert fixed(network, "units")[1] == Conv2D(filters=10, kernel_size=1)


# Softmax --------------------------------------------------------------------------------------------------


def test_another_function_at_the_end_gives_way_to_softmax() -> None:
    assert fixed(stack(Flatten(), Dense(units=10, activation="relu")), "softmax_missing")[-1] == ANSWER
    assert fixed(stack(Flatten(), Dense(units=10), ReLU()), "softmax_missing")[-1] == Softmax()
    assert "relu" in one(stack(Flatten(), Dense(units=10, activation="relu")), "softmax_missing").message


def test_the_first_of_two_softmaxes_becomes_plain_numbers() -> None:
    assert fixed(stack(Flatten(), ANSWER, Softmax()), "softmax_early")[1] == Dense(units=10)


def test_plain_numbers_before_a_softmax_are_right() -> None:
    for layers in (
        (Dense(units=10), Softmax()),
        (Dense(units=10), Activation(activation="linear"), Softmax()),
        (Dense(units=10, activation="linear"), Activation(activation="softmax")),
    ):
        assert codes(stack(Flatten(), *layers)) == []


# Linear pairs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between",
    [(ReLU(),), (MaxPooling2D(),), (Activation(activation="tanh"),), (BatchNormalization(), ReLU())],
    ids=lambda layers: layers[-1].type,
)
def test_what_bends_between_two_layers_is_enough(between: tuple[Layer, ...]) -> None:
    assert codes(stack(PLAIN, *between, CONV, *END)) == []


def test_a_depthwise_convolution_needs_no_activation_of_its_own() -> None:
    assert codes(stack(DepthwiseConv2D(kernel_size=3), Conv2D(filters=8, kernel_size=1, activation="relu"), *END)) == []


def test_relu_goes_behind_the_normalization() -> None:
    network = stack(PLAIN, BatchNormalization(), CONV, *END)
    assert fixed(network, "linear_pair")[:4] == (PLAIN, BatchNormalization(), ReLU(), CONV)


def test_many_linear_pairs_are_one_notice_and_one_click() -> None:
    network = stack(*[PLAIN] * 6, *END)
    notice = one(network, "linear_pair")
    assert "layers 1 (Conv2D) and 2 (Conv2D)" in notice.message
    assert "layers 3, 4 and 3 more" in notice.message
    assert fixed(network, "linear_pair") == (*[CONV] * 6, *END)


# Dropout, pools, augmentation -----------------------------------------------------------------------------


def test_a_last_dropout_moves_before_the_last_dense() -> None:
    network = stack(CONV, *END, Dropout(rate=0.5))
    assert fixed(network, "dropout_last") == (CONV, END[0], Dropout(rate=0.5), ANSWER)
    assert one(network, "dropout_last").fix.title == "Move Dropout before layer 3 (Dense)"


def test_a_last_dropout_leaves_where_it_would_only_hide_pixels() -> None:
    network = stack(Flatten(), ANSWER, Dropout(rate=0.5))
    assert fixed(network, "dropout_last") == (Flatten(), Dropout(rate=0.5), ANSWER)
    filters = Conv2D(filters=10, kernel_size=28)
    assert "dropout_last" not in codes(stack(filters, Dropout(rate=0.5), Flatten(), Softmax()))


def test_dropout_inside_the_network_is_where_it_belongs() -> None:
    assert codes(stack(CONV, Dropout(rate=0.5), GlobalAveragePooling2D(), Dropout(rate=0.5), ANSWER)) == []


def test_pools_of_one_place_are_one_notice() -> None:
    pool = MaxPooling2D(padding="same")
    network = stack(WHOLE, pool, pool, *END)
    assert codes(network) == ["pool_idle"]
    assert one(network, "pool_idle").message.startswith("Layers 2 and 3 pool a 1×1×4 map")
    assert fixed(network, "pool_idle") == (network.layers[0], *END)


def test_augmentations_move_to_the_input_in_their_order() -> None:
    flip, turn = RandomFlip(), RandomRotation.example()
    network = stack(Rescaling(scale=2.0), CONV, flip, MaxPooling2D(), turn, *END)
    assert fixed(network, "augmentation_late")[:4] == (Rescaling(scale=2.0), flip, turn, CONV)
    assert codes(stack(flip, Rescaling(scale=2.0), turn, CONV, *END)) == []


# Heavy Dense ----------------------------------------------------------------------------------------------


def test_the_first_lesson_is_told_calmly_what_its_dense_holds() -> None:
    notice = one(L1, "dense_heavy")
    assert notice.index == 4 and notice.hint
    assert "96% of all parameters" in notice.message
    assert "7,744 numbers" in notice.message and "would hand it 64" in notice.message
    assert fixed(L1, "dense_heavy")[3] == GlobalAveragePooling2D()


@pytest.mark.parametrize(
    "network",
    [
        stack(Flatten(), Dense(units=500, activation="relu"), ANSWER),
        stack(CONV, MaxPooling2D(), MaxPooling2D(), Flatten(), Dense(units=10, activation="softmax")),
        stack(CONV, ONE_PLACE, Flatten(), Dense(units=99_999, activation="relu"), ANSWER),
        PRESETS["LeNet-5"].architecture,
    ],
    ids=["no convolution", "tiny", "a map of one place", "a smaller share"],
)  # fmt: skip
def test_a_dense_is_left_alone_where_pooling_would_not_help(network: Architecture) -> None:
    assert "dense_heavy" not in codes(network)
