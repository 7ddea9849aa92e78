"""The coach on curves made up for each diagnosis, with noise, and on curves of which nothing can be said."""

import dataclasses
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Metric, Run, RunSettings, Store
from cnn_builder.runs.coach import Finding, findings
from cnn_builder.ui.train import coach
from cnn_builder.ui.train.coach import CoachFeeds, run_findings

Shape = Callable[[int], float]
GUESS = math.log(10)


def a_run(status: str = "finished", **settings: object) -> Run:
    chosen = RunSettings(**settings)
    return Run("abc12345", "L2", status, None, "mnist", PRESETS["L2"].architecture, chosen, 1, 0.0, epoch=9)


def rows(train: Sequence[float], validation: Sequence[float] = (), accuracy: Sequence[float] = ()) -> list[Metric]:
    """Epoch rows; accuracies follow from the losses where they are not given, or are the same of both."""
    made = []
    for place, loss in enumerate(train):
        val = validation[place] if validation else None
        right = accuracy[place] if accuracy else max(0.1, 1 - loss / GUESS)
        val_right = None if val is None else right if accuracy else max(0.1, 1 - val / GUESS)
        made.append(Metric(place + 1, 10 * (place + 1), "epoch", loss, right, val, val_right, 1.0, place + 1))
    return made


def codes(found: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in found]


def noisy(shape: Shape, count: int, share: float, seed: int) -> list[float]:
    noise = random.Random(seed)
    return [shape(epoch) * (1 + share * noise.gauss(0, 1)) for epoch in range(1, count + 1)]


def healthy(epoch: int) -> float:
    return 0.08 + 0.9 * math.exp(-epoch / 2)


def forgetful(epoch: int) -> float:
    return 0.25 + 1.2 * math.exp(-epoch / 1.5) + 0.03 * max(0, epoch - 5)


def learning(epoch: int) -> float:
    return 0.01 + 1.2 * math.exp(-epoch / 2)


def test_a_penalty_that_is_most_of_the_loss_is_told() -> None:
    run = a_run(epochs=5, l2=5.0)
    found = findings(run, rows([900, 800, 700, 650, 633], accuracy=[0.12, 0.13, 0.15, 0.16, 0.17]), 10)
    assert codes(found) == ["penalty_high"] and "633" in found[0].evidence
    assert found[0].suggested[0].settings.l2 == 0
    assert "penalty_high" not in codes(findings(a_run(epochs=5), rows([900, 800, 700, 650, 633]), 10))


def test_images_known_by_heart_are_a_gap_of_two_points() -> None:
    made = [
        dataclasses.replace(row, val_loss=0.12, val_accuracy=0.96)
        for row in rows([0.5, 0.1, 0.01, 0.001, 0.0003], accuracy=[0.9, 0.97, 1.0, 1.0, 1.0])
    ]
    assert codes(findings(a_run(epochs=5), made, 10, 300)) == ["overfitting"]
    assert codes(findings(a_run(epochs=5), made, 10, 60)) == ["fine"]  # of so few images it could be chance


def test_a_mild_gap_is_named_with_its_size_and_direction() -> None:
    """Lesson L2 of 10 epochs: the tutorial calls its gap the signature of overfitting."""
    train, validation = [0.30, 0.22, 0.19, 0.166], [0.33, 0.31, 0.299, 0.299]
    right, val_right = [0.89, 0.92, 0.93, 0.94], [0.88, 0.89, 0.893, 0.893]
    made = [
        dataclasses.replace(row, val_accuracy=value)
        for row, value in zip(rows(train, validation, right), val_right, strict=True)
    ]
    (found,) = findings(a_run(epochs=4), made, 10, 3000)
    assert (found.code, found.title) == ("mild_gap", "Mild overfitting")
    assert "training accuracy is 0.93 and validation accuracy 0.892: training is 0.038 ahead" in found.evidence
    assert "Training loss is 0.192 and validation loss 0.303: training is 0.111 ahead" in found.evidence
    assert found.suggested[0].title.startswith("Dropout")
    (found,) = findings(a_run(epochs=4), made, 10, 60)
    assert found.code == "fine" and "No sign of overfitting" not in found.evidence
    assert "training accuracy is 0.038 ahead of validation accuracy, which can be chance with 60" in found.evidence


