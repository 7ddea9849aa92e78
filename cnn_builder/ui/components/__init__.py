"""Components of our own: registered once each, their JavaScript and CSS served from where they are installed.

Streamlit sends inline JavaScript again at every rerun, so only a small loader is inline. The folder of a component
holds ``main.js`` (the entry: ``export default (component) => cleanup``), ``style.css`` if it needs one, and whatever
``main.js`` imports: from beside it, or from ``common`` what several components use.

Nothing is copied or written: Streamlit serves the files of an installed component, and ours are registered there.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

_FOLDER = Path(__file__).parent
_SERVED = ("*.js", "*.css", "*.svg")

# Streamlit calls the clean-up of a call that a later one overtook while the files were on their way, and would take
# away with it what the later one shows: both show it in the same element. So only the last call shows and cleans.
_LOADER = """
const base = new URL(%s, location.origin).href;
let ready;
async function load() {
  const sheet = new CSSStyleSheet();
  const css = %s ? fetch(base + "style.css").then((answer) => (answer.ok ? answer.text() : "")) : "";
  const [module, text] = await Promise.all([import(base + "main.js"), css]);
  sheet.replaceSync(text);
  return { render: module.default, sheet };
}
const turns = new WeakMap();
export default async function (component) {
  const { parentElement } = component;
  const turn = (turns.get(parentElement) ?? 0) + 1;
  turns.set(parentElement, turn);
  const isLast = () => turns.get(parentElement) === turn;
  ready ??= load().catch((error) => { ready = undefined; throw error; });
  const { render, sheet } = await ready;
  if (!isLast()) return;
  const root = parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const clean = await render(component);
  return () => { if (isLast()) clean?.(); };
}
"""


def register(name: str, folder: Path) -> Callable[..., Any]:
    """A component from the files in ``folder``; call the result as Streamlit's own, ``data`` is checked by ``clean``.

    Call it once, at import of the component's module.
    """
    base = f"{_served(_FOLDER, _SERVED)}{folder.relative_to(_FOLDER).as_posix()}/"
    styled = json.dumps((folder / "style.css").is_file())
    component = st.components.v2.component(f"cnn_builder_{name}", js=_LOADER % (json.dumps(base), styled))

    def mount(*, data: Any = None, **arguments: Any) -> Any:
        _served(_FOLDER, _SERVED)
        return component(data=clean(data), **arguments)

    return mount


def clean(data: Any) -> Any:
    """``data`` after a JSON round trip. Raises ValueError for NaN or infinity, TypeError for what JSON has not."""
    return json.loads(json.dumps(data, allow_nan=False))


def file_url(path: Path) -> str:
    """Address at which the browser finds a file of an installed package, such as plotly.js."""
    return f"{_served(path.parent, (path.name,))}{path.name}"


def _served(folder: Path, patterns: tuple[str, ...]) -> str:
    """Have the server that runs now serve this folder; its address there, which changes with what the files hold."""
    name = _name(folder, patterns)
    manager = get_bidi_component_manager()
    if manager.get(name) is None:
        package, label = name.split(".")
        manifest = ComponentManifest(package, "", [ComponentConfig(label, folder.name)])
        manager.register_from_manifest(manifest, folder.parent)
    prefix = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{f'/{prefix}' if prefix else ''}/_stcore/bidi-components/{name}/"


@cache
def _name(folder: Path, patterns: tuple[str, ...]) -> str:
    """A name that no other version of the files has: a browser keeps a file for as long as its address stays."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in folder.rglob(pattern)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return f"cnn_builder.{folder.name}-{digest.hexdigest()[:12]}"
