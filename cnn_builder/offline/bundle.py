"""JavaScript modules joined into one script, since a page opened as a file may not import any.

Each module becomes a function that is called once and gives what the module exports. It reads our own modules only:
`import { a, b as c } from "./file.js";` and `export` before a function, a constant or a class, each at a line's start.
"""

import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined(entry: str) -> str:
    """The script of an entry module, given as text; it imports files by their paths within the package.

    Raises ValueError for an import or export in another form, OSError for a file that is not there.
    """
    modules: dict[Path, str] = {}
    last = _module(entry, PACKAGE, modules)
    return "".join(["(() => {\n", *modules.values(), last, "})();\n"])


def exported(source: str) -> list[str]:
    """The names that a module exports, in their order."""
    return _EXPORT.findall(source)


def _module(source: str, folder: Path, modules: dict[Path, str]) -> str:
    """The body of a module whose imports are joined before it, each once."""
    found = []
    for names, target in _IMPORT.findall(source):
        path = (folder / target).resolve()
        if path not in modules:
            text = path.read_text(encoding="utf-8")
            body = _module(text, path.parent, modules)
            given = ", ".join(exported(text))
            modules[path] = f"const module{len(modules)} = (() => {{\n{body}return {{ {given} }};\n}})();\n"
        number = list(modules).index(path)
        found.append(f"const {{ {names.strip().replace(' as ', ': ')} }} = module{number};\n")
    body = _EXPORT.sub("", _IMPORT.sub("", source))
    left = _LEFT.search(body)
    if left is not None:
        raise ValueError(f"expected `import {{ … }} from` or `export` of a named thing, received {left[0]!r:.100}")
    return "".join(found) + body
