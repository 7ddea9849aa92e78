"""Class weights as people write them: "balanced", or "7=2, 9=0.5", where every other class has the weight 1."""

from collections.abc import Sequence
from typing import Literal

from cnn_builder.runs.errors import RunSettingsError

Weights = Literal["balanced"] | tuple[float, ...] | None


def parse_weights(text: str, classes: Sequence[str]) -> Weights:
    """What RunSettings takes: a weight for each class in order. An empty text is None.

    Raises RunSettingsError with the part that was not understood.
    """
    if not text.strip():
        return None
    if text.strip().lower() == "balanced":
        return "balanced"
    weights = dict.fromkeys(classes, 1.0)
    known = {name.lower(): name for name in classes}
    for part in text.split(","):
        name, _, number = part.rpartition("=")
        try:
            weights[known[name.strip().lower()]] = float(number)
        except (KeyError, ValueError):
            expected = f"balanced, or CLASS=NUMBER, … with the classes {', '.join(classes)}"
            raise RunSettingsError("class_weight", expected, part.strip()) from None
    return tuple(weights.values())


def weights_text(weights: Weights, classes: Sequence[str]) -> str:
    """The inverse: only weights other than 1 are written."""
    if weights is None or isinstance(weights, str):
        return weights or ""
    named = zip(classes, weights, strict=False)
    return ", ".join(f"{name}={weight:g}" for name, weight in named if weight != 1)
