"""A run's model in other forms, each run by its own runtime on the run's test images."""

import base64
import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from PIL import Image

from cnn_builder.architecture import Architecture
from cnn_builder.data import load_dataset
from cnn_builder.engine.build import build_model
from cnn_builder.engine.errors import ModelError
from cnn_builder.engine.export import conversion, page
from cnn_builder.engine.export.agreement import MOST_PICTURES, ExportSubject, compared
from cnn_builder.engine.train import train
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.exports.kept import kept_check, kept_content
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow"),
    pytest.mark.filterwarnings("ignore::UserWarning:tensorflow"),
]

AUGMENTED = Architecture.from_dict(
    {
        "version": 1,
        "name": "augmented",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "RandomRotation", "factor": 0.4},
            {"type": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 2, "activation": "relu"},
            {"type": "Flatten"},
            {"type": "Dropout", "rate": 0.5},
            {"type": "Dense", "units": 10},
        ],
    }
)
"""In use it turns no image and drops no value."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Settings]:
    settings, limits = Settings(home=tmp_path_factory.mktemp("home")), {"train_limit": 320, "test_limit": 100}
    with Store.open(settings) as store:
        store.create_run(AUGMENTED, "digits", RunSettings(epochs=2, **limits))
        run = store.claim_next(1)
        assert run is not None
        images = load_dataset("digits").limited(**limits)
        train(run, store, settings, lambda: images)
        return store.get(run.run_id), settings


def test_comparing_counts_the_answers_that_changed() -> None:
    own, other = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]), np.array([[0.8, 0.2], [0.7, 0.3], [0.2, 0.8]])
    found = compared(own, other, np.array([0, 1, 1]))
    assert found["changed"] == [1] and found["images"] == 3
    assert found["agreement"] == pytest.approx(2 / 3) and found["test_accuracy"] == pytest.approx(2 / 3)
    assert found["difference"] == pytest.approx(0.3)


@pytest.fixture(scope="module")
def subject(trained: tuple[Run, Settings]) -> ExportSubject:
    return ExportSubject.load(*trained)


@pytest.mark.parametrize("form", ["keras", "litert", "litert-int8", "savedmodel", "onnx"])
def test_a_form_reads_the_test_images_as_the_run(
    trained: tuple[Run, Settings], subject: ExportSubject, form: str
) -> None:
    run, settings = trained
    conversion.convert_and_keep(run, settings, subject, form)
    check = kept_check(run, settings, form)
    assert check is not None and check.images == 100 and check.milliseconds > 0
    exact = form != "litert-int8"
    assert check.agreement == 1 - len(check.changed) / 100 and check.agreement >= (1 if exact else 0.9)
    assert check.difference < (1e-4 if exact else 0.2) and check.versions["keras"] == keras.__version__
    content = kept_content(run, settings, form)
    assert len(content) == check.bytes
    if form.startswith("litert"):
        assert content[4:8] == b"TFL3"
    elif form == "savedmodel":
        assert "saved_model.pb" in zipfile.ZipFile(BytesIO(content)).namelist()
    elif form == "onnx":
        assert onnx.load_from_string(content).graph.input[0].type.tensor_type.shape.dim[1].dim_value == 28


def test_images_whose_answer_changed_are_kept_with_both_answers(subject: ExportSubject) -> None:
    found = subject.checked(lambda images: np.roll(subject.own[: len(images)], 1, axis=1))
    first = found["pictures"][0]
    assert len(found["changed"]) == 100 and len(found["pictures"]) == MOST_PICTURES
    assert first["index"] == 0 and int(first["after"]) == (int(first["before"]) + 1) % 10
    assert Image.open(BytesIO(base64.b64decode(first["png"]))).size == (28, 28)


def test_what_onnx_cannot_compute_is_refused_in_words(subject: ExportSubject, tmp_path: Path) -> None:
    network = Architecture.from_dict(
        {
            "version": 1, "name": "celu", "input_shape": [28, 28, 1],
            "layers": [{"type": "Flatten"}, {"type": "Dense", "units": 10, "activation": "celu"}],
        }
    )  # fmt: skip
    refused = replace(subject, architecture=network, model=build_model(network))
    with pytest.raises(ModelError, match=r"^ONNX Runtime refuses the converted network: .*Expm1"):
        conversion.WRITERS["onnx"](refused, tmp_path / "model")


def test_a_page_whose_weights_float16_would_spoil_has_float32(trained: tuple[Run, Settings], tmp_path: Path) -> None:
    run, settings = trained
    facts = page.write_page_data(run, [], settings, tmp_path / "data")
    stored = json.loads((tmp_path / "data").read_text())
    assert facts["weight_type"] == stored["network"]["weight_type"] == "float16" and facts["agreement"] == 1
    assert [layer["type"] for layer in stored["network"]["layers"]] == ["Conv2D", "Flatten", "Dense"]
    path = settings.run_folder(run.run_id) / BEST
    model = keras.saving.load_model(path, compile=False)
    model.set_weights([array * (1e6 if array.ndim == 4 else 1) for array in model.get_weights()])
    kept = path.read_bytes()
    model.save(path)
    facts = page.write_page_data(run, [], settings, tmp_path / "data")
    path.write_bytes(kept)
    assert facts["weight_type"] == "float32" and facts["agreement"] == 1
