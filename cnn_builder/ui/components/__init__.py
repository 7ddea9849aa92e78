"""Components of our own: registered once each, their JavaScript and CSS served from the app's static folder.

Streamlit sends inline JavaScript again at every rerun, so only a small loader is inline. The folder of a component
holds ``main.js`` (the entry: ``export default (component) => cleanup``), ``style.css`` if it needs one, and whatever
``main.js`` imports from beside it.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

STATIC = Path(__file__).resolve().parents[3] / "static"
_SERVED = {".js", ".css", ".svg"}

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
export default async function (component) {
  const { render, sheet } = await (ready ??= load());
  const root = component.parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return render(component);
}
"""


def register(name: str, folder: Path) -> Callable[..., Any]:
    """A component from the files in ``folder``; call the result as Streamlit's own, ``data`` is checked by ``clean``.

    Call it once, at import of the component's module.
    """
    base = f"{_prefix()}{publish(name, sorted(path for path in folder.iterdir() if path.suffix in _SERVED))}/"
    styled = json.dumps((folder / "style.css").is_file())
    component = st.components.v2.component(f"cnn_builder_{name}", js=_LOADER % (json.dumps(base), styled))

    def mount(*, data: Any = None, **arguments: Any) -> Any:
        return component(data=clean(data), **arguments)

    return mount


def clean(data: Any) -> Any:
    """``data`` after a JSON round trip. Raises ValueError for NaN or infinity, TypeError for what JSON has not."""
    return json.loads(json.dumps(data, allow_nan=False))


def publish(name: str, files: Iterable[Path]) -> str:
    """Copy files to the static folder; the name they are under there, which changes whenever their content does."""
    contents = {path.name: path.read_bytes() for path in files}
    digest = hashlib.sha256()
    for file_name, content in contents.items():
        digest.update(f"{file_name}\0{len(content)}\0".encode())
        digest.update(content)
    folder = f"{name}-{digest.hexdigest()[:12]}"
    target = STATIC / folder
    if not target.is_dir():
        _write(target, contents)
    return folder


@cache
def file_url(path: Path) -> str:
    """Address at which the browser finds a copy of a file, such as plotly.js from its package."""
    return f"{_prefix()}{publish(path.name.split('.')[0], [path])}/{path.name}"


def _prefix() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/app/static/" if base else "/app/static/"


def _write(target: Path, contents: dict[str, bytes]) -> None:
    """All files or none: another server may be starting on the same folder."""
    STATIC.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=STATIC))
    draft.chmod(0o755)
    for file_name, content in contents.items():
        (draft / file_name).write_bytes(content)
    try:
        os.rename(draft, target)
    except OSError:
        shutil.rmtree(draft)
        if not target.is_dir():
            raise
