"""Runs that are at work as far as the store knows, so that a server starts none of those that a test makes."""

from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.networks import TINY


def take_all_places(settings: Settings) -> None:
    """Call it before the server's first page is opened: from then on the server looks for queued runs."""
    with Store.open(settings) as store:
        for seed in range(settings.max_active_runs):
            run_id = store.create_run(TINY, "digits", RunSettings(seed=seed), "In the way").run_id
            assert store.claim_next(settings.max_active_runs) is not None
            store.take(run_id)
            store.begin(run_id, 1)
