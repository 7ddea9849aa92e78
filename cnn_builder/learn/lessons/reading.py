"""Reads a lesson's file (TOML) and says what is wrong with it: which step, which field, what was expected."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cnn_builder import limits
from cnn_builder.architecture import PRESETS, Architecture, trace
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.learn.errors import LessonError
from cnn_builder.learn.lessons.check import ValueRule
from cnn_builder.learn.lessons.checks import CHECKS
from cnn_builder.learn.lessons.plan import EMPTY, MAIN, SHOWS, STEP_PAGES, LessonPlan, LessonStep

VERSION = 1
MOST_STEPS = 60
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_TOP = ("version", "id", "title", "summary", "minutes", "dataset", "network", "networks", "step")
_STEP = ("id", "title", "text", "check", "page", "task", "open", "show")


def read_lesson(content: str | bytes, origin: str = "") -> LessonPlan:
    """The lesson of a file's content, UTF-8. Raises LessonError, whose message begins with the place in the file."""
    if len(content) > limits.MAX_TEXT_BYTES:
        raise LessonError(f"The lesson is too long: expected at most {limits.MAX_TEXT_BYTES:,} bytes.")
    try:
        data = tomllib.loads(content.decode("utf-8") if isinstance(content, bytes) else content)
    except UnicodeDecodeError:
        raise LessonError("The lesson is not text in UTF-8. Save it as such.") from None
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"The lesson is not TOML: {error}.") from None
    except RecursionError:
        raise LessonError("The lesson is nested too deeply.") from None
    _known(data, _TOP, "The lesson")
    if data.get("version", VERSION) != VERSION:
        raise LessonError(f"version: expected {VERSION}, received {shown(data['version'])}.")
    networks = _networks(data)
    raw = data.get("step")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_STEPS:
        raise LessonError(f"step: expected 1 to {MOST_STEPS} tables [[step]].")
    steps = tuple(_step(one, place, networks) for place, one in enumerate(raw, 1))
    doubled = {step.step_id for step in steps if sum(step.step_id == other.step_id for other in steps) > 1}
    if doubled:
        raise LessonError(f"step: the id {sorted(doubled)[0]!r} stands twice. Give each step its own.")
    minutes = data.get("minutes", 15)
    if type(minutes) is not int or not 1 <= minutes <= 600:
        raise LessonError(f"minutes: expected a whole number from 1 to 600, received {shown(minutes)}.")
    return LessonPlan(
        _name(data, "id", "The lesson"), _text(data, "title", "The lesson"), _text(data, "summary", "The lesson"),
        minutes, MappingProxyType(networks), _text(data, "dataset", "The lesson"), steps, origin,
    )  # fmt: skip


def _known(data: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(data) - set(names))
    if unknown:
        raise LessonError(f"{where}: unknown field {unknown[0]!r:.60}. Expected {', '.join(names)}.")


def _text(data: Mapping[str, Any], name: str, where: str, required: bool = True) -> str:
    value = data.get(name, None if required else "")
    if not isinstance(value, str) or (required and not value.strip()):
        received = "nothing" if value is None else shown(value)
        raise LessonError(f"{where}: {name}: expected text, received {received}.")
    return value.strip()


def _name(data: Mapping[str, Any], name: str, where: str) -> str:
    value = _text(data, name, where)
    if not _ID.fullmatch(value):
        raise LessonError(f"{where}: {name}: expected up to 40 letters, digits and hyphens, received {shown(value)}.")
    return value


def _networks(data: Mapping[str, Any]) -> dict[str, Architecture]:
    """The lesson's networks by name: presets, or written as in an architecture file."""
    given = data.get("networks", {})
    if not isinstance(given, dict):
        raise LessonError(f"networks: expected a table, received {shown(given)}.")
    found = {name: _network(value, f"networks.{name}") for name, value in given.items()}
    return {MAIN: _network(data.get("network"), "network"), **found}


def _network(value: Any, where: str) -> Architecture:
    if isinstance(value, str):
        if value not in PRESETS:
            raise LessonError(f"{where}: expected a preset ({', '.join(PRESETS)}) or a table, received {shown(value)}.")
        return PRESETS[value].architecture
    if value is None:
        raise LessonError(f"{where}: expected a preset's name or a table, received nothing.")
    try:
        return Architecture.from_dict(value)
    except ArchitectureFileError as error:
        raise LessonError(f"{where}: {error}") from None


def _step(data: Any, place: int, networks: Mapping[str, Architecture]) -> LessonStep:
    if not isinstance(data, dict):
        raise LessonError(f"Step {place}: expected a table, received {shown(data)}.")
    step_id = _name(data, "id", f"Step {place}")
    where = f"Step {place} ({step_id})"
    check = CHECKS.get(str(data.get("check")))
    if check is None:
        raise LessonError(
            f"{where}: check: expected one of {', '.join(CHECKS)}, received {shown(data.get('check', ''))}."
        )
    _known(data, (*_STEP, *check.values), where)
    page = _one_of(data, "page", STEP_PAGES, where)
    opens = _one_of(data, "open", (EMPTY, *networks), where)
    task = _text(data, "task", where, required=bool(page))
    show = _one_of(data, "show", SHOWS, where)
    values = {name: data[name] for name in check.values if name in data}
    for name, rule in check.values.items():
        _check_value(name, rule, values.get(name), networks, where)
    _check_layers(values, networks, where)
    if check.name == "choice" and not 1 <= values["answer"] <= len(values["options"]):
        raise LessonError(f"{where}: answer: expected 1 to {len(values['options'])}, received {values['answer']}.")
    return LessonStep(
        step_id, _text(data, "title", where), _text(data, "text", where), check.name, MappingProxyType(values),
        page, task, opens, show,
    )  # fmt: skip


def _one_of(data: Mapping[str, Any], name: str, allowed: tuple[str, ...], where: str) -> str:
    value = data.get(name, "")
    if value != "" and value not in allowed:
        raise LessonError(f"{where}: {name}: expected one of {', '.join(allowed)}, received {shown(value)}.")
    return str(value)


def _check_value(name: str, rule: ValueRule, value: Any, networks: Mapping[str, Architecture], where: str) -> None:
    """Raise LessonError unless the value is of the rule's kind."""
    if value is None:
        if rule.required:
            raise LessonError(f"{where}: {name}: the check needs it, received nothing.")
        return
    good, expected = {
        "text": (isinstance(value, str) and bool(value.strip()), "text"),
        "texts": (_is_list(value, str) and len(value) > 1, "a list of at least two texts"),
        "count": (type(value) is int and value > 0, "a whole number from 1"),
        "layers": (_is_list(value, int) and bool(value), "a list of layers' places, from 1"),
        "network": (isinstance(value, str) and value in networks, f"one of {', '.join(networks)}"),
    }[rule.kind]
    if not good:
        raise LessonError(f"{where}: {name}: expected {expected}, received {shown(value)}.")


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(type(one) is kind for one in value)


def _check_layers(values: Mapping[str, Any], networks: Mapping[str, Architecture], where: str) -> None:
    """Raise LessonError for a layer that the network has not, or that it does not reach."""
    network = networks[values.get("network", MAIN)]
    reached = len(trace(network).rows)
    for place in values.get("layers", ()):
        if not 1 <= place <= reached:
            raise LessonError(f"{where}: layers: expected 1 to {reached}, the layers that fit, received {place}.")
