"""The learning rate of each step. Written once: the training, the command line and the chart before a run use it."""

import math

import numpy as np

from cnn_builder.runs.settings import RunSettings


def factors(settings: RunSettings, steps: np.ndarray, steps_per_epoch: int) -> np.ndarray:
    """What the learning rate is multiplied by at each of `steps` (from 0, over all epochs), float64 of the same shape.

    A linear rise from 0 in the warm-up; then, counted from its end, as `keras.optimizers.schedules` has it:
    CosineDecay to `final_fraction` at the run's end, or ExponentialDecay, in stairs for "step".
    """
    steps = np.asarray(steps, np.float64)
    warmup = warmup_steps(settings, steps_per_epoch)
    since = np.maximum(steps - warmup, 0)
    if settings.schedule == "cosine":
        share = np.minimum(since / max(settings.epochs * steps_per_epoch - warmup, 1), 1)
        low = settings.final_fraction
        decayed = (1 - low) * 0.5 * (1 + np.cos(math.pi * share)) + low
    elif settings.schedule in ("step", "exponential"):
        times = since / decay_steps(settings, steps_per_epoch)
        decayed = settings.decay_rate ** (np.floor(times) if settings.schedule == "step" else times)
    else:
        decayed = np.ones_like(steps)
    if not warmup:
        return decayed
    return np.where(steps < warmup, steps / warmup, decayed)


def warmup_steps(settings: RunSettings, steps_per_epoch: int) -> int:
    """Steps of the warm-up."""
    return round(settings.warmup_epochs * steps_per_epoch)


def decay_steps(settings: RunSettings, steps_per_epoch: int) -> int:
    """Steps after which "step" and "exponential" have multiplied the rate once."""
    return max(1, round(settings.decay_epochs * steps_per_epoch))
