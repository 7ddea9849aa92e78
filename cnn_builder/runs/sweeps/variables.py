"""What varies in a sweep: a setting of a layer, how often layers are repeated, or a setting of the training."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import CnnBuilderError, LayerSettingError, shown
from cnn_builder.limits import MAX_LAYERS
from cnn_builder.runs.errors import RunSettingsError, SweepError
from cnn_builder.runs.models import RunSettings
from cnn_builder.runs.settings.words import setting_words

REPEAT = "repeat"
MOST_REPEATS = 20
MOST_VALUES = 100
NOT_VARIED = ("own_drawings",)  # the drawings belong to a run: all of a sweep take the same
_PATH = re.compile(r"layers\.(?P<first>\d{1,4})(?:-(?P<last>\d{1,4}))?\.(?P<name>\w+)")
_PAIR = re.compile(r"(\d+)x(\d+)")

Values = Mapping[str, Any]
"""Path → the value that a candidate has there."""


@dataclass(frozen=True)
class Variable:
    """One thing that varies, and its values, as JSON has them.

    `path` is "layers.I.NAME" for a setting of the layer at place I (from 0), "layers.I.repeat" or "layers.I-J.repeat"
    for how often those layers follow one another (0 leaves them out), or the name of a setting of the training.
    """

    path: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class _Place:
    """Where a path leads: the places of its first and last layer, and the setting; -1 for one of the training."""

    first: int
    last: int
    name: str


def parse_variable(text: str) -> Variable:
    """ "layers.0.filters=8,16" as a Variable; a value is a number, a word, true, false, none, or 3x5 for a pair.

    Raises SweepError.
    """
    path, equals, listed = (part.strip() for part in text.partition("="))
    if not equals or not path:
        raise SweepError(
            f"What varies: expected PATH=VALUE,VALUE,… such as layers.0.filters=8,16, received {shown(text)}."
        )
    return Variable(path, parse_values(path, listed))


def parse_values(path: str, listed: str) -> tuple[Any, ...]:
    """Values between commas, each once. Raises SweepError."""
    parts = [part.strip() for part in listed.split(",")]
    if "" in parts:
        raise SweepError(f"{path}: expected values between commas, such as 8,16,32, received {shown(listed)}.")
    values = tuple({json.dumps(value): value for value in map(_value, parts)}.values())
    if len(values) > MOST_VALUES:
        raise SweepError(f"{path}: expected at most {MOST_VALUES} values, received {len(values):,}.")
    return values


def _value(text: str) -> Any:
    if pair := _PAIR.fullmatch(text):
        return [int(pair[1]), int(pair[2])]
    if text.lower() in ("none", "true", "false"):
        return {"none": None, "true": True, "false": False}[text.lower()]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def typed_value(value: Any) -> str:
    """A value as `parse_values` reads it."""
    if isinstance(value, list | tuple):
        return "x".join(map(str, value))
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_variables(architecture: Architecture, settings: RunSettings, variables: Sequence[Variable]) -> None:
    """Raise SweepError for a path that leads nowhere, or a value that is wrong by itself. Layers count from 0."""
    if not variables:
        raise SweepError("Nothing varies: expected at least one setting with its values.")
    paths = [variable.path for variable in variables]
    for path in paths:
        if paths.count(path) > 1:
            raise SweepError(f"{path} is given twice: name it once, with all its values.")
    for variable in variables:
        for value in variable.values:
            _check_value(architecture, settings, variable.path, value)
    places = [place for path in paths if (place := _place(path, architecture)).name == REPEAT]
    for one, other in pairwise(sorted(places, key=lambda place: place.first)):
        if other.first <= one.last:
            raise SweepError(f"Layer {other.first} is repeated by two settings: let them name different layers.")


def _check_value(architecture: Architecture, settings: RunSettings, path: str, value: Any) -> None:
    place = _place(path, architecture)
    if place.name == REPEAT:
        if type(value) is not int or not 0 <= value <= MOST_REPEATS:
            raise SweepError(f"{path}: expected whole numbers from 0 to {MOST_REPEATS}, received {shown(value)}.")
    elif place.first >= 0:
        _changed_layers(architecture, {path: value})
    else:
        try:
            RunSettings(**{**settings.model_dump(), path: value})
        except RunSettingsError as error:
            if error.field == path and error.__cause__ is not None:  # else it only conflicts with another setting
                raise SweepError(str(error)) from error


def _place(path: str, architecture: Architecture) -> _Place:
    """Raises SweepError."""
    if path in RunSettings.model_fields and path not in NOT_VARIED:
        return _Place(-1, -1, path)
    found = _PATH.fullmatch(path)
    if found is None:
        raise SweepError(
            f"{path}: expected layers.PLACE.SETTING (places from 0), layers.PLACE.repeat or layers.FIRST-LAST.repeat, "
            "or a setting of the training, such as learning_rate, batch_size, optimizer or seed."
        )
    first, last = int(found["first"]), int(found["last"] or found["first"])
    count = len(architecture.layers)
    if not first <= last < count:
        raise SweepError(f"{path}: the network's layers are 0 to {count - 1}. Expected a place among them.")
    if found["last"] and found["name"] != REPEAT:
        raise SweepError(f"{path}: several layers can only be repeated. Name one layer, or {REPEAT}.")
    return _Place(first, last, found["name"])


def with_values(architecture: Architecture, settings: RunSettings, values: Values) -> tuple[Architecture, RunSettings]:
    """The network and the settings with these values. Raises CnnBuilderError where the values exclude each other."""
    changed = _changed_layers(architecture, values)
    places = [(_place(path, architecture), value) for path, value in values.items()]
    layers = list(changed.layers)
    repeats = [(place, value) for place, value in places if place.name == REPEAT]
    for place, times in sorted(repeats, key=lambda one: -one[0].first):  # from the end: places before stay as they are
        block = layers[place.first : place.last + 1]
        layers[place.first : place.last + 1] = block * times
    if len(layers) > MAX_LAYERS:
        raise SweepError(f"The network would have {len(layers)} layers: expected at most {MAX_LAYERS}.")
    asked = {place.name: value for place, value in places if place.first < 0}
    trained = RunSettings(**{**settings.model_dump(), **asked}) if asked else settings
    return replace(changed, layers=tuple(layers)), trained


def _changed_layers(architecture: Architecture, values: Values) -> Architecture:
    """With the settings of layers changed. Raises SweepError."""
    changes: dict[int, dict[str, Any]] = {}
    for path, value in values.items():
        place = _place(path, architecture)
        if place.first >= 0 and place.name != REPEAT:
            changes.setdefault(place.first, {})[place.name] = value
    for index, settings in changes.items():
        try:
            architecture = architecture.replace(index, architecture.layers[index].changed(**settings))
        except LayerSettingError as error:
            told = str(error).removeprefix(f"{error.layer_type}: {error.field}: ")
            raise SweepError(f"layers.{index}.{error.field}: {told}") from error
    return architecture


def variable_choices(architecture: Architecture) -> dict[str, str]:
    """Path → what it is called, of everything that can vary; layers count from 1 in the words."""
    found = {name: variable_title(name, architecture) for name in ("learning_rate", "batch_size", "optimizer", "seed")}
    for index, layer in enumerate(architecture.layers):
        for name in type(layer).kinds():
            path = f"layers.{index}.{name}"
            found[path] = variable_title(path, architecture)
        found[f"layers.{index}.{REPEAT}"] = variable_title(f"layers.{index}.{REPEAT}", architecture)
    rest = (name for name in RunSettings.model_fields if name not in found and name not in NOT_VARIED)
    return found | {name: variable_title(name, architecture) for name in rest}


def variable_title(path: str, architecture: Architecture) -> str:
    """A path for people, who count layers from 1: "layer 1 (Conv2D) filters"."""
    try:
        place = _place(path, architecture)
    except CnnBuilderError:
        return path
    words = place.name.replace("_", " ")
    if place.first < 0:
        return words
    if place.first != place.last:
        return f"layers {place.first + 1} to {place.last + 1} {words}"
    return f"layer {place.first + 1} ({architecture.layers[place.first].type}) {words}"


def values_words(values: Values, architecture: Architecture) -> str:
    """A candidate's values for people: "layer 1 filters 8, learning rate 0.01"."""
    return ", ".join(_words(path, value, architecture) for path, value in values.items())


def _words(path: str, value: Any, architecture: Architecture) -> str:
    try:
        place = _place(path, architecture)
    except CnnBuilderError:
        return f"{path} {typed_value(value)}"
    if place.first < 0:
        return setting_words(path, value)
    layers = f"layer {place.first + 1}" if place.first == place.last else f"layers {place.first + 1}–{place.last + 1}"
    if place.name == REPEAT:
        return f"{layers} × {value}"
    shown_value = "×".join(map(str, value)) if isinstance(value, list | tuple) else typed_value(value)
    return f"{layers} {place.name.replace('_', ' ')} {shown_value}"


def starting_values(architecture: Architecture, settings: RunSettings, paths: Iterable[str]) -> dict[str, Any]:
    """Path → the value that the network and the settings have there now; paths that lead nowhere are left out."""
    found: dict[str, Any] = {}
    for path in paths:
        try:
            place = _place(path, architecture)
        except CnnBuilderError:
            continue
        if place.name == REPEAT:
            found[path] = 1
        elif place.first < 0:
            found[path] = getattr(settings, path)
        else:
            layer = architecture.layers[place.first]
            kinds = type(layer).kinds()
            if place.name in kinds:
                found[path] = kinds[place.name].to_data(getattr(layer, place.name))
    return found
