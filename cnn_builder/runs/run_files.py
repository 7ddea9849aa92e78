"""What a run's folder holds: the names of its files, for those who write them and those who look for them."""

from pathlib import Path

BEST = "best.keras"
INITIAL = "initial.keras"
"""The weights that a run begins with, where they are those of another run."""
EPOCHS = "epochs"
LAST_STATE = "last.checkpoint"


def epoch_weights(folder: Path) -> dict[int, Path]:
    """The files with the weights of a run's epochs, by epoch from 1; `folder` is the run's own.

    Each is an `.npz` whose arrays, in order, are the model's weights.
    """
    return {int(path.name.partition(".")[0]): path for path in sorted((folder / EPOCHS).glob("*.weights.npz"))}
