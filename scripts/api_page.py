"""Writes docs/api.md from the docstrings of the public names: `python -m scripts.api_page`."""

import ast
import importlib
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

# Imported by name: mypy takes pages/inspect.py for the module of that name.
inspect: Any = importlib.import_module("inspect")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
PACKAGES = ("cnn_builder.architecture", "cnn_builder.data", "cnn_builder.runs")
HEAD = """# The Python interface

What other code may use: the names that these packages export. This page is written from their docstrings by
`python -m scripts.api_page`; a test fails when it is out of date. None of them imports TensorFlow or Streamlit.

Shapes leave out the batch. Places are counted from 0, words for people from 1. An error is a `CnnBuilderError` with one
line that says what happened, what was expected and how to mend it.
"""
_ITEM = re.compile(r"^ {4}(?P<names>\w+(?:, \w+)*): ", re.MULTILINE)
_DEFAULT = re.compile(r"(?<=[\w\]])=(?=\S)")


def page() -> str:
    """The whole page, in Markdown."""
    parts = [HEAD]
    for name in PACKAGES:
        package = importlib.import_module(name)
        parts.append(f"\n## {name}\n\n{markdown(package.__doc__ or '')}\n")
        parts += [_entry(package, public) for public in package.__all__]
    return "".join(parts)


def _entry(package: ModuleType, name: str) -> str:
    value = getattr(package, name)
    if inspect.isclass(value):
        return "\n".join(_class(name, value)).rstrip("\n") + "\n"
    if inspect.isfunction(value):
        return f"\n### {name}\n\n{code(_signature(value))}\n\n{markdown(inspect.getdoc(value) or '')}\n"
    return f"\n### {name}\n\n{markdown(_constant(package, name))}\n"


def _class(name: str, cls: type) -> Iterator[str]:
    own = [base.__name__ for base in cls.__bases__ if base.__module__.startswith("cnn_builder.")]
    yield f"\n### {name}\n"
    if issubclass(cls, Exception):
        yield f"An error, a kind of `{own[0]}`.\n"
    yield markdown(_own_docstring(cls)) + "\n"
    if fields := _fields(cls):
        yield code("\n".join(fields).replace("'", '"')) + "\n"
    if members := list(_members(cls)):
        yield "\n".join(f"- `{member}`: {about}" for member, about in members) + "\n"


def _own_docstring(cls: type) -> str:
    """Not the one that dataclasses write, nor a base's."""
    written = cls.__dict__.get("__doc__") or ""
    return "" if written.startswith(f"{cls.__name__}(") else inspect.cleandoc(written)


def _fields(cls: type) -> list[str]:
    """The fields that the class and its bases of ours declare, with their types, as in the source."""
    found: dict[str, str] = {}
    for owner in reversed(_ours(cls)):
        for node in _tree(owner).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                field, kind = node.target.id, ast.unparse(node.annotation)
                if not field.startswith("_") and not kind.startswith("ClassVar"):
                    found[field] = f"{field}: {_plain_kind(kind)}"
    return list(found.values())


def _plain_kind(kind: str) -> str:
    """``Annotated[int, …]`` as ``int``: what comes after the type is for the form and the checks."""
    node = ast.parse(kind, mode="eval").body
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
        return ast.unparse(node.slice.elts[0])
    return kind


def _members(cls: type) -> Iterator[tuple[str, str]]:
    """Public methods and properties that have a docstring, each with its first paragraph."""
    seen: set[str] = set()
    for owner in _ours(cls):
        for name, value in vars(owner).items():
            function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
            if name.startswith("_") or name in seen or not inspect.isfunction(function) or not function.__doc__:
                continue
            seen.add(name)
            first = inspect.cleandoc(function.__doc__).split("\n\n")[0]
            yield name if isinstance(value, property) else _signature(function), " ".join(_as_code(first).split())


def _ours(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.startswith("cnn_builder.")]


def _signature(function: Any) -> str:
    """``name(arguments) -> result`` as in the source, without ``self``."""
    node = _tree(function)
    assert isinstance(node, ast.FunctionDef)
    arguments = node.args
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        del arguments.args[0]
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    written = _DEFAULT.sub(" = ", ast.unparse(arguments))
    return f"{node.name}({written}){result}".replace("'", "")


def _tree(value: Any) -> Any:
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _constant(package: ModuleType, name: str) -> str:
    """What stands below the constant's line in the module that defines it."""
    for node in ast.parse(inspect.getsource(package)).body:
        if isinstance(node, ast.ImportFrom) and node.module and name in (alias.name for alias in node.names):
            return _constant(importlib.import_module(node.module), name)
    body = ast.parse(inspect.getsource(package)).body
    for place, node in enumerate(body):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if name in (target.id for target in targets if isinstance(target, ast.Name)):
            below = body[place + 1] if place + 1 < len(body) else None
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                return inspect.cleandoc(str(below.value.value))
    return ""


def code(text: str) -> str:
    return f"```python\n{text}\n```"


def markdown(text: str) -> str:
    """A docstring in Markdown: its arguments as a list."""
    before, args, after = text.partition("Args:\n")
    if args:
        block, blank, rest = after.partition("\n\n")
        after = _ITEM.sub(r"- `\g<names>`: ", block).replace("\n        ", "\n  ") + blank + rest
    return _as_code(before + after).strip()


def _as_code(text: str) -> str:
    """Docstrings mark code by two backquotes, Markdown by one."""
    return text.replace("``", "`")


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
