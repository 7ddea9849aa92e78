"""Reads the fields of packs and submissions: what is wrong is told with the field, what was expected and received."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cnn_builder import limits
from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import ArchitectureFileError, shown
from cnn_builder.learn.errors import AssignmentError


def json_object(content: str | bytes, what: str, fields: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object of a file, with no other fields than these. Raises AssignmentError."""
    if len(content) > limits.MAX_TEXT_BYTES:
        raise AssignmentError(f"The {what} is too long: expected at most {limits.MAX_TEXT_BYTES:,} bytes.")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise AssignmentError(f"This is no {what}: expected a JSON object.") from None
    if not isinstance(data, dict):
        raise AssignmentError(f"This is no {what}: expected a JSON object, received {shown(data)}.")
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise AssignmentError(f"Unknown field {shown(unknown[0])} in the {what}: expected {', '.join(fields)}.")
    return data


def text_field(data: Mapping[str, Any], name: str, most: int = 200, required: bool = True) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > most or (required and not value.strip()):
        raise AssignmentError(f"{name}: expected text of 1 to {most:,} characters, received {shown(value)}.")
    return value.strip()


def count_field(data: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 1, or None where there is none."""
    value = data.get(name)
    if value is not None and (type(value) is not int or not 1 <= value <= 10**12):
        raise AssignmentError(f"{name}: expected a whole number from 1, or null, received {shown(value)}.")
    return value


def moment_field(data: Mapping[str, Any], name: str) -> str | None:
    """A date and time as ISO 8601 has it, with its time zone, or None where there is none."""
    value = data.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        expected = "a date and time with its zone, such as 2026-12-24T18:00:00+01:00"
        raise AssignmentError(f"{name}: expected {expected}, received {shown(value)}.")
    return str(value)


def network_field(data: Mapping[str, Any]) -> Architecture:
    try:
        return Architecture.from_dict(data.get("architecture"))
    except ArchitectureFileError as error:
        raise AssignmentError(f"architecture: {error}") from None
