"""Which epoch is kept: one rule, asked by the training, the curves and the texts."""

from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.figures.curve_feed import next_rows
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.results.best_epoch import BestEpoch, best_epoch, best_words, improves, rule_words

SPLIT = RunSettings()
TEST = RunSettings(validation_data="test", validation_split=0.0)
NONE = RunSettings(validation_split=0.0)


def epochs(*accuracies: float | None) -> list[Metric]:
    return [Metric(place, place, "epoch", 1, 0.5, 1, value, seq=place) for place, value in enumerate(accuracies, 1)]


def test_the_best_epoch_is_carried_from_delivery_to_delivery() -> None:
    assert best_epoch(SPLIT, epochs(0.8, 0.7)) == BestEpoch(1, 0.8)
    later = [Metric(3, 3, "epoch", 1, 0.5, 1, 0.8)]
    assert best_epoch(SPLIT, later, BestEpoch(1, 0.8)) == BestEpoch(1, 0.8)  # the earliest of equals
    assert best_epoch(SPLIT, later, BestEpoch(1, 0.7)) == BestEpoch(3, 0.8)
    assert best_epoch(SPLIT, []) is None


@pytest.mark.parametrize("settings", [TEST, NONE])
def test_without_a_validation_split_the_last_epoch_is_kept(settings: RunSettings) -> None:
    found = best_epoch(settings, epochs(0.9, 0.7))
    assert found is not None and found.epoch == 2
    assert improves(settings, 0.1, 0.9) and "last epoch, 2" in best_words(settings, 2)
    assert rule_words(settings) == "The model of the last epoch is kept."


def test_the_words_say_by_what_it_is_the_best() -> None:
    assert best_words(SPLIT, 4) == "best epoch 4 by validation accuracy"
    assert rule_words(SPLIT) == "The model of the epoch with the highest validation accuracy is kept."
    assert "Early stopping goes by the validation loss instead" in rule_words(RunSettings(early_stopping=3))
    by_accuracy = RunSettings(early_stopping=3, monitor="val_accuracy")
    assert "instead" not in rule_words(by_accuracy)


@pytest.mark.parametrize(("settings", "while_it_trains", "ended"), [(SPLIT, 1, 1), (TEST, None, 2)])
def test_the_chart_marks_what_is_kept(
    own_home: Path, settings: RunSettings, while_it_trains: int | None, ended: int
) -> None:
    own_home.mkdir(parents=True)
    with Store(f"sqlite:///{own_home / 'runs.sqlite'}") as store:
        run_id = store.create_run(PRESETS["L2"].architecture, "digits", settings).run_id
        store.claim_next(1)
        store.begin(run_id, 5)
        store.append(run_id, epochs(0.9, 0.7))
        assert next_rows(store.get(run_id), store, {})["best"] == while_it_trains
        store.finish(run_id, "finished", None, {"best_epoch": ended})
        sent = next_rows(store.get(run_id), store, {})
        assert sent["best"] == ended
        assert sent["best_words"].startswith("best: 1, by" if ended == 1 else "kept: 2, the last")
