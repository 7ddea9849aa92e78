"""An error that nobody expected: one line with an id on the page, the traceback under that id in the log."""

import ast
import logging
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.runs import Store
from cnn_builder.ui import state
from cnn_builder.ui.shared import navigation
from tests.support.paths import APP

PAGES = sorted(path.name for path in (Path(APP).parent / "pages").glob("*.py"))
SHOWN = re.compile(r"Something went wrong here \(ZeroDivisionError, error ([0-9a-f]{6})\)")


def fails() -> bool:
    raise ZeroDivisionError("a secret of the server")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_fails_shows_an_id_and_no_traceback(
    page: str, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = page.removesuffix(".py")
    monkeypatch.setattr(navigation, "PAGES", (name, *(one for one in navigation.PAGES if one != name)))
    framed = state.is_framed  # every page's first line asks it
    monkeypatch.setattr(state, "is_framed", lambda: framed() and fails())
    with caplog.at_level(logging.ERROR):
        at = AppTest.from_file(APP, default_timeout=60).run()
    assert not at.exception
    (found,) = [SHOWN.search(error.value) for error in at.error]
    assert found is not None
    (record,) = [one for one in caplog.records if found[1] in one.getMessage()]
    assert record.exc_info is not None and "a secret" not in at.error[0].value


def script() -> None:
    from cnn_builder.ui.shared.errors import fragment

    def body() -> None:
        raise ZeroDivisionError("a secret of the server")

    fragment(body)()


def test_a_fragment_that_fails_shows_an_id_and_no_traceback() -> None:
    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception and SHOWN.search(at.error[0].value)


def callbacks() -> None:
    import streamlit as st

    from cnn_builder.architecture.errors import CnnBuilderError
    from cnn_builder.ui.shared.errors import callback, callback_errors, fragment

    def ours() -> None:
        raise ZeroDivisionError("a secret of the server")

    def theirs() -> None:
        raise CnnBuilderError("The name is *too long*.")

    def body() -> None:
        st.button("in a fragment", on_click=callback(ours))

    callback_errors()
    st.button("ours", on_click=callback(ours))
    st.button("theirs", on_click=callback(theirs))
    fragment(body)()
    st.write("the rest of the page")


def test_a_callback_that_fails_shows_an_id_above_the_page_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    at = AppTest.from_function(callbacks, default_timeout=60).run()
    for label in ("ours", "in a fragment"):
        next(button for button in at.button if button.label == label).click().run()
        found = SHOWN.search(at.error[0].value)
        assert found and not at.exception and at.markdown[-1].value == "the rest of the page"
        assert any(found[1] in record.getMessage() and record.exc_info for record in caplog.records)
        assert "a secret" not in at.error[0].value
    next(button for button in at.button if button.label == "theirs").click().run()
    assert [error.value for error in at.error] == [r"The name is \*too long\*\."]
    assert not at.run().error


EVENT = re.compile(r"on_(click|change|select|submit|dismiss|retry)")


def unguarded(source: str) -> list[str]:
    """What a module gives widgets as callbacks without `callback(…)`, which is also the decorator of functions."""
    tree = ast.parse(source)
    guarded = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "callback" in map(ast.unparse, node.decorator_list)
    }
    guarded |= {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("callback(")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        given: list[tuple[str | None, ast.expr]] = []
        if isinstance(node, ast.Call):
            given = [(one.arg, one.value) for one in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            given = [(str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)]
        for name, value in given:
            if name and EVENT.fullmatch(name) and not isinstance(value, ast.Constant):
                text = ast.unparse(value)
                if not text.startswith("callback(") and text.rpartition(".")[2] not in guarded | SHARED:
                    found.append(f"{name}={text}")
    return found


SHARED = {"perform", "attempt", "check_step", "go_to"}
"""Callbacks that other modules import: they are guarded where they are defined."""


def test_no_callback_goes_without_it() -> None:
    """Write `@callback` above the function, or `on_click=callback(function)`: `ui/shared/errors.py` says why."""
    root = Path(APP).parent
    sources = {
        path: path.read_text("utf-8") for path in [*root.glob("pages/*.py"), *root.glob("cnn_builder/ui/**/*.py")]
    }
    assert "on_click=_open" in unguarded("st.button('Open', on_click=_open)")
    assert {path.name: found for path, source in sources.items() if (found := unguarded(source))} == {}
    for name in SHARED:
        assert any(f"@callback\ndef {name}(" in source for source in sources.values())


def test_no_fragment_goes_without_it() -> None:
    root = Path(APP).parent
    own = root / "cnn_builder" / "ui" / "shared" / "errors.py"
    sources = [*root.glob("pages/*.py"), *(root / "cnn_builder").rglob("*.py")]
    assert [path.name for path in sources if path != own and "st.fragment(" in path.read_text(encoding="utf-8")] == []
    assert not any("@st.fragment" in path.read_text(encoding="utf-8") for path in sources)
