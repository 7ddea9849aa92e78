"""How to train: ranges, what goes together, and errors that say which field."""

import json
import math
from typing import Any

import pytest

from cnn_builder.runs import OPTIMIZERS, RunSettings, RunSettingsError
from cnn_builder.runs.settings import ABOUT, MONITORS, PRECISIONS, SCHEDULES, field_errors
from cnn_builder.runs.settings.combinations import OPTIMIZER_OPTIONS, SCHEDULE_OPTIONS


def test_defaults() -> None:
    settings = RunSettings()
    assert (settings.epochs, settings.batch_size, settings.optimizer, settings.learning_rate) == (5, 32, "Adam", 0.001)
    assert (settings.validation_split, settings.validation_data, settings.seed) == (0.1, "split", 0)
    assert RunSettings(**settings.model_dump(mode="json")) == settings


def test_a_run_of_an_older_version_loads_as_it_was() -> None:
    stored = (
        '{"epochs":7,"batch_size":64,"optimizer":"SGD","learning_rate":0.1,"validation_split":0.2,'
        '"validation_data":"split","train_limit":null,"test_limit":50,"seed":3}'
    )
    settings = RunSettings(**json.loads(stored))
    assert (settings.epochs, settings.optimizer, settings.test_limit) == (7, "SGD", 50)
    changed = settings.model_dump(exclude=set(json.loads(stored)))
    assert changed == {name: value for name, value in RunSettings().model_dump().items() if name in changed}


FULL: dict[str, Any] = {
    **{"optimizer": "RMSprop", "momentum": 0.5, "rho": 0.8, "epsilon": 1e-6, "weight_decay": 0.01, "clipnorm": 1},
    **{"schedule": "cosine", "warmup_epochs": 0.5, "final_fraction": 0.1, "l2": 1e-4, "label_smoothing": 0.1},
    **{"class_weight": (1.0, 2.0, 0.0), "early_stopping": 3, "reduce_on_plateau": 2, "plateau_factor": 0.5},
    **{"min_delta": 0.001, "monitor": "val_accuracy", "shuffle": False, "deterministic": True},
    **{"precision": "mixed_bfloat16"},
}


def test_everything_set_comes_back_from_json() -> None:
    settings = RunSettings(**FULL)
    assert RunSettings(**json.loads(json.dumps(settings.model_dump(mode="json")))) == settings
    assert hash(settings) == hash(RunSettings(**FULL))


@pytest.mark.parametrize(
    ("field", "known"),
    [("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("monitor", MONITORS), ("precision", PRECISIONS)],
)
def test_a_choice_takes_what_the_form_and_the_command_line_offer(field: str, known: tuple[str, ...]) -> None:
    assert RunSettings.model_json_schema()["properties"][field]["enum"] == list(known)


def test_every_setting_is_told_about() -> None:
    assert set(ABOUT) == set(RunSettings.model_fields)
    assert set(OPTIMIZER_OPTIONS) == set(OPTIMIZERS) and set(SCHEDULE_OPTIONS) == set(SCHEDULES)


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
        ("momentum", 1.0),
        ("nesterov", 1),
        ("beta_1", 1.0),
        ("epsilon", 0.0),
        ("weight_decay", -0.1),
        ("clipnorm", 0.0),
        ("clipvalue", math.inf),
        ("global_clipnorm", -1.0),
        ("schedule", "cosin"),
        ("warmup_epochs", -1.0),
        ("final_fraction", 1.5),
        ("decay_epochs", 0.0),
        ("decay_rate", 0.0),
        ("l2", math.nan),
        ("label_smoothing", 1.0),
        ("class_weight", "balance"),
        ("class_weight", []),
        ("class_weight", [1.0, -1.0]),
        ("class_weight", [1.0, "2"]),
        ("class_weight", (0.0, 0.0)),
        ("class_weight", {0: 1.0}),
        ("early_stopping", 0),
        ("reduce_on_plateau", 1.5),
        ("plateau_factor", 1.0),
        ("min_delta", -1.0),
        ("monitor", "loss"),
        ("shuffle", "yes"),
        ("deterministic", 1),
        ("precision", "float16"),
        ("magic", 0.9),
    ],
)
def test_errors_name_field_expected_and_received(field: str, value: Any) -> None:
    with pytest.raises(RunSettingsError) as caught:
        RunSettings(**{field: value})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: expected ") and repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"momentum": 0.9}, "momentum", "SGD and RMSprop"),
        ({"optimizer": "SGD", "nesterov": True}, "nesterov", "momentum above 0"),
        ({"optimizer": "Adagrad", "beta_1": 0.9}, "beta_1", "Adam"),
        ({"optimizer": "Lion", "epsilon": 1e-7}, "epsilon", "option of"),
        ({"optimizer": "SGD", "amsgrad": True}, "amsgrad", "AdamW"),
        ({"clipnorm": 1.0, "clipvalue": 0.5}, "clipvalue", "clipnorm is set"),
        ({"warmup_epochs": 5.0}, "warmup_epochs", "less than the 5 epochs"),
        ({"early_stopping": 2, "validation_split": 0.0}, "early_stopping", "validation split"),
        ({"reduce_on_plateau": 2, "validation_data": "test"}, "reduce_on_plateau", "must not decide"),
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(RunSettingsError, match=words) as caught:
        RunSettings(**settings)
    assert caught.value.field == field


def test_all_that_is_wrong_is_found_at_once() -> None:
    wrong = field_errors({"momentum": 0.9, "warmup_epochs": 9.0, "l2": -1.0, "epochs": 4})
    assert set(wrong) == {"momentum", "warmup_epochs", "l2"}
    assert field_errors(FULL) == {}


def test_a_whole_number_will_do_for_a_float() -> None:
    assert RunSettings(learning_rate=1).learning_rate == 1.0
    assert RunSettings(validation_split=0).validation_split == 0.0
    assert RunSettings(class_weight=[1, 2]).class_weight == (1.0, 2.0)
