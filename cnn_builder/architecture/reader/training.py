"""What pasted code says of training: its compile, fit, evaluate and data set, as settings by the names of a run's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from cnn_builder.architecture.layers.settings import without_noise
from cnn_builder.architecture.optimizers import Optimizer
from cnn_builder.architecture.reader.array_calls import image_counts, loaded
from cnn_builder.architecture.reader.values import Array, Made, Noted, Unknown

_COMPILE = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
_FIT = (
    "x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data", "shuffle",
    "class_weight", "sample_weight",
)  # fmt: skip
_EVALUATE = ("x", "y", "batch_size", "verbose")
"""Keras' order of arguments."""
_QUIET = ("verbose", "run_eagerly", "jit_compile", "steps_per_execution", "auto_scale_loss", "x", "y", "name")
"""Arguments that change nothing about what is learned."""
_OPTIMIZERS: tuple[str, ...] = get_args(Optimizer)
_RATES = {"SGD": 0.01}
"""Keras' learning rate where it is not the other optimizers' 0.001."""
_ORDER = {
    "SGD": ("learning_rate", "momentum", "nesterov"),
    "RMSprop": ("learning_rate", "rho", "momentum", "epsilon"),
    "AdamW": ("learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon", "amsgrad"),
}
_MOMENTS = ("learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad")
_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")
_OPTIONS = (*_MOMENTS, "momentum", "nesterov", "rho", "weight_decay", *_CLIPPING)
_CROSS_ENTROPY = ("sparsecategoricalcrossentropy", "categoricalcrossentropy")
_ACCURACY = ("accuracy", "acc", "sparsecategoricalaccuracy", "categoricalaccuracy")
_CALLBACKS = {
    "EarlyStopping": ("early_stopping", 0, {"monitor": "monitor", "min_delta": "min_delta"}),
    "ReduceLROnPlateau": (
        "reduce_on_plateau", 10, {"monitor": "monitor", "min_delta": "min_delta", "factor": "plateau_factor"}
    ),
}  # fmt: skip
"""The setting that holds a callback's patience, Keras' default of it, and the settings of its other arguments."""
_CALLBACK_ORDER = {
    "EarlyStopping": ("monitor", "min_delta", "patience", "verbose"),
    "ReduceLROnPlateau": ("monitor", "factor", "patience", "verbose"),
}


@dataclass(frozen=True)
class TrainingCode:
    """How code trains its network.

    Args:
        settings: what it says, by the names of a run's settings; Keras' defaults where it has a fit. Not checked.
        dataset: the data set of Keras' that it loads, by its name there; None where it loads none, or several.
        passed_over: what is not taken over, each in a few words for people.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    dataset: str | None = None
    passed_over: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.settings or self.dataset or self.passed_over)


def training(calls: Sequence[Noted], around: Sequence[Noted]) -> TrainingCode:
    """What the calls of a network's methods, and the code around it, say of training."""
    reading = _Reading()
    names = list(dict.fromkeys(name for call in around if (name := loaded(call.name)) is not None))
    if len(names) > 1:
        reading.pass_over(f"the data sets {' and '.join(names)}: expected one")
    elif names:
        reading.dataset = names[0]
    for call in around:
        if loaded(call.name) is None:
            reading.take("seed", (call.args or [call.kwargs.get("seed")])[0])
    for name, read in (("compile", reading.compile), ("fit", reading.fit), ("evaluate", reading.evaluate)):
        found = [call for call in calls if call.name == name]
        for earlier in found[:-1] if name != "evaluate" else ():
            reading.pass_over(f"the {name} on line {earlier.line}: the last one counts")
        if found:
            read(found[-1])
    return TrainingCode(reading.settings, reading.dataset, tuple(dict.fromkeys(reading.passed_over)))


