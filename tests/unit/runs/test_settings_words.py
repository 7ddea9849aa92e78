"""Settings in words, and the lessons' in one line."""

from typing import Any

import pytest

from cnn_builder.runs import RunSettings
from cnn_builder.runs.settings.lessons import LESSONS, lesson_of, lesson_words
from cnn_builder.runs.settings.words import setting_rows, setting_words, unusual_words


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, []),
        ({"validation_data": "test", "validation_split": 0.0}, ["validated on the test images"]),
        ({"validation_split": 0.0}, ["no validation"]),
        ({"validation_split": 0.125}, ["validation split 12.5 %"]),
        ({"epochs": 1, "train_limit": 15_000, "test_limit": 1}, None),
        ({"schedule": "cosine", "warmup_epochs": 1}, ["cosine schedule", "warm-up epochs 1"]),
        ({"early_stopping": 2, "monitor": "val_accuracy"}, None),
        ({"shuffle": False, "deterministic": True, "precision": "mixed_bfloat16"}, None),
    ],
)
def test_what_is_not_the_default_in_words(settings: dict[str, Any], words: list[str] | None) -> None:
    expected = {
        "epochs": ["1 epoch", "first 15,000 training images", "first 1 test image"],
        "early_stopping": ["early stopping after 2 epochs", "monitor validation accuracy"],
        "shuffle": ["not shuffled", "deterministic", "mixed bfloat16"],
    }
    if words is None:
        words = expected[next(iter(settings))]
    assert unusual_words(RunSettings(**settings)) == words
    assert unusual_words(settings) == words


def test_every_setting_has_words_of_its_own() -> None:
    words = [setting_words(name, value) for name, value in RunSettings().model_dump().items()]
    assert len(set(words)) == len(words)
    assert not any("_" in text for text in words)


def test_yes_and_no_are_words_too() -> None:
    """They tell runs of one name apart: "L1 (own drawings added)" from "L1 (no own drawings)"."""
    for name, value in RunSettings().model_dump().items():
        if isinstance(value, bool):
            for words in (setting_words(name, True), setting_words(name, False)):
                assert "True" not in words and "False" not in words, name


def test_the_rows_of_a_table_are_words() -> None:
    rows = setting_rows(RunSettings(train_limit=1_500, class_weight=(1.0, 2.5), shuffle=False, monitor="val_accuracy"))
    titles = {name: (title, value) for name, title, value in rows}
    assert titles["validation_split"] == ("Validation", "validation split 10 %") and "validation_data" not in titles
    assert titles["train_limit"] == ("Training images", "first 1,500")
    assert titles["test_limit"] == ("Test images", "all")
    assert titles["class_weight"] == ("Class weights", "1, 2.5") and titles["shuffle"] == ("Shuffle", "no")
    assert titles["monitor"] == ("Monitor", "validation accuracy") and titles["l2"] == ("L2 penalty", "0")
    assert len({title for title, _ in titles.values()}) == len(rows)
    assert not any("_" in title + value for title, value in titles.values())


def test_some_may_be_left_out() -> None:
    assert unusual_words(RunSettings(epochs=9, seed=3), ("epochs",)) == ["seed 3"]


def test_a_lesson_is_known_by_its_networks_name() -> None:
    assert lesson_of("L2") is lesson_of("l2 valid") is LESSONS["L2"]
    assert lesson_of("L20") is lesson_of("Lean-99.4") is lesson_of("") is None


def test_what_a_lesson_asks_for() -> None:
    assert lesson_words(LESSONS["L1"]) == "all images · validated on the test images · 5 epochs · batch size 32"
