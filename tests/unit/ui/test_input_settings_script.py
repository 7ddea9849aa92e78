"""The input on the Build page: its kind and numbers, and what a choice of a data set makes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import INPUT, Document
from tests.support.build_app import fields, redo, set_field, shown, undo
from tests.support.kinds_of_input import CODE
from tests.support.paths import APP

DOC = "0123456789abcdef"
VECTOR = Architecture((784,), (Dense(units=10, activation="softmax"),))

Open = Callable[[Architecture], AppTest]


@pytest.fixture
def open_input(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the Build page on a network with its input selected."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)

    def make(architecture: Architecture) -> AppTest:
        document = Document.of(architecture, "digits").select(INPUT)
        DocumentStore(own_home / "documents").save(DOC, document)
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["doc"] = DOC
        at.run()
        assert not at.exception
        return at

    return make


def shape(home: Path) -> tuple[int, ...]:
    document = DocumentStore(home / "documents").load(DOC)
    assert document is not None
    return document.architecture.input_shape


def field(at: AppTest, kind: str, label: str) -> object:
    return next(element for element in getattr(at, kind) if element.label == label)


def numbers(at: AppTest) -> list[str]:
    return [label for label, field in fields(at).items() if field["kind"] == "int"]


def test_the_kind_of_input_is_chosen_and_undone_in_one_step(open_input: Open, own_home: Path) -> None:
    at = open_input(Architecture((28, 28, 1), VECTOR.layers))
    assert fields(at)["Kind of input"]["options"] == [
        "Image with channels", "Grey image without channel axis", "Features",
    ]  # fmt: skip
    for kind, expected, labels in (
        ("Grey image without channel axis", (28, 28), ["Height", "Width"]),
        ("Features", (784,), ["Features"]),
        ("Image with channels", (28, 28, 1), ["Height", "Width", "Channels"]),
    ):
        before, chosen = shape(own_home), fields(at)["Kind of input"]["value"]
        set_field(at, "Kind of input", kind)
        assert not at.exception and not at.error
        assert shape(own_home) == expected and numbers(at) == labels
        undo(at)
        assert shape(own_home) == before and fields(at)["Kind of input"]["value"] == chosen
        redo(at)
        assert shape(own_home) == expected


def test_features_are_a_number_that_is_checked(open_input: Open, own_home: Path) -> None:
    at = open_input(VECTOR)
    set_field(at, "Features", 100)
    assert shape(own_home) == (100,)
    set_field(at, "Features", 2_000_000)
    assert shape(own_home) == (100,)
    assert "Expected a whole number from 1 to 1,000,000" in shown(at, "inspector")["errors"]["features"]


def test_an_image_too_large_for_a_vector_stays_one(open_input: Open, own_home: Path) -> None:
    at = open_input(Architecture((5_000, 5_000, 1), VECTOR.layers))
    set_field(at, "Kind of input", "Features")
    assert shape(own_home) == (5_000, 5_000, 1)
    assert "at most 1,000,000 features, received 25000000" in shown(at, "inspector")["errors"]["kind"]
    assert fields(at)["Kind of input"]["value"] == "Image with channels"


@pytest.mark.parametrize(
    ("before", "dataset", "after"),
    [
        ((28, 28), "mnist", (28, 28)), ((784,), "fashion_mnist", (784,)), ((8, 8), "mnist", (28, 28)),
        ((784,), "cifar10", (3072,)), ((28, 28), "cifar10", (32, 32, 3)), ((28, 28, 1), "cifar10", (32, 32, 3)),
    ],
)  # fmt: skip
def test_a_data_set_keeps_the_kind_of_input_it_can_have(
    open_input: Open, own_home: Path, before: tuple[int, ...], dataset: str, after: tuple[int, ...]
) -> None:
    at = open_input(Architecture(before, VECTOR.layers))
    field(at, "selectbox", "Data set").set_value(dataset).run()
    assert shape(own_home) == after
    undo(at)
    assert shape(own_home) == before


@pytest.mark.parametrize("name", CODE)
def test_every_kind_of_network_is_shown(open_input: Open, name: str) -> None:
    at = open_input(keras_code.parse_code(CODE[name]))
    assert not at.exception and not at.error
    assert any("reach this network as " in text.value for text in at.caption)


def test_a_convolution_without_channels_is_mended_in_one_click(open_input: Open, own_home: Path) -> None:
    at = open_input(Architecture((28, 28), (Conv2D(filters=4, kernel_size=3),)))
    assert any("receives 28×28 without a channel axis" in text.value for text in at.markdown)
    assert at.button(key="repair-0").label == "Insert Reshape to 28×28×1 before it"
