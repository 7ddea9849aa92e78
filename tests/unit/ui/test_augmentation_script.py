"""What the Build page shows of a network's augmentations."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.ui.shared.prediction import Reading
from cnn_builder.ui.shared.sketch import Sketch
from tests.support.build_app import operate, set_field
from tests.support.paths import APP

DOC = "0123456789abcdef"
Open = Callable[[Document], AppTest]


@pytest.fixture
def open_app(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)

    def make(document: Document) -> AppTest:
        DocumentStore(own_home / "documents").save(DOC, document)
        at = AppTest.from_file(APP, default_timeout=60)
        at.query_params["doc"] = DOC
        return at.run()

    return make


def turned(*layers: dict[str, object]) -> Document:
    flip = {"type": "RandomFlip", "mode": "horizontal"}
    turn = {"type": "RandomTranslation", "height_factor": 0.0, "width_factor": 0.0}
    data = {"version": 1, "name": "turned", "input_shape": [28, 28, 1], "layers": [*layers, turn, flip]}
    return Document.of(Architecture.from_dict(data), "digits")


def pictures(at: AppTest) -> list[str]:
    """The image and its copies."""
    assert not at.exception
    html = "\n".join(element.proto.body for element in at.get("html") if "cnn-copies" in element.proto.body)
    return re.findall(r'src="([^"]+)"', html)


def test_the_copies_follow_the_settings(open_app: Open) -> None:
    at = open_app(turned())
    first = pictures(at)
    assert len(first) == 9 and 1 < len(set(first)) <= 3  # mirrored or not
    moved = pictures(set_field(at, "Width factor to", 0.5))
    assert moved[0] == first[0] and len(set(moved)) > 4
    others = pictures(at.button(key="augmentation-again").click().run())
    assert others[0] == first[0] and others[1:] != moved[1:]
    assert pictures(at.button(key="augmentation-image").click().run())[0] != first[0]


def test_they_stand_on_the_page_whatever_is_selected_and_only_where_there_are_augmentations(open_app: Open) -> None:
    at = open_app(turned({"type": "ReLU"}))
    assert not pictures(at)
    assert any("layers 2 and 3 stand behind other layers" in each.value.lower() for each in at.caption)
    at = open_app(Document.of(PRESETS["First-reader"].architecture, "digits"))
    copies = pictures(at)
    assert len(copies) == 9
    assert pictures(operate(at, {"op": "input"})) == copies
    assert not pictures(open_app(Document.of(PRESETS["L1"].architecture, "digits")))


def test_without_an_image_the_page_says_where_to_get_one_and_takes_ones_own(open_app: Open) -> None:
    at = open_app(Document.of(PRESETS["CIFAR-small"].architecture, "cifar10"))
    assert not pictures(at)
    assert any("is not on this machine" in each.value for each in at.caption)
    own = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    at.session_state["drawing"] = {"sketch": Sketch(reading=Reading("answer", "a dog", seen=own))}
    assert len(pictures(at.run())) == 9
    at = open_app(Document.of(PRESETS["CIFAR-small"].architecture, "digits"))
    assert not pictures(at) and any("do not fit" in each.value for each in at.caption)


def test_ones_own_picture_takes_the_place_of_a_training_image(open_app: Open) -> None:
    at = open_app(turned())
    first = pictures(at)
    own = np.random.default_rng(0).integers(0, 256, (28, 28, 1), dtype=np.uint8)
    at.session_state["drawing"] = {"sketch": Sketch(reading=Reading("answer", "a 3", seen=own))}
    assert pictures(at.run()) == first
    assert pictures(at.segmented_control(key="augmented-source").set_value("Your picture").run())[0] != first[0]
