"""What a button changes is changed by its `on_click`, which runs before anything is drawn.

After `if st.button(…):` it would be lost where its user goes on to another page before the script has come that far.
"""

import ast
from collections.abc import Iterator

from tests.support.paths import ROOT

CHANGES = {"set_document", "offer_training", "hand_in"}
"""Methods that keep what a user chose or made."""
UI = {path: ast.parse(path.read_text()) for path in sorted((ROOT / "cnn_builder" / "ui").rglob("*.py"))}


def called(node: ast.AST) -> set[str]:
    """Names of what is called in it."""
    functions = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {getattr(one, "attr", "") or getattr(one, "id", "") for one in functions}


CHANGING = CHANGES | {
    one.name
    for tree in UI.values()
    for one in ast.walk(tree)
    if isinstance(one, ast.FunctionDef) and called(one) & CHANGES
}


def after_buttons(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Lines of `if …button(…):`, and what is called below them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and called(node.test) & {"button", "form_submit_button"}:
            yield node.lineno, set().union(*map(called, node.body))


def test_nothing_is_kept_only_after_a_button() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {sorted(calls & CHANGING)}"
        for path, tree in UI.items()
        for line, calls in after_buttons(tree)
        if calls & CHANGING
    ]
    assert not found, "\n".join(found)
    assert any(True for tree in UI.values() for _ in after_buttons(tree))
