"""Between the Train form's values, by the names of its fields, and the settings of a run."""

import math
from collections.abc import Iterable
from typing import Any

from cnn_builder.data import DatasetInfo
from cnn_builder.runs import RunSettings, RunSettingsError
from cnn_builder.runs.settings import MONITORS, OPTIMIZERS, PRECISIONS, SCHEDULES, field_errors
from cnn_builder.runs.settings.class_weights import parse_weights, weights_text
from cnn_builder.runs.settings.combinations import CLIPPING, applies

VALIDATION = {"split": "Split", "test": "Test images", "none": "None"}
WEIGHTS = {"none": "None", "balanced": "Balanced", "own": "Per class"}
CLIPS = {"none": "None", "clipnorm": "Norm per weight", "clipvalue": "Value", "global_clipnorm": "Global norm"}
_OWN = ("validation_split", "validation_data", "class_weight", *CLIPPING)  # asked for by fields of other names

DEFAULTS: dict[str, Any] = {
    **{name: value for name, value in RunSettings().model_dump().items() if name not in _OWN},
    **{"validation": "split", "split": 10.0, "clipping": "none", "clip": 1.0, "weights": "none", "own_weights": ""},
}
"""Every field of the form with what it begins with."""

_FIELD_OF = {
    "validation_split": "split",
    "validation_data": "validation",
    "class_weight": "own_weights",
} | dict.fromkeys(CLIPPING, "clip")


_CHOICES: dict[str, tuple[str, ...]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "monitor": MONITORS,
    "precision": PRECISIONS,
    "validation": tuple(VALIDATION),
    "clipping": tuple(CLIPS),
    "weights": tuple(WEIGHTS),
}
_WHOLE = ("epochs", "batch_size", "train_limit", "test_limit", "seed", "early_stopping", "reduce_on_plateau")
_LARGEST = 2**53 - 1  # a browser counts no further


def acceptable(name: str, value: Any) -> bool:
    """Whether a field can show this value, be it right or wrong for a run. A file may hold anything."""
    if name in _CHOICES:
        return value in _CHOICES[name]
    default = DEFAULTS[name]
    if isinstance(default, bool | str):
        return type(value) is type(default)
    if value is None:
        return default is None
    if name in _WHOLE:
        return type(value) is int and abs(value) <= _LARGEST
    return type(value) is float and math.isfinite(value)


def settings_of(names: Iterable[str]) -> set[str]:
    """The settings that the form's fields of these names ask for."""
    fields = set(names)
    return {name for name in RunSettings.model_fields if _FIELD_OF.get(name, name) in fields}


def requested(values: dict[str, Any], info: DatasetInfo) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings that the form's values ask for, by name, and what is wrong with them, by field of the form."""
    settings = {name: values[name] for name in RunSettings.model_fields if name in DEFAULTS and applies(values, name)}
    settings["train_limit"] = _limit(values["train_limit"], info.train_size)
    settings["test_limit"] = _limit(values["test_limit"], info.test_size)
    settings["validation_split"] = values["split"] / 100 if values["validation"] == "split" else 0.0
    settings["validation_data"] = "test" if values["validation"] == "test" else "split"
    if values["clipping"] != "none":
        settings[values["clipping"]] = values["clip"]
    wrong: dict[str, RunSettingsError] = {}
    try:
        text = {"none": "", "balanced": "balanced", "own": values["own_weights"]}[values["weights"]]
        settings["class_weight"] = parse_weights(text, info.classes)
    except RunSettingsError as error:
        wrong["class_weight"] = error
    wrong |= field_errors(settings)
    if "validation_split" in wrong:  # the field holds per cent
        wrong["validation_split"] = RunSettingsError("split", "a number from 0 to below 100", values["split"])
    return settings, {_FIELD_OF.get(name, name): error_words(error) for name, error in wrong.items()}


def request_settings(values: dict[str, Any], info: DatasetInfo) -> RunSettings:
    """The settings the form's values ask for. Raises RunSettingsError."""
    return RunSettings(**requested(values, info)[0])


def form_values(settings: RunSettings, info: DatasetInfo) -> dict[str, Any]:
    """The form's values that ask for these settings: the inverse of `request_settings`."""
    values = settings.model_dump(exclude=set(_OWN))
    if settings.validation_data == "test":
        values |= {"validation": "test"}
    elif settings.validation_split == 0:
        values |= {"validation": "none"}
    else:
        values |= {"validation": "split", "split": round(settings.validation_split * 100, 10)}
    clip = next((name for name in CLIPPING if getattr(settings, name) is not None), None)
    values |= {"clipping": clip, "clip": getattr(settings, clip)} if clip else {"clipping": "none"}
    weights = settings.class_weight
    if isinstance(weights, tuple):
        return values | {"weights": "own", "own_weights": weights_text(weights, info.classes)}
    return values | {"weights": weights or "none"}


def error_words(error: RunSettingsError) -> str:
    """An error as it stands under its field, which names it already."""
    return f"Expected {error.expected}; received {_shown(error.received)}."


def _shown(received: Any) -> str:
    if received is None:
        return "nothing"
    if isinstance(received, float):
        return f"{received:g}"
    return str(received).lower() if isinstance(received, bool) else f"{received}"


def _limit(value: int | None, size: int) -> int | None:
    """All images are asked for by None, however the user said so."""
    return None if value is None or value >= size else value
