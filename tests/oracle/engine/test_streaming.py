"""Training on images that stay on the disk: the same numbers, bit by bit, as on the same images in memory."""

from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.data import load_dataset
from cnn_builder.data.sets.on_disk import is_on_disk
from cnn_builder.engine.data_split import Parts
from cnn_builder.engine.insight.gallery import NEIGHBOURS, Gallery
from cnn_builder.engine.train import train
from cnn_builder.engine.training.checkpoints import load_model
from cnn_builder.engine.training.streaming import Stream
from cnn_builder.engine.training.training import Training
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support.drawings import drawing_set
from tests.support.own_data import imported, pictures

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NETWORK = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 2, "activation": "relu"},
            {"type": "Flatten"},
            {"type": "Dropout", "rate": 0.3},
            {"type": "Dense", "units": 2, "activation": "softmax"},
        ],
    }
)
REQUEST = RunSettings(epochs=3, batch_size=7, validation_split=0.2, class_weight=(1.0, 3.0), learning_rate=0.01)
"""Of 48 images 38 train: five batches of 7, and one of 3."""


def at(home: Path, streamed: bool) -> Settings:
    imported(home, files=pictures(("cat", "dog"), 30, 28, 28))
    return Settings(home=home, stream_over_mb=0 if streamed else 500)


def trained(settings: Settings) -> tuple[list[object], list[np.ndarray]]:
    """The numbers of a run's epochs and of its test, and its weights. A run that was stopped is resumed."""
    with Store.open(settings) as store:
        made = store.create_run(NETWORK, load_dataset("pets", settings).info.name, REQUEST).run_id
        while store.get(made).status != "finished":
            store.request_resume(made)
            run = store.claim_next(1)
            assert run is not None
            train(run, store, settings)
        ended = store.get(made)
        epochs = [row for row in store.metrics(made) if row.kind == "epoch"]
    numbers = [(row.epoch, row.step, row.loss, row.accuracy, row.val_loss, row.val_accuracy) for row in epochs]
    weights = load_model(NETWORK, settings.run_folder(made) / BEST).get_weights()
    return [*numbers, ended.test_loss, ended.test_accuracy], weights


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], list[np.ndarray]]:
    return trained(at(tmp_path_factory.mktemp("memory") / "home", streamed=False))


@pytest.fixture
def stops_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first run is stopped inside of its second epoch; the batches of it that were done."""
    done: list[int] = []
    obey = Training._obey

    def stop(self: Training) -> bool:
        place = self._place
        if not done and place.epoch == 2 and place.batches:
            done.append(place.batches)
            return False
        return obey(self)

    monkeypatch.setattr(Training, "_obey", stop)
    return done


def test_a_streamed_run_is_the_run_in_memory(tmp_path: Path, in_memory: tuple[list[object], list[np.ndarray]]) -> None:
    settings = at(tmp_path / "home", streamed=True)
    assert is_on_disk(load_dataset("pets", settings).x_train)
    numbers, weights = trained(settings)
    assert numbers == in_memory[0]
    assert all(map(np.array_equal, weights, in_memory[1]))


def test_one_that_is_stopped_inside_an_epoch_goes_on_exactly(
    tmp_path: Path, in_memory: tuple[list[object], list[np.ndarray]], stops_once: list[int]
) -> None:
    numbers, weights = trained(at(tmp_path / "home", streamed=True))
    assert 0 < stops_once[0] < 6
    assert numbers == in_memory[0]
    assert all(map(np.array_equal, weights, in_memory[1]))


def test_ones_own_drawings_follow_the_images_on_the_disk(tmp_path: Path) -> None:
    images = load_dataset("pets", at(tmp_path / "home", streamed=True))
    own = drawing_set(6, 2, value=77)
    parts = Parts.of(images, REQUEST, own)
    count = len(parts.train[0])
    assert is_on_disk(parts.train[0]) and len(parts.train[1]) == count + 6
    order = np.array([count + 5, 3, count, 0, count - 1], np.int32)
    batches = [
        (places.numpy(), pixels.numpy()) for places, pixels in Stream(parts.train[0], parts.added).batches(order, 2)
    ]
    assert [len(pixels) for _, pixels in batches] == [2, 2, 1]
    joined = np.concatenate([np.asarray(parts.train[0]), own.x_train])
    assert all(np.array_equal(joined[places], pixels) for places, pixels in batches)
    neighbours = Gallery(images, REQUEST, own).part("train")[0]
    assert np.array_equal(neighbours[:6], own.x_train) and len(neighbours) <= NEIGHBOURS + 6
