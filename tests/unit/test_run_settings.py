"""How to train: ranges, and errors that say which field."""

import math
from typing import Any

import pytest

from cnn_builder.runs import RunSettings, RunSettingsError


def test_defaults() -> None:
    settings = RunSettings()
    assert (settings.epochs, settings.batch_size, settings.optimizer, settings.learning_rate) == (5, 32, "Adam", 0.001)
    assert (settings.validation_split, settings.validation_data, settings.seed) == (0.1, "split", 0)
    assert RunSettings(**settings.model_dump(mode="json")) == settings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("epochs", 10_001),
        ("epochs", True),
        ("epochs", 2.5),
        ("epochs", "5"),
        ("batch_size", 0),
        ("batch_size", 8193),
        ("optimizer", "adam"),
        ("learning_rate", 0),
        ("learning_rate", math.nan),
        ("learning_rate", math.inf),
        ("learning_rate", 11),
        ("validation_split", 1),
        ("validation_split", -0.1),
        ("validation_data", "train"),
        ("train_limit", 0),
        ("test_limit", -1),
        ("seed", -1),
        ("momentum", 0.9),
    ],
)
def test_errors_name_field_expected_and_received(field: str, value: Any) -> None:
    with pytest.raises(RunSettingsError) as caught:
        RunSettings(**{field: value})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: expected ") and repr(value) in str(caught.value)


def test_a_whole_number_will_do_for_a_float() -> None:
    assert RunSettings(learning_rate=1).learning_rate == 1.0
    assert RunSettings(validation_split=0).validation_split == 0.0
