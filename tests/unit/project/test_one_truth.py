"""What is decided once stays decided once."""

import ast
import re

import pytest

from tests.support.paths import ROOT

SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for suffix in ("*.py", "*.js")
    for path in (ROOT / "cnn_builder").rglob(suffix)
}


@pytest.mark.parametrize(
    ("what", "sign", "place"),
    [
        ("bytes in words", r"def \w*bytes_text", "cnn_builder/architecture/memory.py"),
        ("a share that is not quite 100 %", r"def confidence\(", "cnn_builder/figures/percentages.py"),
        ("the names of the optimizers", r'"Adam",\s*"SGD"', "cnn_builder/architecture/optimizers.py"),
    ],
    ids=lambda value: value if " " in value else "",
)
def test_it_stands_in_one_place(what: str, sign: str, place: str) -> None:
    found = [name for name, source in SOURCES.items() for _ in re.finditer(sign, source)]
    assert found == [place], what


LIMIT = re.compile(r"_?MAX_\w+|\w+_LIMIT|_?LARGEST\w*")
READERS = tuple(f"cnn_builder/{part}" for part in ("architecture/", "data/", "documents/", "runs/", "settings", "cli/"))


def constants(source: str) -> set[str]:
    """The names that a module assigns in capitals."""
    targets = [target for node in ast.parse(source).body if isinstance(node, ast.Assign) for target in node.targets]
    names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return {name for name in names if name.isupper()}


def test_limits_of_what_is_read_are_stated_in_one_module() -> None:
    limits = constants(SOURCES["cnn_builder/limits.py"])
    assert {"MAX_UPLOAD_BYTES", "MAX_LAYERS", "MAX_EPOCHS", "IMPORT_SECONDS", "MAX_HOME_BYTES"} <= limits
    elsewhere, used = {}, set()
    for name, source in SOURCES.items():
        if not name.endswith(".py") or name == "cnn_builder/limits.py":
            continue
        own = constants(source)
        found = own & limits | ({one for one in own if LIMIT.fullmatch(one)} if name.startswith(READERS) else set())
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names} & limits
                used |= names
                found |= names if node.module != "cnn_builder.limits" else set()
        if found:
            elsewhere[name] = found
    assert elsewhere == {}
    own_use = re.findall(r"= (?!\d).*", SOURCES["cnn_builder/limits.py"])
    assert {one for one in limits - used if one not in " ".join(own_use)} == set(), "limits that nobody checks"


def test_no_message_has_the_number_of_a_limit_written_out() -> None:
    written = re.compile(r"(expected|is) at most [1-9][\d,_]{2,}")
    assert [name for name, source in SOURCES.items() if name.startswith(READERS) and written.search(source)] == []


def test_data_sets_are_looked_up_by_name_where_ones_own_are_found_too() -> None:
    """`DATASETS` has the app's own only: `describe`, `find_dataset` and `dataset_names` know the others as well."""
    users = {name for name, source in SOURCES.items() if re.search(r"import .*\bDATASETS\b", source)}
    assert users == {"cnn_builder/data/sets/user_drawings.py"}  # drawings that the app's own sets have in common


def widget_keys(tree: ast.AST) -> set[str]:
    """Constants that a module gives a widget as its key, or takes from a component."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [keyword.value for keyword in node.keywords if keyword.arg == "key"]
            found |= {part.id for value in given for part in ast.walk(value) if isinstance(part, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnn_builder.ui.components"):
            found |= {alias.name for alias in node.names}
    return found


def session_keys(tree: ast.AST) -> set[str]:
    """Constants of a module's own by which it looks into the session."""
    found: set[str] = set()
    for node in ast.walk(tree):
        used: list[ast.expr] = []
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "st.session_state":
            used = [node.slice]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("st.session_state."):
            used = node.args[:1]
        for value in used:
            found |= {part.id for part in ast.walk(value) if isinstance(part, ast.Name) and part.id.isupper()}
            found |= {repr(value.value)} if isinstance(value, ast.Constant) else set()
    return found


def test_only_the_state_module_names_session_keys() -> None:
    pages = {name: source for name, source in SOURCES.items() if name.startswith("cnn_builder/ui/")}
    pages |= {path.name: path.read_text("utf-8") for path in (ROOT / "pages").glob("*.py")}
    named = {}
    for name, source in pages.items():
        if name.endswith(".py") and name != "cnn_builder/ui/state.py":
            tree = ast.parse(source)
            named[name] = session_keys(tree) - widget_keys(tree)
    assert {name: keys for name, keys in named.items() if keys} == {}


def test_session_keys_are_all_different() -> None:
    tree = ast.parse(SOURCES["cnn_builder/ui/state.py"])
    texts = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            texts += [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
    assert len(texts) == len(set(texts)) > 15


def test_no_method_is_called_by_a_name_in_a_string() -> None:
    """``getattr(thing, name)(…)``: no reader, and no type checker, can tell what is called."""
    found = []
    for name, source in SOURCES.items():
        if name.endswith(".py") and name.startswith(("cnn_builder/ui/", "cnn_builder/documents/", "cnn_builder/cli/")):
            calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
            inner = [call.func for call in calls if isinstance(call.func, ast.Call)]
            found += [name for call in inner if ast.unparse(call.func) == "getattr"]
    assert found == []
