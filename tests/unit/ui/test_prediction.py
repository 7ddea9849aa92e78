import base64
import json
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_builder.data import DATASETS
from cnn_builder.figures.percentages import confidence
from cnn_builder.limits import MAX_STROKE_NUMBERS
from cnn_builder.runs import ServiceError
from cnn_builder.runs.workers.service_api import ConfidenceCalibration, Neighbours, ReadAnswer
from cnn_builder.ui.components.canvas import Drawing
from cnn_builder.ui.shared.prediction import (
    SIDE,
    DrawingError,
    decode_drawing,
    read_drawing,
    read_file,
    read_sample,
    waiting,
)
from cnn_builder.ui.shared.sketch import File, Sample, Sketch

MNIST, FASHION, DIGITS = DATASETS["mnist"], DATASETS["fashion_mnist"], DATASETS["digits"]


def encoded(image: np.ndarray) -> str:
    return base64.b64encode(image.tobytes()).decode("ascii")


def a_one() -> np.ndarray:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[16:96, 52:60] = 255
    return image


class Model:
    """Answers the same always, and keeps what it was asked."""

    def __init__(self, *probabilities: float) -> None:
        near = Neighbours(np.full((5, 28, 28, 1), 9, np.uint8), np.array([1, 1, 7, 1, 1]), np.arange(1.0, 6.0))
        self.answer = ReadAnswer(np.array(probabilities), True, ConfidenceCalibration(0.9, 8.0, 10.0, 2000), near)
        self.asked: list[np.ndarray] = []

    def __call__(self, image: np.ndarray) -> ReadAnswer:
        self.asked.append(image)
        return self.answer


def sure_of(place: int) -> Model:
    return Model(*[0.991 if i == place else 0.001 for i in range(10)])


def fails(image: np.ndarray) -> ReadAnswer:
    raise ServiceError("The prediction service failed twice.")


def test_a_drawing_is_read() -> None:
    model = sure_of(1)
    reading = read_drawing(encoded(a_one()), MNIST, model)
    assert (reading.kind, reading.title, reading.detail, reading.top) == (
        "answer",
        "This is a 1",
        "99.1\u00a0% confidence",
        1,
    )
    assert model.asked[0].shape == (28, 28, 1)
    assert reading.seen is model.asked[0]
    data = reading.to_data(7, 2)
    assert data["percents"] == [confidence(p) for p in data["probabilities"]]
    assert (data["ack"], data["turn"], data["seen"]["shape"]) == (7, 2, [28, 28, 1])
    assert len(base64.b64decode(data["seen"]["pixels"])) == 784
    assert (data["verdict"], data["settled"]) == ("confident", True)
    assert data["percents"][:2] == ["0.1\u00a0%", "99.1\u00a0%"]
    assert [near["label"] for near in data["near"]] == [1, 1, 7, 1, 1]
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_the_steps_are_drawn_only_when_asked_for() -> None:
    reading = read_drawing(encoded(a_one()), MNIST, sure_of(1))
    assert reading.to_data(1)["steps"] == []
    steps = reading.to_data(1, with_steps=True)["steps"]
    assert [step["name"] for step in steps] == [
        "Picture", "Ink found", "Bounding box", "Scale", "Stroke width", "Centre of mass", "Input",
    ]  # fmt: skip
    for step in steps:
        assert len(base64.b64decode(step["image"]["pixels"])) == np.prod(step["image"]["shape"])
    # One size for the picture, and said at which size it is measured: the box below is smaller than both.
    lines = [step["line"] for step in steps]
    assert lines[0] == "112×112 pixels, enlarged to 280×280 to find the ink."
    assert lines[2] == "20×200 pixels."
    assert reading.seen is not None
    assert base64.b64decode(steps[-1]["image"]["pixels"]) == reading.seen.tobytes()


def test_a_test_image_is_read_as_it_is_and_its_class_told() -> None:
    image = np.full((28, 28, 1), 7, np.uint8)
    model = sure_of(1)
    right, wrong = read_sample(image, 1, MNIST, model), read_sample(image, 4, MNIST, model)
    assert model.asked[0] is image
    assert (right.outcome, wrong.outcome) == ("right", "wrong")
    assert right.picture is image
    assert (right.notes, wrong.notes) == (("A test image. Correct: it is a 1.",), ("A test image. Wrong: it is a 4.",))
    assert read_sample(image, 1, MNIST, fails).kind == "error"


@pytest.mark.parametrize("value", [0, 255])
def test_blank_and_covered_are_refused_without_asking_the_model(value: int) -> None:
    model = sure_of(1)
    reading = read_drawing(encoded(np.full((SIDE, SIDE), value, np.uint8)), MNIST, model)
    assert reading.kind == "refused"
    assert reading.probabilities is None
    assert not model.asked


def test_a_dot_is_refused() -> None:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[50:58, 50:58] = 255
    assert read_drawing(encoded(image), MNIST, sure_of(1)).kind == "refused"


def test_a_warning_takes_the_certainty_away() -> None:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[4:84, 4:12] = 255
    reading = read_drawing(encoded(image), MNIST, sure_of(1))
    assert reading.title == "This looks like a 1"
    assert any("Off-centre" in note for note in reading.notes)


def test_few_training_images_are_told() -> None:
    reading = read_drawing(encoded(a_one()), DIGITS, sure_of(1))
    assert reading.title == "This looks like a 1"
    assert any("MNIST" in note for note in reading.notes)


