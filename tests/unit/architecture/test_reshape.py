"""Reshape: what fits, what it says, its text, and its repairs."""

import pytest

from cnn_builder.architecture import Architecture, repairs, trace
from cnn_builder.architecture.errors import LayerFitError, LayerSettingError
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.layers.reshape import Reshape

Shape = tuple[int, ...]


@pytest.mark.parametrize(
    ("target", "given", "out"),
    [
        ([28, 28, 1], (784,), (28, 28, 1)), ([784], (28, 28), (784,)), ([-1], (4, 5, 6), (120,)),
        ([-1, 6], (4, 5, 6), (20, 6)), ([4, -1, 2], (40,), (4, 5, 2)), ([1, 1, -1], (7,), (1, 1, 7)),
    ],
)  # fmt: skip
def test_the_same_numbers_under_another_shape(target: list[int], given: Shape, out: Shape) -> None:
    layer = Reshape.create({"target_shape": target})
    assert layer.output_shape(given) == out
    assert layer.params(given).total == layer.macs(given) == 0
    assert "in the same order" in layer.explain(given).shape[0]


@pytest.mark.parametrize(
    ("target", "given", "message"),
    [
        (
            [28, 28, 1],
            (26, 26, 8),
            r"target_shape \(28, 28, 1\) holds 784 numbers, but the input \(26×26×8\) has 5,408",
        ),
        ([-1, 7], (10,), r"the 10 numbers of the input \(10\) cannot be .*\(-1, 7\): 7 does not divide 10"),
    ],
)
def test_another_number_of_numbers_does_not_fit(target: list[int], given: Shape, message: str) -> None:
    with pytest.raises(LayerFitError, match=message):
        Reshape.create({"target_shape": target}).output_shape(given)


@pytest.mark.parametrize(
    "wrong", [[], [-1, -1], [0, 3], [-2], [2.0], [True], [1, 2, 3, 4], 784, "28, 28", None, [1_000_001], ["28"]]
)
def test_a_target_shape_that_is_wrong_by_itself(wrong: object) -> None:
    with pytest.raises(LayerSettingError, match=r"Reshape: target_shape: expected one to 3 whole numbers .* received"):
        Reshape.create({"target_shape": wrong})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28, 28, 1", [28, 28, 1]), ("(28,28,1)", [28, 28, 1]), ("[ -1 ]", [-1]), ("28×28×1", [28, 28, 1]),
        ("28 x 28", [28, 28]), ("784,", [784]), ("−1, 16", [-1, 16]),
        ("28, , abc", "28, , abc"), ("", ""), ("2.5", "2.5"), ("28 - 1", "28 - 1"),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_numbers_or_is_refused_as_it_stands(text: str, value: object) -> None:
    kind = Reshape.kinds()["target_shape"]
    assert kind.from_text(text) == value
    if isinstance(value, list):
        held = Reshape.example().changed(target_shape=value).target_shape
        assert kind.from_text(kind.to_text(held)) == value


def test_its_control_is_text() -> None:
    (control,) = Reshape.controls()
    assert (control.kind, control.name) == ("text", "target_shape")
    assert Reshape.kinds()["target_shape"].to_text((28, -1, 1)) == "28, -1, 1"


def test_code_has_a_tuple_and_reads_lists_and_minus_one() -> None:
    network = Architecture((784,), (Reshape(target_shape=(28, -1, 1)),))
    assert "layers.Reshape((28, -1, 1))," in keras_code.write_code(network)
    code = "import keras\nm = keras.Sequential([keras.layers.Reshape(target_shape=[28, -1, 1], input_shape=(784,))])"
    assert keras_code.parse_code(code).layers == network.layers


def test_a_misfit_is_mended_by_a_size_that_fits_first() -> None:
    titles = [repair.title for repair in repairs(Architecture((784,), (Reshape(target_shape=(28, 27, 1)),)))]
    assert titles[0] == "Set target_shape to 28×28×1"
    wide = Architecture((28, 28, 3), (Reshape(target_shape=(28, 28, 1)),))
    assert repairs(wide)[0].title == "Set target_shape to 28×28×3"
    odd = Architecture((5,), (Reshape(target_shape=(2, -1)),))
    assert [repair.title for repair in repairs(odd)] == ["Set target_shape to -1, all in one row"]
    assert all(trace(repair.architecture).error is None for repair in (*repairs(wide), *repairs(odd)))


def test_its_label_is_its_shape() -> None:
    assert Reshape(target_shape=(28, 28, 1)).label() == "28×28×1"
    assert Reshape(target_shape=(28, -1, 1)).label() == "28, -1, 1"