def test_a_loss_gap_alone_is_named() -> None:
    made = rows([0.1, 0.05, 0.03, 0.02], [0.1, 0.08, 0.08, 0.08], [0.98, 0.99, 0.99, 0.99])
    assert codes(findings(a_run(), made, 10, 6000)) == ["mild_gap"]


def test_validation_ahead_of_training_is_no_overfitting() -> None:
    made = rows([0.9, 0.7, 0.6, 0.55], [0.6, 0.5, 0.45, 0.42])
    (found,) = findings(a_run(epochs=9), made, 10, 6000)
    assert found.code == "ahead" and "behind" in found.evidence and not found.suggested
    assert findings(a_run("running", epochs=9), made, 10, 6000) == ()


def test_it_says_nothing_of_two_epochs() -> None:
    assert findings(a_run("running", epochs=10), rows([2.0, 5.0], [2.0, 9.0]), 10) == ()
    assert findings(a_run(epochs=2), rows([2.0, 1.0], [2.0, 1.0]), 10) == ()
    assert findings(a_run(), [], 10) == ()


def test_overfitting_is_told_with_its_epochs_and_numbers() -> None:
    train, validation = [1.0, 0.5, 0.3, 0.2, 0.1, 0.06, 0.05], [0.9, 0.5, 0.4, 0.31, 0.35, 0.4, 0.42]
    (found,) = findings(a_run("running", epochs=20), rows(train, validation), 10)
    assert found.code == "overfitting"
    assert found.evidence == (
        "Validation loss rose from 0.31 (epoch 4) to 0.42 while training loss fell from 0.2 to 0.05."
    )
    dropout, early = found.suggested
    assert [layer.type for layer in dropout.architecture.layers][-2:] == ["Dropout", "Dense"]
    assert dropout.settings == RunSettings(epochs=20)
    assert early.settings.early_stopping == 3 and early.architecture == PRESETS["L2"].architecture


def test_a_gap_counts_only_beyond_the_chance_of_few_images() -> None:
    train, validation = [0.9, 0.5, 0.3, 0.2], [0.95, 0.6, 0.45, 0.4]  # accuracies 0.91 and 0.83 at the end
    assert codes(findings(a_run("running"), rows(train, validation), 10, 6000)) == ["overfitting"]
    assert "a gap of 0.0" in findings(a_run("running"), rows(train, validation), 10, 6000)[0].evidence
    assert codes(findings(a_run("running"), rows(train, validation), 10, 100)) == []


def test_a_network_with_dropout_is_advised_something_else() -> None:
    architecture = findings(a_run(), rows([1, 0.4, 0.2, 0.1], [1, 0.5, 0.7, 0.8]), 10)[0].suggested[0].architecture
    run = dataclasses.replace(a_run(), architecture=architecture)
    assert findings(run, rows([1, 0.4, 0.2, 0.1], [1, 0.5, 0.7, 0.8]), 10)[0].suggested[0].settings.l2 == 0.0001


def test_what_the_settings_do_not_allow_is_not_offered() -> None:
    run = a_run(validation_data="test", validation_split=0.0)
    (found,) = findings(run, rows([1, 0.4, 0.2, 0.1], [1, 0.5, 0.7, 0.8]), 10)
    assert [one.title for one in found.suggested] == ["Dropout 0.3 before the last Dense layer"]


@pytest.mark.parametrize("seed", range(20))
def test_overfitting_is_seen_through_noise(seed: int) -> None:
    made = rows(noisy(learning, 20, 0.05, seed), noisy(forgetful, 20, 0.04, 100 + seed))
    assert "overfitting" in codes(findings(a_run(epochs=20), made, 10, 5000))


def test_noise_alone_is_no_finding() -> None:
    """Of 300 healthy curves with 4 % of noise, at most 3 are spoken ill of."""
    ill = {"overfitting", "mild_gap", "ahead", "rate_high", "rate_low", "not_learning", "underfitting"}
    wrong = 0
    for seed in range(300):
        count = 4 + seed % 30
        made = rows(noisy(healthy, count, 0.04, seed), noisy(healthy, count, 0.04, 1000 + seed))
        wrong += bool(ill & set(codes(findings(a_run(epochs=count), made, 10, 1000))))
    assert wrong <= 3


