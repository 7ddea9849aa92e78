"""Copies of an image as a network's augmentations make them, and the images they are made of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture
from cnn_builder.data import DatasetError, load_dataset
from cnn_builder.data.augmentation.layers import AUGMENTERS
from cnn_builder.data.augmentation.preview import PreviewLayers, augmented, layer_numbers
from cnn_builder.data.sets.first_images import first_images
from cnn_builder.settings import Settings
from tests.support.own_data import imported, noise

IMAGE = noise(1, 12, 12, 3)
FLIP: dict[str, Any] = {"type": "RandomFlip", "mode": "horizontal"}
CONV: dict[str, Any] = {"type": "Conv2D", "filters": 3, "kernel_size": 3}


def network(*layers: dict[str, Any], shape: tuple[int, ...] = (12, 12, 3)) -> PreviewLayers:
    data = {"version": 1, "name": "augmented", "input_shape": list(shape), "layers": list(layers)}
    return PreviewLayers.of(Architecture.from_dict(data))


def shift(share: float) -> dict[str, Any]:
    return {"type": "RandomTranslation", "height_factor": share, "width_factor": 0.0}


def test_every_augmentation_there_is_can_be_shown() -> None:
    augmentations = {name for name, kind in LAYER_TYPES.items() if kind.category == "Augmentation"}
    assert set(AUGMENTERS) == augmentations | {"GaussianNoise"}


def test_copies_are_the_same_each_time_and_others_with_another_seed() -> None:
    preview = network(FLIP, shift(0.5))
    copies = augmented(preview, IMAGE, seed=1)
    assert copies.shape == (8, 12, 12, 3) and copies.dtype == np.uint8
    assert np.array_equal(copies, augmented(preview, IMAGE, seed=1))
    assert not np.array_equal(copies, augmented(preview, IMAGE, seed=2))
    assert len({copy.tobytes() for copy in copies}) == 8


def test_a_layer_that_changes_nothing_leaves_the_image() -> None:
    assert (augmented(network(shift(0.0)), IMAGE, seed=3) == IMAGE).all()


def test_one_layers_setting_leaves_the_chance_of_the_others() -> None:
    mirrored = [augmented(network(FLIP, shift(share)), IMAGE, seed=4) for share in (0.0, 1e-4)]
    assert np.abs(mirrored[0].astype(int) - mirrored[1]).max() <= 1
    flipped = [np.array_equal(copy, IMAGE[:, ::-1]) for copy in mirrored[0]]
    assert 0 < sum(flipped) < 8 and [np.array_equal(copy, IMAGE) for copy in mirrored[0]] == [
        not one for one in flipped
    ]


def test_a_rescaling_before_them_is_undone_for_the_eye() -> None:
    scaled = network({"type": "Rescaling", "scale": -2.0, "offset": 1.0}, FLIP)
    assert scaled.places == (1,)
    assert (
        np.abs(augmented(scaled, IMAGE, seed=5).astype(int) - augmented(network(shift(0), FLIP), IMAGE, 5)).max() <= 1
    )
    assert network({"type": "Rescaling", "scale": 0.0}, FLIP).hidden == (1,)


def test_noise_before_the_first_layers_is_shown_and_further_on_it_is_not() -> None:
    noisy: dict[str, Any] = {"type": "GaussianNoise", "stddev": 0.2}
    preview = network(noisy, CONV, noisy)
    assert (preview.places, preview.hidden) == ((0,), ())
    grey = np.full((12, 12, 3), 128, np.uint8)
    copies = augmented(preview, grey, seed=1)
    assert 0.17 < copies.std() / 255 < 0.23 and len({copy.tobytes() for copy in copies}) == 8


def test_features_are_shown_once_they_are_a_map() -> None:
    preview = network({"type": "Reshape", "target_shape": [12, 12, 1]}, shift(0.0), shape=(144,))
    image = IMAGE[..., :1]
    assert (augmented(preview, image, seed=0) == image).all()


def test_what_stands_behind_other_layers_is_named() -> None:
    preview = network(FLIP, CONV, FLIP, shift(0.1))
    assert (preview.places, preview.hidden) == ((0,), (2, 3))
    assert (layer_numbers(preview.places), layer_numbers(preview.hidden)) == ("layer 1", "layers 3 and 4")
    assert network(CONV).places == network(CONV).hidden == ()
    assert PreviewLayers.of(PRESETS["L3"].architecture).places == ()


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_the_first_images_are_read_without_the_others(tmp_path: Path, name: str) -> None:
    settings = Settings(home=tmp_path / "home", data=tmp_path)
    assert first_images(name, settings, 4) is None or name == "mnist"
    shape = (28, 28) if name == "mnist" else (32, 32, 3)
    images = noise(2, 30, *shape)
    np.savez_compressed(tmp_path / f"{name}.npz", x_train=images, y_train=np.zeros(30, np.uint8))
    found = first_images(name, settings, 4)
    assert found is not None and found.shape == (4, *shape, *(() if len(shape) == 3 else (1,)))
    assert np.array_equal(found.reshape(4, *shape), images[:4])
    (tmp_path / f"{name}.npz").write_bytes(b"no zip")
    with pytest.raises(DatasetError, match=f"{name}.npz can't be read"):
        first_images(name, settings, 4)


def test_the_first_images_of_other_data_sets(own_home: Path) -> None:
    settings = Settings(home=own_home)
    info = imported(own_home)
    own, digits = (first_images(name, settings, 5) for name in (info.name, "digits"))
    assert own is not None and np.array_equal(own, load_dataset(info.name, settings).x_train[:5])
    assert digits is not None and np.array_equal(digits, load_dataset("digits").x_train[:5])
    with pytest.raises(DatasetError, match="no data set"):
        first_images("nothing", settings, 5)
