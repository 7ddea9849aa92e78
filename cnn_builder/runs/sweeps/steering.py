"""What a sweep does while its runs are at work: it stops those that are not promising, and all when its time is over.

Nobody's job in particular, as the queue: whoever looks after the runs calls `steer`, and what is decided follows from
the store alone, so that it does not matter who does, or whether that process was another one before.
"""

import logging
from collections.abc import Mapping, Sequence

from cnn_builder.runs.models import AnyRun, Metric
from cnn_builder.runs.store import Store
from cnn_builder.runs.sweeps.plan import HALVING, Sweep

REDUCTION = 2
"""Successive halving: after 1, 2, 4, 8, … epochs the better half goes on."""


def steer(store: Store) -> None:
    """Stop the runs of every sweep that ought to be stopped now. Raises StoreError."""
    for sweep in store.steered_sweeps():
        runs = store.runs_of(sweep)
        active = [one for one in sweep.candidates if one.stopped is None and _is_active(runs.get(one.run_id))]
        minutes = sweep.plan.minutes
        if minutes is not None and seconds_trained(store, runs) >= minutes * 60:
            for candidate in active:
                store.stop_candidate(sweep, candidate, f"the sweep's {minutes:g} minutes of training are over")
        elif sweep.plan.search == HALVING:
            epochs = {one.number: store.metrics(one.run_id, kind="epoch") for one in sweep.candidates}
            told = unpromising(sweep, epochs)
            for candidate in active:
                if candidate.number in told:
                    store.stop_candidate(sweep, candidate, told[candidate.number])


def _is_active(run: AnyRun | None) -> bool:
    return run is not None and run.is_active


def seconds_trained(store: Store, runs: Mapping[str, AnyRun]) -> float:
    """How long the runs have trained, all together; by their own count, which no jump of the clock changes."""
    total = 0.0
    for run_id, run in runs.items():
        if run.seconds is not None:
            total += run.seconds
        else:
            total += sum(row.seconds or 0.0 for row in store.latest(run_id, "step", 1))
    return total


def unpromising(sweep: Sweep, epochs: Mapping[int, Sequence[Metric]]) -> dict[int, str]:
    """The candidates that successive halving would have stopped by now, by number, each with the reason.

    Decided by Optuna's asynchronous pruner: a candidate is compared with those before it that have come as far, so
    that none has to wait for the others. Source: L. Li et al., "A system for massively parallel hyperparameter
    tuning", MLSys 2020.

    Args:
        epochs: each candidate's rows of whole epochs, by number.
    """
    import optuna  # here, not above: most servers never sweep

    logging.getLogger("optuna").setLevel(logging.WARNING)
    pruner = optuna.pruners.SuccessiveHalvingPruner(
        min_resource=1, reduction_factor=REDUCTION, min_early_stopping_rate=0
    )
    study = optuna.create_study(direction="maximize", pruner=pruner)
    told: dict[int, str] = {}
    for candidate in sweep.candidates:
        trial = study.ask()
        for row in epochs.get(candidate.number, ()):
            if row.val_accuracy is None or row.epoch >= sweep.settings.epochs:
                continue
            trial.report(row.val_accuracy, row.epoch)
            if trial.should_prune():
                told[candidate.number] = _reason(row)
                break
    return told


def _reason(row: Metric) -> str:
    after = "1 epoch" if row.epoch == 1 else f"{row.epoch} epochs"
    return f"after {after} its validation accuracy, {row.val_accuracy:.4f}, was not among the better half"
