"""Views of the Inspect page that give an accuracy say how many test images it is of."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.ui.inspect.ablation import ablation
from cnn_builder.ui.inspect.embedding import embedding
from cnn_builder.ui.inspect.subject import Subject

PROBABILITIES = np.eye(10)[7]


class Service:
    """A model that was tested on the first ``tested`` of ``images`` test images."""

    def __init__(self, tested: int, images: int) -> None:
        self.tested, self.images = tested, images

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Any:
        if header["op"] == "images":
            return {"count": self.images}, {"images": np.zeros((1, 28, 28, 1), np.uint8), "labels": np.array([7])}
        if header["op"] == "mute":
            accuracies = {"accuracy": 0.9, "muted_accuracy": 0.9, "images": self.tested}
            return accuracies, {"probabilities": PROBABILITIES, "muted": PROBABILITIES}
        labels = np.zeros(self.tested, int)
        return {}, {"points": np.zeros((self.tested, 2)), "shares": np.array([0.3, 0.2]), "labels": labels,
                    "predicted": labels}  # fmt: skip


def shown(view: Any, store: Store, tested: int, images: int) -> AppTest:
    run = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings())
    ask = Questions(Service(tested, images), run.run_id)
    scored = replace(run, test_accuracy=0.9124)
    subject = Subject(scored, DATASETS["digits"], ask, np.zeros((28, 28, 1), np.uint8), PROBABILITIES)

    def script(view: object, subject: object) -> None:  # its source is run alone, without the imports above
        view(subject)  # type: ignore[operator]

    at = AppTest.from_function(script, kwargs={"view": view, "subject": subject}, default_timeout=60).run()
    assert not at.exception
    return at


@pytest.mark.parametrize(
    ("tested", "images", "label"), [(1000, 10_000, "Accuracy, first 1,000 test images"), (360, 360, "Test accuracy")]
)
def test_the_ablations_accuracy_says_what_it_is_of(store: Store, tested: int, images: int, label: str) -> None:
    at = shown(ablation, store, tested, images)
    assert [metric.label for metric in at.metric][-1] == label
    said = " ".join(caption.value for caption in at.caption)
    compared = "The run's test accuracy, 91.24\u00a0%, is of the best model on all 10,000." in said
    assert compared == (tested < images)


def test_the_embedding_says_which_images_it_shows(store: Store) -> None:
    assert shown(embedding, store, 1000, 10_000).caption[0].value.startswith("The first 1,000 of 10,000 test images")
    assert shown(embedding, store, 360, 360).caption[0].value.startswith("360 test images, 100.0")
