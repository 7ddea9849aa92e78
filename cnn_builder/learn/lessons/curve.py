"""Where overfitting starts on a curve, by a rule that can be said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_builder.runs.models import Metric

NEAR = 0.02
"""Of the lowest validation loss: an epoch within it is as good a mark as the lowest, whose place is partly chance."""


@dataclass(frozen=True)
class OverfittingMark:
    """Where overfitting starts.

    Args:
        epoch: of the lowest validation loss, from 1; after it, it rises while the training loss falls on.
            None where that is the last epoch: then it has not started.
        accepted: the epochs that are as good an answer, first and last.
        why: in a sentence, with the numbers.
    """

    epoch: int | None
    accepted: tuple[int, int]
    why: str

    def accepts(self, epoch: int) -> bool:
        """Whether a person's mark is as good as this one; 0 stands for "it has not started"."""
        if self.epoch is None:
            return epoch == 0 or epoch == self.accepted[1]
        return self.accepted[0] <= epoch <= self.accepted[1]


def overfitting_mark(rows: Sequence[Metric]) -> OverfittingMark | None:
    """The mark on the epoch rows of a run; None without validation losses of at least two epochs.

    The rule: overfitting starts after the epoch of the lowest validation loss, if the training loss falls on.
    """
    known = [(row.epoch, row.loss, row.val_loss) for row in rows if row.kind == "epoch"]
    curve = [(epoch, loss, val) for epoch, loss, val in known if loss is not None and val is not None]
    if len(curve) < 2:
        return None
    lowest = min(range(len(curve)), key=lambda place: curve[place][2])
    epoch, loss, least = curve[lowest]
    last_epoch, last_loss, last_val = curve[-1]
    if lowest == len(curve) - 1 or last_loss >= loss:
        why = (
            f"The validation loss is lowest in epoch {epoch} ({least:.4f})"
            + (", the last one" if lowest == len(curve) - 1 else ", but the training loss does not fall after it")
            + ": within these epochs overfitting has not started."
        )
        return OverfittingMark(None, (0, last_epoch), why)
    near = [one[0] for one in curve[: lowest + 1] if one[2] <= least * (1 + NEAR)]
    why = (
        f"The validation loss is lowest in epoch {epoch} ({least:.4f}). By epoch {last_epoch} it is {last_val:.4f}, "
        f"while the training loss fell from {loss:.4f} to {last_loss:.4f}: what is learned after epoch {epoch} helps "
        "with the training images only."
    )
    return OverfittingMark(epoch, (near[0], epoch + 1), why)


def last_gap(rows: Sequence[Metric]) -> float | None:
    """Training minus validation accuracy after the last epoch; None where one of them is not known."""
    epochs = [row for row in rows if row.kind == "epoch" and row.accuracy is not None and row.val_accuracy is not None]
    if not epochs or epochs[-1].accuracy is None or epochs[-1].val_accuracy is None:
        return None
    return epochs[-1].accuracy - epochs[-1].val_accuracy
