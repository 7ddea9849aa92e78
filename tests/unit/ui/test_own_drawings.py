"""Drawings people keep: stored whole, within limits, and tested against a network."""

from pathlib import Path

import numpy as np
import pytest

from cnn_builder.data import DATASETS, DatasetError
from cnn_builder.data.sets import user_drawings
from cnn_builder.data.sets.user_drawings import OwnDrawings
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui.draw.own_drawings import DrawingPredictions, score, sheet

MNIST, CIFAR = DATASETS["mnist"], DATASETS["cifar10"]


@pytest.fixture
def drawings(tmp_path: Path) -> OwnDrawings:
    return OwnDrawings(tmp_path / "drawings", MNIST)


def image(value: int = 200) -> np.ndarray:
    return np.full((28, 28, 1), value, np.uint8)


def test_what_is_kept_comes_back_newest_first(drawings: OwnDrawings) -> None:
    assert drawings.names() == []
    names = [drawings.keep(image(value), value % 10) for value in (3, 17, 250)]
    found = drawings.load(drawings.names())
    assert sorted(one.name for one in found) == sorted(names)
    assert {(one.label, int(one.image[0, 0, 0])) for one in found} == {(3, 3), (7, 17), (0, 250)}
    assert found[0].image.shape == (28, 28, 1)
    drawings.delete(names[1])
    drawings.delete(names[1])
    assert len(drawings.names()) == 2


def test_colours_are_kept_too(tmp_path: Path) -> None:
    kept = OwnDrawings(tmp_path, CIFAR)
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    name = kept.keep(picture, 9)
    assert np.array_equal(kept.load([name])[0].image, picture)


def test_data_sets_do_not_mix(drawings: OwnDrawings) -> None:
    drawings.keep(image(), 1)
    assert OwnDrawings(drawings.folder.parent, DATASETS["fashion_mnist"]).names() == []


@pytest.mark.parametrize(
    "name", ["../3-0000000000000-abcdef.png", "3.png", "", "/etc/passwd", "99-0000000000000-abcdef.png"]
)
def test_a_name_that_is_no_drawings_is_refused(drawings: OwnDrawings, name: str) -> None:
    with pytest.raises(DatasetError, match="not a drawing"):
        drawings.delete(name)
    assert drawings.load([name]) == []


def test_foreign_damaged_and_half_written_files_are_left_out(drawings: OwnDrawings) -> None:
    name = drawings.keep(image(), 5)
    for other in ("notes.txt", ".draft-abc", "5-0000000000000-abcdef.png"):
        (drawings.folder / other).write_bytes(b"no picture")
    assert len(drawings.names()) == 2
    assert [one.name for one in drawings.load(drawings.names())] == [name]


def test_wrong_shapes_and_labels_are_refused(drawings: OwnDrawings) -> None:
    with pytest.raises(DatasetError, match="28, 28, 1"):
        drawings.keep(np.zeros((32, 32, 3), np.uint8), 1)
    with pytest.raises(DatasetError, match="no class 10"):
        drawings.keep(image(), 10)
    assert drawings.names() == []


def test_a_full_folder_is_told(drawings: OwnDrawings) -> None:
    drawings.keep(image(), 1)
    for number in range(user_drawings.MAX_DRAWINGS - 1):
        (drawings.folder / f"1-{number:013d}-abcdef.png").touch()
    with pytest.raises(DatasetError, match="Delete some"):
        drawings.keep(image(), 1)


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "drawings").write_text("a file")
    with pytest.raises(DatasetError, match=r"could not be kept|can't be listed"):
        OwnDrawings(tmp_path / "drawings", MNIST).keep(image(), 1)


class ReadsBrightness:
    """A service that reads an image's first pixel as its class."""

    def ask(self, header: dict, arrays: dict | None = None) -> tuple[dict, dict]:
        assert arrays is not None
        return {}, {"probabilities": np.eye(10)[int(arrays["image"][0, 0, 0])]}


def test_a_network_is_tested_on_them(drawings: OwnDrawings) -> None:
    for value, label in ((3, 3), (4, 4), (5, 6)):
        drawings.keep(image(value), label)
    found = drawings.load(drawings.names())
    result = score("run", found, Questions(ReadsBrightness(), "run"))
    assert result.words(found) == "Your drawings: 2 of 3 classified correctly."
    html = sheet(found, MNIST, result)
    assert html.count("<img") == 3 and html.count("predicted 5") == 1
    assert "read" not in sheet(found, MNIST, None)
    assert DrawingPredictions("run", {}).words(found) == "Your drawings: 0 of 0 classified correctly."
