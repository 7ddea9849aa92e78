"""Settings kept in one place in pasted code: argparse's defaults, namespaces, named tuples, changed copies."""

from __future__ import annotations

from typing import Any

from cnn_builder.architecture.reader.values import (
    Builtin,
    Class,
    CodeError,
    Instance,
    Parser,
    Ref,
    Several,
    Unknown,
    has_gap,
)

NAMESPACE = Class("Namespace", 0, {})
GROUPS = ("add_argument_group", "add_mutually_exclusive_group")
_FLAGS = {"store_true": False, "store_false": True}
_CONVERTED: dict[str, Any] = {"int": int, "float": float, "str": str}


def call_settings_function(path: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """What a function about settings gives; None where ``path`` is no such function."""
    record = args[0] if args and isinstance(args[0], Instance) else None
    match path:
        case "types.SimpleNamespace" | "argparse.Namespace" if not args:
            return Instance(NAMESPACE, line, {key: value for key, value in kwargs.items() if key != "**"})
        case "argparse.ArgumentParser":
            return Parser(line, {})
        case "collections.namedtuple" if len(args) >= 2:
            return _named_tuple(args[0], args[1], kwargs.get("defaults", ()), line)
        case "dataclasses.replace" if record is not None:
            return changed(record, kwargs, line)
        case "vars" if record is not None and len(args) == 1:
            return record.attributes
        case "object.__setattr__" if record is not None and len(args) == 3 and isinstance(args[1], str):
            record.attributes[args[1]] = args[2]
            return Unknown(line, "nothing")
        case "object.__setattr__" | "object.__delattr__" if record is not None:
            raise CodeError(
                line, f"{path} changes an object in a way that is not followed. Write its attribute's name."
            )
        case "sys.argv.append" | "sys.argv.extend" | "sys.argv.insert":
            raise CodeError(line, f"{path}(…) gives arguments that are not followed. Write them as defaults.")
        case "dataclasses.asdict" if record is not None and len(args) == 1:
            return as_dict(record)
    return None


def changed(record: Instance, values: dict[str, Any], line: int) -> Any:
    """A copy of a record with other values."""
    if "**" in values:
        return Unknown(line, "a changed copy")
    return Instance(record.cls, line, {**record.attributes, **values})


def as_dict(record: Instance) -> dict[Any, Any]:
    """A record's values by name."""
    names = record.cls.fields
    return {key: value for key, value in record.attributes.items() if names is None or key in names}


def _named_tuple(name: Any, names: Any, defaults: Any, line: int) -> Any:
    given = names.replace(",", " ").split() if isinstance(names, str) else names
    if not isinstance(given, list | tuple) or has_gap(given) or not all(isinstance(one, str) for one in given):
        return Unknown(line, "a named tuple")
    if not isinstance(defaults, list | tuple) or has_gap(defaults):
        return Unknown(line, "a named tuple")
    values = dict(zip(given[len(given) - len(defaults) :], defaults, strict=False))
    return Class(str(name), line, {}, attributes=values, fields=tuple(given))


def call_parser(parser: Parser, name: str, args: list[Any], kwargs: dict[str, Any], line: int) -> Any:
    """``parser.add_argument(…)``, ``parser.parse_args()`` and the like."""
    if name == "add_argument":
        _add_argument(parser, args, kwargs, line)
        return Unknown(line, "an argument")
    if name in GROUPS:
        return parser
    if name == "set_defaults" and "**" not in kwargs:
        parser.defaults.update(kwargs)
        return None
    if name == "set_defaults":
        parser.defaults.update({key: Unknown(line, f"the argument {key!r}") for key in parser.defaults})
        return None
    if name == "get_default" and len(args) == 1 and isinstance(args[0], str):
        return parser.defaults.get(args[0])
    if name in ("parse_args", "parse_known_args"):
        found = _parsed(parser, args[0] if args else kwargs.get("args"), line)
        into = args[1] if len(args) > 1 else kwargs.get("namespace")
        if isinstance(into, Instance):
            into.attributes.update({**found.attributes, **into.attributes})
            found = into
        return found if name == "parse_args" else (found, Unknown(line, "other arguments"))
    return Unknown(line, f"the result of .{name}")


def _parsed(parser: Parser, words: Any, line: int) -> Instance:
    """The defaults, which is what a run without arguments has."""
    known = words is None or (isinstance(words, list | tuple | str) and not words)
    values = {key: value if known else Unknown(line, f"the argument {key!r}") for key, value in parser.defaults.items()}
    return Instance(NAMESPACE, line, values)


def _add_argument(parser: Parser, args: list[Any], kwargs: dict[str, Any], line: int) -> None:
    flags = [arg for arg in args if isinstance(arg, str)]
    if len(flags) != len(args) or any(isinstance(arg, Several) for arg in args) or not flags:
        return
    long = [flag for flag in flags if flag.startswith("--")]
    dest = kwargs.get("dest", (long or flags)[0].lstrip("-").replace("-", "_"))
    if isinstance(dest, str):
        parser.defaults[dest] = _default(flags[0], kwargs, line)


def _default(flag: str, kwargs: dict[str, Any], line: int) -> Any:
    positional = not flag.startswith("-") and kwargs.get("nargs") not in ("?", "*")
    if positional or kwargs.get("required") or "**" in kwargs:
        return Unknown(line, f"the argument {flag!r}, which has no default")
    action = kwargs.get("action")
    if "default" not in kwargs:
        return _FLAGS.get(action) if isinstance(action, str) else None
    value, kind = kwargs["default"], kwargs.get("type")
    if not isinstance(value, str) or kind is None:
        return value if not isinstance(value, Ref) else Unknown(line, f"the default of {flag!r}")
    try:
        return _CONVERTED[kind.name](value) if isinstance(kind, Builtin) else Unknown(line, f"the type of {flag!r}")
    except (KeyError, ValueError):
        return Unknown(line, f"the default of {flag!r}")
