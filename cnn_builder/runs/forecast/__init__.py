"""How long an epoch will take: what the network has to do, times what each kind of work costs on this machine.

Pure arithmetic on a measured `Calibration`; nothing is trained here. An estimate: on a machine that does something
else as well, everything takes longer.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from cnn_builder.architecture import Architecture, Layer, TraceRow, trace

ADAM_SLOTS = 2
"""Numbers that Adam keeps for each trained parameter."""
EVALUATION_BATCH = 256
"""Images that are validated at a time."""

KINDS = (
    "step",  # each step: starting its operations
    "layers",  # each layer in a step: its operations and their gradients
    "params",  # each trained parameter in a step: the optimizer's update
    "image",  # each image: taking it from the data, the loss
    "conv",  # each multiply-add of a convolution across channels
    "depthwise",  # each multiply-add of a convolution within a channel
    "dense",  # each multiply-add of a dense layer
    "conv_out",  # each number a convolution puts out: bias, activation
    "pool_in",  # each number a pooling reads
    "other",  # each number any other layer works on: normalization, activation, dropout
    "augmentation",  # each number of an image that is turned, moved or lit otherwise; in training only
)
"""The kinds of work; a calibration has the seconds of each."""


@dataclass(frozen=True)
class Rates:
    """Seconds for one unit of each of `KINDS`."""

    seconds: Mapping[str, float]

    def of(self, work: Mapping[str, float]) -> float:
        """Seconds for an amount of each kind."""
        return sum(self.seconds[kind] * amount for kind, amount in work.items())


@dataclass(frozen=True)
class Calibration:
    """What work costs on a machine: a training step in float32 and in mixed bfloat16, and validating a batch.

    `error` is the typical error of the worse fit to training steps, a share. `busy`: the machine worked on something
    else as well. `device`: what was measured, as `runs.device` names it; it says nothing of another.
    """

    train: Rates
    mixed: Rates
    evaluate: Rates
    error: float
    busy: bool = False
    device: str = ""


@dataclass(frozen=True)
class Forecast:
    """Seconds of one epoch: the training steps and, after them, the validation."""

    training: float
    validation: float
    steps: int

    @property
    def seconds(self) -> float:
        """Seconds an epoch takes. The first one also compiles the network, which takes a second or two more."""
        return self.training + self.validation


def forecast(
    calibration: Calibration,
    architecture: Architecture,
    train_images: int,
    validation_images: int,
    batch_size: int,
    precision: str = "float32",
) -> Forecast:
    """An epoch with Adam on `train_images`, then a look at `validation_images`; `precision` as in RunSettings.

    Layers from the first one that does not fit on are not counted.
    """
    whole, rest = divmod(train_images, batch_size)
    # With a single layer that has weights, none computes in anything but float32.
    lowered = precision != "float32" and sum(row.params > 0 for row in trace(architecture).rows) > 1
    rates = calibration.mixed if lowered else calibration.train
    training = whole * rates.of(work(architecture, batch_size))
    if rest:
        training += rates.of(work(architecture, rest))
    validation = 0.0
    if validation_images:
        batches = math.ceil(validation_images / EVALUATION_BATCH)
        validation = batches * calibration.evaluate.of(validation_work(architecture, validation_images / batches))
    return Forecast(training, validation, whole + (rest > 0))


def work(architecture: Architecture, batch_size: float) -> dict[str, float]:
    """How much of each of `KINDS` one training step on a batch is."""
    walked = trace(architecture)
    image = dict.fromkeys(KINDS[3:], 0.0) | {"image": 1.0}
    for layer, row in zip(architecture.layers, walked.rows, strict=False):
        for kind, amount in _layer_work(layer, row).items():
            image[kind] += amount
    step = {"step": 1.0, "layers": float(len(walked.rows)), "params": float(walked.trainable_params)}
    return {**step, **{kind: amount * batch_size for kind, amount in image.items()}}


def validation_work(architecture: Architecture, batch_size: float) -> dict[str, float]:
    """As `work`, for a batch that is only looked at: nothing is augmented, no parameter updated."""
    return work(architecture, batch_size) | {"augmentation": 0.0, "params": 0.0}


def _layer_work(layer: Layer, row: TraceRow) -> dict[str, float]:
    """What a layer does for an image. Told by what the layer says of itself, so that a new type is counted too."""
    if layer.category == "Convolution":
        within = _depthwise_macs(layer, row)
        return {"conv": row.macs - within, "depthwise": within, "conv_out": float(prod(row.output_shape))}
    if layer.category == "Dense":
        return {"dense": float(row.macs)}
    if layer.category == "Augmentation":
        return {"augmentation": float(prod(row.output_shape))}
    if layer.category == "Pooling":
        return {"pool_in": float(prod(row.input_shape))}
    moves_nothing = prod(row.input_shape) == prod(row.output_shape) and layer.category == "Shape"
    return {} if moves_nothing else {"other": float(prod(row.output_shape))}


def _depthwise_macs(layer: Layer, row: TraceRow) -> float:
    """The multiply-adds within channels: those of a layer that multiplies its channels."""
    multiplier = layer.settings().get("depth_multiplier")
    window = layer.window()
    if multiplier is None or window is None:
        return 0.0
    height, width, _ = row.output_shape
    return float(height * width * prod(window.kernel) * row.input_shape[2] * multiplier)
