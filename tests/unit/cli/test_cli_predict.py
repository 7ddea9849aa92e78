"""The object `predict` prints for an image file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_builder.cli.predict import as_text, read_file
from cnn_builder.data import DATASETS, ImageError

SURE = [0.01] * 7 + [0.93] + [0.0] * 2


@pytest.fixture
def drawn(tmp_path: Path) -> str:
    picture = np.full((100, 100), 255, np.uint8)
    picture[20:30, 30:70] = 0
    picture[20:80, 60:70] = 0
    path = tmp_path / "seven.png"
    Image.fromarray(picture).save(path)
    return str(path)


def test_the_label_is_the_class_name(drawn: str) -> None:
    seen: list[np.ndarray] = []

    def read(image: np.ndarray) -> list[float]:
        seen.append(image)
        return SURE

    answer = read_file(drawn, DATASETS["mnist"], read)
    assert list(answer) == ["file", "label", "probability", "probabilities", "warnings"]
    assert (answer["label"], answer["probability"]) == ("7", 0.93)
    assert answer["probabilities"] == SURE
    assert seen[0].shape == (28, 28, 1)
    assert "7 (93.0%)" in as_text(answer)
    assert "7 (>99.9%)" in as_text({**answer, "probability": 0.9997})  # not certain


def test_a_blank_image_is_refused_without_asking_the_model(tmp_path: Path) -> None:
    path = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(path)

    def read(image: np.ndarray) -> list[float]:
        raise AssertionError("a refused image must not reach the model")

    answer = read_file(str(path), DATASETS["mnist"], read)
    assert answer["label"] is None
    assert answer["warnings"]
    assert "not classified" in as_text(answer)


def test_a_file_that_is_no_picture_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("<svg/>", encoding="utf-8")
    with pytest.raises(ImageError):
        read_file(str(path), DATASETS["mnist"], lambda image: SURE)