class _Reading:
    """Collects the settings, and what is passed over."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {}
        self.passed_over: list[str] = []
        self.dataset: str | None = None

    def pass_over(self, text: str) -> None:
        self.passed_over.append(text)

    def take(self, name: str, value: Any, said: str = "") -> None:
        """A setting of this value; ``said`` is how the code calls it, where it has another name."""
        if isinstance(value, bool | int | float | str):
            self.settings[name] = without_noise(value) if isinstance(value, float) else value
        elif value is not None:
            self.pass_over(f"{said or name}: its value is not known from the code")

    def rest(self, given: dict[str, Any], of: str) -> None:
        """What is left of a call's arguments."""
        for name, value in given.items():
            if name == "**":
                self.pass_over(f"the ** arguments of {of}")
            elif name not in _QUIET and value is not None and value is not False:
                self.pass_over(f"{name} of {of}")

    def compile(self, call: Noted) -> None:
        given = _named(_COMPILE, call.args, call.kwargs)
        self._optimizer(given.pop("optimizer", "rmsprop"))
        self._loss(given.pop("loss", None))
        metrics = given.pop("metrics", None)
        for metric in metrics if isinstance(metrics, list | tuple) else [metrics]:
            if metric is not None and _plain_name(metric) not in _ACCURACY:
                self.pass_over(f"the metric {_shown(metric)}: accuracy and loss are measured")
        self.rest(given, "compile")

    def _optimizer(self, value: Any) -> None:
        made = value if isinstance(value, Made) else None
        name = next((known for known in _OPTIMIZERS if known.lower() == _plain_name(value)), None)
        if name is None:
            self.pass_over(f"the optimizer {_shown(value)}: expected one of {', '.join(_OPTIMIZERS)}")
            return
        self.settings |= {"optimizer": name, "learning_rate": _RATES.get(name, 0.001)}
        given = _named(_ORDER.get(name, _MOMENTS), made.args, made.kwargs) if made else {}
        if "lr" in given:
            given["learning_rate"] = given.pop("lr")
        rate = given.get("learning_rate")
        if isinstance(rate, Made):  # a schedule
            first = rate.kwargs.get("initial_learning_rate", next(iter(rate.args), None))
            self.take("learning_rate", first, "the first learning rate")
            self.pass_over(f"the schedule {rate.name}: its first learning rate is taken")
            del given["learning_rate"]
        for option in [one for one in given if one in _OPTIONS]:
            self.take(option, given.pop(option))
        self.rest(given, name)

    def _loss(self, value: Any) -> None:
        if value is None:
            return
        if _plain_name(value) not in _CROSS_ENTROPY:
            self.pass_over(f"the loss {_shown(value)}: training here minimizes categorical cross-entropy")
        elif isinstance(value, Made) and value.kwargs.get("label_smoothing"):
            self.take("label_smoothing", value.kwargs["label_smoothing"])

    def fit(self, call: Noted) -> None:
        given = _named(_FIT, call.args, call.kwargs)
        for name, default in (("epochs", 1), ("batch_size", 32), ("validation_split", 0.0)):
            value = given.pop(name, None)
            self.take(name, default if value is None else value)
        if isinstance(given.get("shuffle"), bool):
            self.settings["shuffle"] = given.pop("shuffle")
        self._class_weight(given.pop("class_weight", None))
        self._validation(given.pop("validation_data", None))
        self.settings |= self._limit(given.get("x"), 0, "train_limit")
        callbacks = given.pop("callbacks", None)
        for callback in callbacks if isinstance(callbacks, list | tuple) else [callbacks]:
            self._callback(callback)
        self.rest(given, "fit")

    def _class_weight(self, value: Any) -> None:
        if isinstance(value, dict) and list(value) == list(range(len(value))) and all(map(_is_number, value.values())):
            self.settings["class_weight"] = tuple(map(float, value.values()))
        elif value is not None:
            self.pass_over("class_weight of fit: expected a number for each class in order")

    def _validation(self, value: Any) -> None:
        """Validation images: those of the data set's test part, or none that are known."""
        if value is None:
            return
        first = value[0] if isinstance(value, list | tuple) and value else value
        count = _count(first)
        if self.dataset and count is not None and count <= image_counts(self.dataset)[1]:
            self.settings |= {"validation_data": "test", "validation_split": 0.0}
            self.settings |= self._limit(first, 1, "test_limit")
        else:
            self.pass_over("validation_data of fit: expected the data set's test images")

    def _callback(self, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, Made) or value.name not in _CALLBACKS:
            self.pass_over(f"the callback {_shown(value)}")
            return
        setting, patience, others = _CALLBACKS[value.name]
        given = _named(_CALLBACK_ORDER[value.name], value.args, value.kwargs)
        self.take(setting, given.pop("patience", patience) or 1, f"patience of {value.name}")
        for name in [one for one in given if one in others]:
            self.take(others[name], given.pop(name), f"{name} of {value.name}")
        given.pop("restore_best_weights", None)  # the best epoch's model is always kept
        self.rest(given, value.name)

    def evaluate(self, call: Noted) -> None:
        given = _named(_EVALUATE, call.args, call.kwargs)
        self.settings |= self._limit(given.get("x"), 1, "test_limit")

    def _limit(self, data: Any, part: int, name: str) -> dict[str, int]:
        """How many of the training (``part`` 0) or test images (1) the code uses, where that is not all of them."""
        count = _count(data)
        whole = image_counts(self.dataset)[part] if self.dataset else None
        return {name: count} if count and whole is not None and count < whole else {}


def _named(order: Iterable[str], args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments by name."""
    return {**dict(zip(order, args, strict=False)), **kwargs}


def _plain_name(value: Any) -> str:
    """``"sparse_categorical_crossentropy"`` and ``SparseCategoricalCrossentropy(…)`` alike."""
    name = value.name if isinstance(value, Made) else value if isinstance(value, str) else ""
    return name.replace("_", "").lower()


def _shown(value: Any) -> str:
    if isinstance(value, Made):
        return value.name
    return repr(value)[:40] if isinstance(value, str) else "that is not known from the code"


def _count(data: Any) -> int | None:
    return data.shape[0] if isinstance(data, Array) and data.shape else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, Unknown | bool)
