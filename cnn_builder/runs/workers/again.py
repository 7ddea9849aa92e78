"""Training a run's request again with other seeds."""

from collections.abc import Iterable

from cnn_builder.data import find_dataset
from cnn_builder.runs.errors import RunStateError
from cnn_builder.runs.models import Run
from cnn_builder.runs.store import Store

MOST_SEEDS = 50
"""In one go: a queue of more is rather a mistake than a wish."""
LAST_SEED = 2**31 - 1


def free_seeds(taken: Iterable[int], first: int, count: int) -> list[int]:
    """The next `count` seeds after `first` that are not taken; after the largest one they begin at 0."""
    known, seed = set(taken) | {first}, first
    found: list[int] = []
    while len(found) < count:
        seed = 0 if seed >= LAST_SEED else seed + 1
        if seed not in known:
            found.append(seed)
    return found


def why_not_again(store: Store, run: Run) -> str | None:
    """Why a run's request cannot be repeated with other seeds; None where it can."""
    if run.imported is not None:
        return "it was imported, and how it was trained is not known"
    if find_dataset(run.dataset) is None:
        return "its data set was deleted"
    if not store.seed_runs(run.run_id):
        return "it began with the weights of another run, or its learning rate was changed by hand"
    return None


def train_again(store: Store, run: Run, count: int, click: str | None = None) -> list[Run]:
    """Queue the run's request with `count` further seeds; its own drawings, if any, as it took them.

    Args:
        click: names this request, so that a second one for the same click makes no further runs.

    Raises RunStateError where it cannot be repeated, or `count` is not from 1 to 50; StoreError.
    """
    if not 1 <= count <= MOST_SEEDS:
        raise RunStateError(f"Expected 1 to {MOST_SEEDS} further seeds, received {count}.")
    reason = why_not_again(store, run)
    if reason is not None:
        raise RunStateError(f"Run {run.run_id} cannot be trained again with other seeds: {reason}.")
    store.expect_room(count)  # all or none
    drawings = store.drawings(run.run_id) if run.settings.own_drawings else None
    taken = [one.settings.seed for one in store.seed_runs(run.run_id)]
    made = []
    for place, seed in enumerate(free_seeds(taken, run.settings.seed, count)):
        settings = run.settings.model_copy(update={"seed": seed})
        key = f"{click}-{place}" if click else None
        made.append(store.create_run(run.architecture, run.dataset, settings, run.name, key, drawings))
    return made
