"""One word, one meaning: no name stands for two things of the package."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.support.paths import ROOT

SAME_THING = {"draw"}
"""Names of functions that two modules may give to others, because they mean the same in both."""
COMMANDS = "cnn_builder.cli."
"""A command is named after the function that does the work."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): ast.parse(path.read_text("utf-8")) for path in (ROOT / "cnn_builder").rglob("*.py")}
PAGES = [ast.parse(path.read_text("utf-8")) for path in ((ROOT / "app.py"), *(ROOT / "pages").glob("*.py"))]


def types_of(tree: ast.Module) -> set[str]:
    """The public classes of a module, and the names it gives to types."""
    found = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if name[0].isupper() and not name.isupper()}


def functions_of(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}


def taken_from(tree: ast.Module) -> set[tuple[str, str]]:
    """What a module takes from others of the package: (module, name)."""
    found, modules = set(), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (inner := f"{node.module}.{alias.name}") in MODULES:
                    modules[alias.asname or alias.name] = inner
                found.add((node.module, alias.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.add((modules[node.value.id], node.attr))
    return found


def doubled(named: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: sorted(places) for name, places in named.items() if len(places) > 1}


def test_no_two_public_types_have_one_name() -> None:
    named = defaultdict(list)
    for module, tree in MODULES.items():
        for name in types_of(tree):
            named[name].append(module)
    assert len(named) > 150
    assert doubled(named) == {}


def test_no_two_functions_that_other_modules_use_have_one_name() -> None:
    used = {pair for tree in (*MODULES.values(), *PAGES) for pair in taken_from(tree)}
    named = defaultdict(list)
    for module, tree in MODULES.items():
        for name in functions_of(tree) - SAME_THING:
            if (module, name) in used and not module.startswith(COMMANDS):
                named[name].append(module)
    assert len(named) > 300
    assert doubled(named) == {}
