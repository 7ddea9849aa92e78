"""Settings as people write them: "first 15,000 training images", "validation split 20 %", "momentum 0.9"."""

from collections.abc import Collection, Mapping
from typing import Any

from cnn_builder.runs.settings import RunSettings

_PLAIN = {
    "l2": "L2 penalty",
    "beta_1": "beta 1",
    "beta_2": "beta 2",
    "clipnorm": "gradients clipped to a norm per weight of",
    "clipvalue": "gradients clipped to a value of",
    "global_clipnorm": "gradients clipped to a global norm of",
    "min_delta": "minimum improvement",
    "warmup_epochs": "warm-up epochs",
}
"""Settings whose words are not their name with spaces."""
_FLAGS = {
    ("nesterov", True): "Nesterov momentum",
    ("nesterov", False): "no Nesterov momentum",
    ("amsgrad", True): "AMSGrad",
    ("amsgrad", False): "no AMSGrad",
    ("shuffle", True): "shuffled",
    ("shuffle", False): "not shuffled",
    ("own_drawings", True): "own drawings added",
    ("own_drawings", False): "no own drawings",
    ("deterministic", True): "deterministic",
    ("deterministic", False): "not deterministic",
    ("precision", "mixed_bfloat16"): "mixed bfloat16",
    ("monitor", "val_loss"): "monitor validation loss",
    ("monitor", "val_accuracy"): "monitor validation accuracy",
    ("class_weight", "balanced"): "balanced class weights",
}
VALIDATION = ("validation_split", "validation_data")
_TITLES = {
    "l2": "L2 penalty",
    "amsgrad": "AMSGrad",
    "train_limit": "training images",
    "test_limit": "test images",
    "class_weight": "class weights",
    "min_delta": "minimum improvement",
    "warmup_epochs": "warm-up epochs",
    "clipnorm": "clip gradients to a norm per weight of",
    "clipvalue": "clip gradients to a value of",
    "global_clipnorm": "clip gradients to a global norm of",
}
"""Settings whose title in a table is not their name with spaces."""


def setting_words(name: str, value: Any) -> str:
    """One setting in words; how a run is validated takes both of `VALIDATION`, see `validation_words`."""
    if (name, value) in _FLAGS:
        return _FLAGS[name, value]
    match name:
        case "epochs":
            return _count(value, "epoch")
        case "optimizer":
            return str(value)
        case "schedule":
            return f"{value} schedule"
        case "train_limit" | "test_limit":
            images = "training image" if name == "train_limit" else "test image"
            return f"all {images}s" if value is None else f"first {_count(value, images)}"
        case "early_stopping" | "reduce_on_plateau" if value is not None:
            return f"{name.replace('_', ' ')} after {_count(value, 'epoch')}"
        case "class_weight" if value is not None:
            return "class weights"
    shown = f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)
    return f"{_PLAIN.get(name, name.replace('_', ' '))} {shown}"


def setting_rows(settings: RunSettings) -> list[tuple[str, str, str]]:
    """Every setting for a table: (name, title, value in words). `VALIDATION` is one row, by the first of its names."""
    rows = []
    for name, value in settings.model_dump().items():
        if name == VALIDATION[0]:
            rows.append((name, "Validation", validation_words(settings.validation_split, settings.validation_data)))
        elif name not in VALIDATION:
            title = _TITLES.get(name, name.replace("_", " "))
            rows.append((name, title[0].upper() + title[1:], _value(name, value)))
    return rows


def _value(name: str, value: Any) -> str:
    match value:
        case None:
            return "all" if name in ("train_limit", "test_limit") else "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple() | list():
            return ", ".join(f"{one:g}" for one in value)
        case int() if name in ("train_limit", "test_limit"):
            return f"first {value:,}"
        case _:
            return str(value).replace("val_", "validation ").replace("_", " ")


def validation_words(split: float, data: str) -> str:
    """What a run is validated on."""
    if data == "test":
        return "validated on the test images"
    return f"validation split {round(split * 100, 10):g} %" if split else "no validation"


def unusual_words(settings: RunSettings | Mapping[str, Any], without: Collection[str] = ()) -> list[str]:
    """Each setting that is not its default in words, in their order, but for those in `without`.

    Args:
        settings: of a run; of a mapping, what it does not name counts as the default.
    """
    given, usual = dict(settings), RunSettings().model_dump()
    words = []
    for name, default in usual.items():
        if name in without or given.get(name, default) == default:
            continue
        if name not in VALIDATION:
            words.append(setting_words(name, given[name]))
            continue
        said = validation_words(*(given.get(one, usual[one]) for one in VALIDATION))
        if said not in words:
            words.append(said)
    return words


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
