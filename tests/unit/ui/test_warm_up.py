"""A model is loaded before the first stroke: once for each version of it, and without waiting for it."""

from typing import Any

import numpy as np

from cnn_builder.runs import ServiceError
from cnn_builder.ui.shared.warm_up import WarmUp, Work

SHAPE = (28, 28, 1)


class Service:
    """Keeps what it was asked, and answers or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[tuple[dict[str, Any], tuple[int, ...]]] = []

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Any:
        self.asked.append((header, (arrays or {})["image"].shape))
        if self.error is not None:
            raise self.error
        return {"settled": False}, {"probabilities": np.full(10, 0.1)}


def test_each_version_of_a_model_is_asked_about_once_and_in_the_background() -> None:
    service, later = Service(), list[Work]()
    models = WarmUp(service, later.append)
    models.begin("run", 1, SHAPE)
    models.begin("run", 1, SHAPE)
    assert not service.asked and models.is_loading("run", 1)
    assert len(later) == 1
    later[0]()
    assert service.asked == [({"op": "read", "run_id": "run", "wait": False}, SHAPE)]
    assert not models.is_loading("run", 1)
    models.begin("run", 2, SHAPE)  # trained on: another model in the same place
    assert len(later) == 2 and models.is_loading("run", 2)


def test_a_model_that_cannot_be_loaded_is_left_to_the_first_drawing() -> None:
    models = WarmUp(Service(ServiceError("damaged")), lambda work: work())
    models.begin("run", 1, SHAPE)
    assert not models.is_loading("run", 1)
    assert not models.is_loading("another", 1)
