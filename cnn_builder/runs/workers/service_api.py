"""What the pages ask of one trained model, typed. Layers, places, channels and classes count from 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, cast

import numpy as np

from cnn_builder.runs.errors import ServiceError
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.workers.messages import Answer


class Service(Protocol):
    """What answers: the service's client, or a test's own."""

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Answer: ...


@dataclass(frozen=True)
class UnitAnswer:
    """One output number taken apart: window and kernel (height, width, channels), NaN where the window hangs over."""

    window: np.ndarray
    kernel: np.ndarray | None
    bias: float
    total: float
    output: float


@dataclass(frozen=True)
class AblationAnswer:
    """Probabilities (classes,) and the accuracy on ``images`` test images, before and with filters set to zero."""

    before: np.ndarray
    after: np.ndarray
    accuracy: float
    ablated_accuracy: float
    images: int


@dataclass(frozen=True)
class EmbeddingAnswer:
    """Test images as points (n, 2), the share of variance of both axes, true and predicted classes (n,)."""

    points: np.ndarray
    shares: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray


@dataclass(frozen=True)
class ConfidenceCalibration:
    """How sure the run may be, found on ``images`` held-out images: see ``engine.insight.features``."""

    confident: float
    familiar: float
    strange: float
    images: int


@dataclass(frozen=True)
class Neighbours:
    """The nearest training images, nearest first: images (n, height, width, channels), labels and distances (n,)."""

    images: np.ndarray
    labels: np.ndarray
    distances: np.ndarray


@dataclass(frozen=True)
class ReadAnswer:
    """Probabilities (classes,); calibration and neighbours as soon as the service has them.

    ``settled``: whether asking again would bring no more. ``why``: why there is no calibration.
    """

    probabilities: np.ndarray
    settled: bool
    calibration: ConfidenceCalibration | None = None
    neighbours: Neighbours | None = None
    why: str = ""


@dataclass(frozen=True)
class PictureLevels:
    """One image changed more and more: levels (n,), images uint8 (n, height, width, channels), probabilities (n,
    classes).
    """

    levels: np.ndarray
    images: np.ndarray
    probabilities: np.ndarray


class Questions:
    """Questions about one run's best model, or about the model as it was after an epoch. All raise ServiceError."""

    def __init__(self, service: Service, run_id: str, epoch: int | None = None) -> None:
        self._service = service
        self.epoch = epoch
        self._asked = {"run_id": run_id} if epoch is None else {"run_id": run_id, "epoch": epoch}

    def probabilities(self, image: np.ndarray) -> np.ndarray:
        """One a class, (classes,), for a uint8 image (height, width, channels)."""
        return self._array("probabilities", "predict", image)

    def read(self, image: np.ndarray) -> ReadAnswer:
        """What the image is read as, and how sure to be of it; never waits for what takes long."""
        header, arrays = self._ask("read", image, wait=False)
        probabilities, settled = arrays["probabilities"], bool(header["settled"])
        if "confident" not in header:
            return ReadAnswer(probabilities, settled, why=str(header.get("why", "")))
        confident, familiar, strange = (float(header[name]) for name in ("confident", "familiar", "strange"))
        known = ConfidenceCalibration(confident, familiar, strange, int(header["held_out"]))
        near = Neighbours(arrays["images"], arrays["labels"], arrays["distances"])
        return ReadAnswer(probabilities, settled, known, near)

    def activations(self, image: np.ndarray, layer: int) -> np.ndarray:
        """A layer's output for the image, without the batch."""
        return self._array("values", "activations", image, layer=layer)

    def weights(self, layer: int) -> dict[str, np.ndarray]:
        """A layer's weights by Keras' names."""
        return self._ask("filters", None, layer=layer)[1]

    def saliency(self, image: np.ndarray, label: int) -> np.ndarray:
        """How strongly each pixel moves the class' logit, (height, width)."""
        return self._array("values", "saliency", image, label=label)

    def grad_cam(self, image: np.ndarray, label: int, layer: int) -> np.ndarray:
        """Which places of a layer's map speak for the class, (map height, map width), 0 to 1."""
        return self._array("values", "grad_cam", image, label=label, layer=layer)

    def occlusion(self, image: np.ndarray, label: int) -> tuple[np.ndarray, int]:
        """How far the class' probability falls with a patch covered, (rows, columns), and the patch's side."""
        header, arrays = self._ask("occlusion", image, label=label)
        return arrays["values"], int(header["side"])

    def unit(self, image: np.ndarray, layer: int, row: int, column: int, channel: int) -> UnitAnswer:
        """What made one output number."""
        header, arrays = self._ask("unit", image, layer=layer, row=row, column=column, channel=channel)
        return UnitAnswer(arrays["window"], arrays.get("kernel"), header["bias"], header["total"], header["output"])

    def ablation(self, image: np.ndarray, ablated: Sequence[tuple[int, Sequence[int] | None]]) -> AblationAnswer:
        """What changes when these layers' channels (None: all of a layer's) count as zero."""
        asked = [{"layer": layer, "channels": None if some is None else list(some)} for layer, some in ablated]
        header, arrays = self._ask("mute", image, mutes=asked)
        return AblationAnswer(
            arrays["probabilities"], arrays["muted"], header["accuracy"], header["muted_accuracy"], header["images"]
        )

    def embedding(self) -> EmbeddingAnswer:
        """The test images as the last layer sees them, on two axes."""
        arrays = self._ask("embedding", None)[1]
        return EmbeddingAnswer(arrays["points"], arrays["shares"], arrays["labels"], arrays["predicted"])

    def test_image(self, index: int) -> tuple[np.ndarray, int, int]:
        """A test image, its class, and how many test images there are."""
        header, arrays = self._ask("images", None, part="test", indices=[index])
        return arrays["images"][0], int(arrays["labels"][0]), int(header["count"])

    def robustness(self, key: str) -> RobustnessCurve | str:
        """How many test images are read right at each level of a perturbation; or why it makes no sense for them."""
        header, arrays = self._ask("robustness", None, perturbation=key)
        if "unsuitable" in header:
            return str(header["unsuitable"])
        levels = tuple(float(level) for level in arrays["levels"])
        return RobustnessCurve(key, float(header["neutral"]), levels, arrays["right"].astype(bool))

    def robustness_of(self, image: np.ndarray, key: str) -> PictureLevels | str:
        """The image at each level of a perturbation, and what it is read as; or why that makes no sense for it."""
        header, arrays = self._ask("robustness_image", image, perturbation=key)
        if "unsuitable" in header:
            return str(header["unsuitable"])
        return PictureLevels(arrays["levels"], arrays["images"], arrays["probabilities"])

    def _array(self, name: str, op: str, image: np.ndarray, **fields: Any) -> np.ndarray:
        return cast(np.ndarray, self._ask(op, image, **fields)[1][name])

    def _ask(self, op: str, image: np.ndarray | None, **fields: Any) -> "tuple[_Parts, _Parts]":
        header = {"op": op, **self._asked, **fields}
        answer, arrays = self._service.ask(header, {} if image is None else {"image": image})
        return _Parts(answer), _Parts(arrays)


class _Parts(dict[str, Any]):
    """The parts of an answer by name. One that is not there raises ServiceError: the service is of another version."""

    def __missing__(self, name: str) -> NoReturn:
        raise ServiceError(f"The service's answer has no {name}. Reload the page.")
