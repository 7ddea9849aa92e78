"""The device that TensorFlow trains on."""

from collections.abc import Callable
from typing import Any

from cnn_builder.engine.backend import tf
from cnn_builder.runs.device import device_text


def _used_gpus() -> list[Any]:
    """The GPUs that TensorFlow has taken; it sets itself up where it has not yet."""
    return tf.config.list_physical_devices("GPU") if tf.config.list_logical_devices("GPU") else []


def _details(gpu: Any) -> dict[str, Any]:
    details: dict[str, Any] = tf.config.experimental.get_device_details(gpu)
    return details


def training_device(
    gpus: Callable[[], list[Any]] = _used_gpus, details: Callable[[Any], dict[str, Any]] = _details
) -> str:
    """What trains here, as `runs.device` names it: the first GPU that TensorFlow uses, else the processor."""
    found = gpus()
    return device_text(str(details(found[0]).get("device_name", "")) if found else None)
