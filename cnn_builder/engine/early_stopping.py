"""Watches the validation of each epoch: when to stop early, and when to lower the learning rate. Pure arithmetic."""

from dataclasses import dataclass

from cnn_builder.runs.models import RunSettings


@dataclass(frozen=True)
class EpochDecision:
    """What follows from an epoch: why to stop, if so, and what to multiply the learning rate by (1: nothing)."""

    stop: str | None = None
    factor: float = 1.0


class Watch:
    """The rules of `keras.callbacks.EarlyStopping` and `ReduceLROnPlateau`, by one measure of what is better."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._best: float | None = None
        self._since_better = 0
        self._since_change = 0

    def epoch(self, val_loss: float | None, val_accuracy: float | None) -> EpochDecision:
        """Judge the epoch that has just ended. Without a validation, nothing follows."""
        settings = self._settings
        value = val_loss if settings.monitor == "val_loss" else val_accuracy
        if value is None:
            return EpochDecision()
        self._since_better += 1
        self._since_change += 1
        if self._better(value):
            self._best, self._since_better, self._since_change = value, 0, 0
            return EpochDecision()
        factor = 1.0
        if settings.reduce_on_plateau is not None and self._since_change >= settings.reduce_on_plateau:
            factor, self._since_change = settings.plateau_factor, 0
        stop = None
        if settings.early_stopping is not None and self._since_better >= settings.early_stopping:
            what = "loss" if settings.monitor == "val_loss" else "accuracy"
            count = "1 epoch" if self._since_better == 1 else f"{self._since_better} epochs"
            stop = f"stopped early: no better validation {what} for {count}"
        return EpochDecision(stop, factor)

    def state(self) -> dict[str, float | None]:
        """What it knows, for a checkpoint; JSON has it as it is."""
        return {"best": self._best, "since_better": self._since_better, "since_change": self._since_change}

    def restore(self, state: dict[str, float | None]) -> None:
        """Go on from a `state`."""
        self._best = state["best"]
        self._since_better = int(state["since_better"] or 0)
        self._since_change = int(state["since_change"] or 0)

    def _better(self, value: float) -> bool:
        if self._best is None:
            return True
        if self._settings.monitor == "val_loss":
            return value < self._best - self._settings.min_delta
        return value > self._best + self._settings.min_delta
