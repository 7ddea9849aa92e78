"""Which epoch's model is kept. Decided here alone: the training, the live curves and all texts ask these functions."""

from collections.abc import Iterable
from dataclasses import dataclass

from cnn_builder.runs.models import Metric
from cnn_builder.runs.settings import RunSettings


@dataclass(frozen=True)
class BestEpoch:
    """An epoch, counted from 1, with its validation accuracy (None where no validation images chose it)."""

    epoch: int
    val_accuracy: float | None


def improves(settings: RunSettings, val_accuracy: float | None, best: float | None) -> bool:
    """Whether the epoch that has just ended is to be kept in place of the one kept so far.

    Only a validation split chooses: the highest accuracy, the earliest of equals. The test images may validate, but
    then choose nothing, so that the test score stays independent; there, and without validation, the latest is kept.

    Args:
        val_accuracy: of the epoch, None without validation images.
        best: the validation accuracy of the one kept so far, None before there is one.
    """
    if val_accuracy is None or not chosen_by_validation(settings):
        return True
    return best is None or val_accuracy > best


def chosen_by_validation(settings: RunSettings) -> bool:
    """Whether validation images choose the epoch; otherwise the last one is kept."""
    return settings.validation_data == "split" and settings.validation_split > 0


def best_epoch(settings: RunSettings, metrics: Iterable[Metric], before: BestEpoch | None = None) -> BestEpoch | None:
    """The epoch that would be kept after these metrics; `before` is the one kept before them."""
    best = before
    for row in metrics:
        if row.kind == "epoch" and improves(settings, row.val_accuracy, best.val_accuracy if best else None):
            best = BestEpoch(row.epoch, row.val_accuracy)
    return best


def best_words(settings: RunSettings, epoch: int) -> str:
    """The kept epoch with the rule that chose it: "best epoch 4 by validation accuracy"."""
    if chosen_by_validation(settings):
        return f"best epoch {epoch} by validation accuracy"
    return f"model of the last epoch, {epoch}"


def rule_words(settings: RunSettings) -> str:
    """The rule in a sentence, beside what early stopping goes by where that is another metric."""
    if not chosen_by_validation(settings):
        return "The model of the last epoch is kept."
    rule = "The model of the epoch with the highest validation accuracy is kept"
    stops = settings.early_stopping is not None or settings.reduce_on_plateau is not None
    if stops and settings.monitor == "val_loss":
        what = "Early stopping" if settings.early_stopping is not None else "Reduce on plateau"
        return f"{rule}. {what} goes by the validation loss instead."
    return f"{rule}."