def test_jumps_of_the_training_loss_mean_a_high_rate() -> None:
    train = [1.2, 0.7, 0.9, 0.5, 0.8, 0.45, 0.7]
    (found,) = findings(a_run("running"), rows(train, train), 10)
    assert found.code == "rate_high"
    assert found.evidence == "Training loss rose in 3 of the last 6 epochs, most strongly from 0.5 (epoch 4) to 0.8."
    assert found.suggested[0].title == "Learning rate 0.0003" and found.suggested[0].settings.learning_rate == 0.0003


def test_swings_that_a_falling_rate_has_calmed_are_no_high_rate() -> None:
    """First-reader with its own cosine schedule, as recorded: at its end there is nothing left to calm."""
    train = [0.69, 0.236, 0.191, 0.155, 0.124, 0.098, 0.086, 0.082, 0.058, 0.060, 0.064, 0.060]
    validation = [2.06, 0.629, 0.205, 0.173, 0.200, 0.050, 0.082, 0.059, 0.043, 0.047, 0.037, 0.0375]
    made = rows(train, validation)
    assert "rate_high" not in codes(findings(a_run(epochs=12, schedule="cosine"), made, 10))


def test_swings_and_spikes_mean_a_high_rate() -> None:
    smooth = [1.2, 0.8, 0.6, 0.5, 0.45, 0.42, 0.4, 0.39]
    swinging = [1.3, 0.7, 1.1, 0.6, 0.95, 0.5, 0.9, 0.5]
    assert "oscillates between 0.5 and 1.3" in findings(a_run("running"), rows(smooth, swinging), 10)[0].evidence
    batches = [5.0 if place in (30, 40, 50) else 0.4 for place in range(60)]
    steps = [Metric(2, place, "step", loss, 0.9, seq=100 + place) for place, loss in enumerate(batches)]
    (found,) = findings(a_run("running"), [*rows(smooth, smooth), *steps], 10)
    assert found.code == "rate_high" and "spiked 3 times, up to 5." in found.evidence


def test_as_good_as_guessing() -> None:
    dead = rows([9.0, 2.31, 2.30, 2.30], [2.3] * 4, [0.1] * 4)
    (found,) = findings(a_run("running", learning_rate=0.1), dead, 10)
    assert found.code == "rate_high" and "guessing gives 2.3 and 0.1" in found.evidence
    assert found.suggested[0].settings.learning_rate == 0.01
    crawling = rows([2.302, 2.301, 2.300, 2.299], [2.3] * 4, [0.11] * 4)
    (found,) = findings(a_run("running", optimizer="SGD", learning_rate=0.0001), crawling, 10)
    assert found.code == "rate_low" and found.suggested[0].settings.learning_rate == 0.001
    stuck = rows([2.303, 2.304, 2.302, 2.303], [2.3] * 4, [0.1] * 4)
    assert codes(findings(a_run("running"), stuck, 10)) == ["not_learning"]


def test_an_even_slow_fall_means_a_low_rate() -> None:
    train = [2.25, 2.15, 2.06, 1.97, 1.89, 1.80]
    (found,) = findings(a_run(optimizer="SGD", learning_rate=0.001, epochs=6), rows(train, train), 10)
    assert found.code == "rate_low" and found.suggested[0].settings.learning_rate == 0.003
    assert "about 0.085 per epoch, from 2.25 to 1.8 in 6 epochs" in found.evidence
    slowing = [1.6, 1.3, 1.15, 1.1, 1.07, 1.05]  # steep at first: the rate is not what holds it
    assert "rate_low" not in codes(findings(a_run("running"), rows(slowing, slowing), 10))


def test_a_warm_up_is_not_taken_for_a_low_rate() -> None:
    train = [2.25, 2.15, 2.06, 1.97]
    assert codes(findings(a_run("running", epochs=20, warmup_epochs=5.0), rows(train, train), 10)) == []


def test_underfitting_and_plateau() -> None:
    level = [1.5, 1.1, 1.0, 0.99, 1.0, 0.99, 1.0, 0.995]
    (found,) = findings(a_run(l2=0.01), rows(level, level, [0.7] * 8), 10)
    assert found.code == "underfitting" and found.suggested[0].title == "No L2 penalty"
    assert "since epoch 4: training loss 0.995, accuracy 0.7" in found.evidence
    (found,) = findings(a_run(), rows(level, level, [0.95] * 8), 10)
    assert found.code == "plateau" and found.suggested[0].settings.schedule == "cosine"
    assert codes(findings(a_run(), rows(level, level, [0.995] * 8), 10)) == ["fine"]


