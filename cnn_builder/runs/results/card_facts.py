"""What a model card is made of, gathered from the store and the run's folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cnn_builder.data import DatasetError, find_dataset
from cnn_builder.data.sets.fingerprint import dataset_fingerprint
from cnn_builder.runs.exports.formats import CHECKED_FORMATS
from cnn_builder.runs.exports.kept import FormatCheck, kept_check
from cnn_builder.runs.image_kind import settings_for_run
from cnn_builder.runs.models import Metric, Run
from cnn_builder.runs.results.evaluation import Evaluation, read_evaluation
from cnn_builder.runs.results.seeds import SeedScores, seed_scores
from cnn_builder.runs.robustness.rows import RobustnessRow, robustness_rows
from cnn_builder.runs.store import Store
from cnn_builder.runs.store.events import Event
from cnn_builder.settings import Settings


@dataclass(frozen=True)
class CardFacts:
    """A run with what is known of it.

    Attributes:
        metrics: the epochs'.
        details: its errors; None where none were kept.
        fingerprint: of its data set; None where that is not on this machine.
        seeds: what runs of the same request with other seeds reached; None where there are none.
        checks: its other formats, by key.
        robustness: what was measured of what breaks it; empty where nothing was.
    """

    run: Run
    metrics: Sequence[Metric] = ()
    events: Sequence[Event] = ()
    details: Evaluation | None = None
    fingerprint: str | None = None
    seeds: SeedScores | None = None
    checks: Mapping[str, FormatCheck] = field(default_factory=dict)
    robustness: Sequence[RobustnessRow] = ()


def card_facts(run: Run, store: Store, settings: Settings) -> CardFacts:
    """Gather them. Raises StoreError."""
    checks = {form: kept_check(run, settings, form) for form in CHECKED_FORMATS}
    return CardFacts(
        run,
        store.metrics(run.run_id, kind="epoch"),
        store.events(run.run_id),
        read_evaluation(settings.run_folder(run.run_id)) if (run.evaluation or {}).get("details") else None,
        _fingerprint(run, settings),
        seed_scores(store.seed_runs(run.run_id)),
        {form: check for form, check in checks.items() if check is not None},
        robustness_rows(run, settings, store.list(None)),
    )


def _fingerprint(run: Run, settings: Settings) -> str | None:
    if find_dataset(run.dataset, settings_for_run(run)) is None:  # none, or deleted
        return None
    try:
        return dataset_fingerprint(run.dataset, settings)
    except DatasetError:  # the card says that it is not known
        return None