@pytest.mark.parametrize(
    "sent", [None, 3, "", "no base64!", "AAAA", base64.b64encode(bytes(SIDE * SIDE + 1)).decode(), "ä" * 40]
)
def test_what_is_no_drawing_is_an_error_in_words(sent: object) -> None:
    with pytest.raises(DrawingError, match="expected 112×112"):
        decode_drawing(sent)
    assert read_drawing(sent, MNIST, sure_of(1)).kind == "error"


def test_a_failing_service_is_told_in_one_line() -> None:
    reading = read_drawing(encoded(a_one()), MNIST, fails)
    assert (reading.kind, reading.detail) == ("error", "The prediction service failed twice.")


@pytest.mark.parametrize("model", [Model(0.5, 0.5), Model(*[float("nan")] * 10)])
def test_an_answer_of_another_kind_is_an_error(model: Model) -> None:
    assert read_drawing(encoded(a_one()), MNIST, model).kind == "error"


def test_a_file_is_read_dark_on_light() -> None:
    file = BytesIO()
    Image.fromarray(255 - a_one()).save(file, "PNG")
    model = sure_of(1)
    assert read_file(file.getvalue(), MNIST, model).title == "This is a 1"
    assert np.array_equal(model.asked[0], read_drawing(encoded(a_one()), MNIST, model).seen)


def test_a_file_that_is_no_picture_is_refused() -> None:
    assert read_file(b"hello", MNIST, sure_of(1)).title == "This picture can't be read"


def test_the_page_says_what_to_do() -> None:
    assert "Ankle boot" in waiting(FASHION).detail
    assert waiting(MNIST).title == "Draw a digit"


def drawn(seq: int, saved: dict[str, Any] | None = None) -> Drawing:
    return {"seq": seq, "image": encoded(a_one()), "saved": saved}


def test_a_sketch_asks_once_for_each_drawing_and_run() -> None:
    model = sure_of(1)
    sketch = Sketch().with_drawing(drawn(1)).read_by("run-a", MNIST, model)
    assert sketch.read_by("run-a", MNIST, model) is sketch
    assert len(model.asked) == 1
    other = sketch.read_by("run-b", MNIST, model)
    assert (len(model.asked), other.turn) == (2, sketch.turn + 1)


def test_a_stroke_takes_the_place_of_a_file_and_a_file_of_a_stroke() -> None:
    sketch = Sketch().showing(File(b"hello"), file_id="id").read_by("run", MNIST, sure_of(1))
    assert sketch.reading is not None and sketch.reading.kind == "refused"
    sketch = sketch.with_drawing(drawn(1)).read_by("run", MNIST, sure_of(1))
    assert sketch.reading is not None and sketch.reading.title == "This is a 1"
    assert sketch.file_id == "id", "the file stays in its place and must not be read again"


def test_a_picture_takes_the_place_of_the_strokes_on_the_pad() -> None:
    strokes = {"strokes": [{"w": 80, "p": [1, 2, 3, 4]}], "width": 80}
    sketch = Sketch().with_drawing(drawn(1, strokes)).read_by("run", MNIST, sure_of(1))
    assert sketch.picture() is None and sketch.is_users_own
    image = np.full((28, 28, 1), 7, np.uint8)
    sketch = sketch.showing(Sample("mnist", image, 3)).read_by("run", MNIST, sure_of(1))
    shown = sketch.picture()
    assert shown is not None and shown["number"] == 1
    assert base64.b64decode(shown["image"]["pixels"]) == image.tobytes()
    assert sketch.saved is None, "the old strokes do not come back with the page"
    assert not sketch.is_users_own
    file = BytesIO()
    Image.new("RGB", (400, 200), "red").save(file, "PNG")
    sketch = sketch.showing(File(file.getvalue())).read_by("run", MNIST, sure_of(1))
    shown = sketch.picture()
    assert shown is not None and (shown["number"], shown["image"]["shape"]) == (2, [80, 160, 3])
    assert sketch.is_users_own
    broken = sketch.showing(File(b"hello")).read_by("run", MNIST, sure_of(1))
    assert broken.picture() == {"number": 3, "image": None}
    assert sketch.with_drawing(drawn(2)).picture() is None


def test_strokes_are_kept_for_later_within_limits() -> None:
    strokes = {"strokes": [{"w": 80, "p": [1, 2, 3, 4]}], "width": 80}
    sketch = Sketch().with_drawing(drawn(1, strokes))
    assert sketch.saved == strokes
    assert sketch.with_drawing(drawn(2)).saved == strokes, "inside a stroke nothing is sent to keep"
    assert sketch.with_drawing(drawn(2, {"strokes": [{"p": [0] * (MAX_STROKE_NUMBERS + 2)}]})).saved is None
    assert sketch.with_drawing(drawn(2, {"strokes": 5})).saved is None
    assert Sketch().with_drawing(drawn(2, {"strokes": [{"p": [], "q": [0] * (MAX_STROKE_NUMBERS + 2)}]})).saved is None


def test_another_data_sets_test_image_is_not_read() -> None:
    model = sure_of(1)
    sketch = Sketch().showing(Sample("mnist", np.zeros((28, 28, 1), np.uint8), 3))
    assert sketch.read_by("run", FASHION, model).reading == waiting(FASHION)
    assert not model.asked