def test_more_epochs_only_once_it_has_ended() -> None:
    falling = [1.4, 0.9, 0.65, 0.5, 0.41]
    (found,) = findings(a_run(epochs=5), rows(falling, falling), 10)
    assert found.code == "short" and found.suggested[0].settings.epochs == 10
    assert found.evidence == "Validation loss was still falling at the end: 0.65, 0.5, 0.41 in the last three epochs."
    assert findings(a_run("running", epochs=5), rows(falling, falling), 10) == ()
    assert codes(findings(a_run(epochs=9), rows(falling, falling), 10)) == ["fine"]  # stopped before its last epoch


def test_divergence_is_told_at_once() -> None:
    made = [*rows([1.2]), Metric(2, 15, "step", 80.5, 0.1, seq=2), Metric(2, 20, "step", None, 0.1, seq=3)]
    (found,) = findings(a_run("diverged", learning_rate=0.3), made, 10)
    assert found.code == "diverged" and "after 80.5 in epoch 2" in found.evidence
    assert found.suggested[0].settings.learning_rate == 0.03


def test_without_validation_images_the_training_loss_has_to_do() -> None:
    falling = [1.4, 0.9, 0.65, 0.5, 0.41]
    (found,) = findings(a_run(epochs=5, validation_split=0.0), rows(falling), 10)
    assert found.evidence.startswith("Training loss was still falling")


def test_the_page_reads_each_row_once(own_home: Path) -> None:
    own_home.mkdir(parents=True)
    with Store(f"sqlite:///{own_home / 'runs.sqlite'}") as store:
        run_id = store.create_run(PRESETS["L2"].architecture, "digits", RunSettings(epochs=20)).run_id
        store.claim_next(1)
        store.begin(run_id, 200)
        made = rows([1.0, 0.5, 0.3, 0.2, 0.1, 0.06, 0.05], [0.9, 0.5, 0.4, 0.31, 0.45, 0.5, 0.52])
        feed: dict[str, object] = {}
        store.append(run_id, made[:2])
        store.beat(run_id, 20, 2)
        assert run_findings(store.get(run_id), store, feed) == ()
        store.append(run_id, made[2:])
        assert codes(run_findings(store.get(run_id), store, feed)) == ["overfitting"]
        assert codes(run_findings(store.get(run_id), store, feed)) == ["overfitting"]
        assert len(feed["epochs"]) == 7  # type: ignore[arg-type]


def test_all_who_watch_a_run_share_what_was_read_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty pages that watch one run hold its rows once, and each row is read once."""
    read: list[int] = []

    class Counting(Store):
        def metrics(self, run_id: str, after: int = 0, kind: str | None = None) -> list[Metric]:
            found = super().metrics(run_id, after, kind)
            read.append(len(found))
            return found

    made = rows([1.0, 0.5, 0.3, 0.2, 0.1, 0.06, 0.05], [0.9, 0.5, 0.4, 0.31, 0.45, 0.5, 0.52])
    with Counting(f"sqlite:///{tmp_path / 'runs.sqlite'}") as store:
        architecture = PRESETS["L2"].architecture
        first, second = (store.create_run(architecture, "mnist", RunSettings(seed=seed)).run_id for seed in (0, 1))
        for run_id in (first, second):
            store.claim_next(9)
            store.begin(run_id, 70)
            store.append(run_id, made)
            store.beat(run_id, 70, 7)
        feeds = CoachFeeds()
        found = feeds.findings(store.get(first), store)
        assert codes(found) == ["overfitting"] and sum(read) == len(made)
        assert feeds.findings(store.get(first), store) is found and sum(read) == len(made)
        monkeypatch.setattr(coach, "MOST_FEEDS", 1)
        assert codes(feeds.findings(store.get(second), store)) == ["overfitting"] and sum(read) == 2 * len(made)
        assert codes(feeds.findings(store.get(first), store)) == ["overfitting"] and sum(read) == 3 * len(made)
