"""One HTML file that reads drawings, or photos, with a run's network."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from cnn_builder import __version__
from cnn_builder.data import DatasetInfo, describe
from cnn_builder.data.drawings import prepared
from cnn_builder.figures.class_names import FEW_IMAGES, class_phrase
from cnn_builder.figures.locale_text import in_english
from cnn_builder.figures.percentages import percent
from cnn_builder.offline.bundle import PACKAGE, joined
from cnn_builder.offline.limits import layer_files, obstacle, prepare_function
from cnn_builder.runs.errors import StoreError
from cnn_builder.runs.image_kind import settings_for_run
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.engine_exports import ExportedFile, exported_file
from cnn_builder.runs.results.model_file import model_file
from cnn_builder.settings import Settings

_STYLES = ("ui/components/canvas/style.css", "offline/front/style.css")


def offline_page(run: Run, settings: Settings) -> ExportedFile:
    """The page of a run's best model, and what its weights are worth on the test images.

    Raises StoreError where the run's model was not verified or cannot become a page, with the reason.
    """
    reason = obstacle(run.architecture, run.dataset)
    if reason is not None:
        raise StoreError(f"Run {run.run_id} cannot be exported as a page by itself: {reason}.")
    model_file(run, settings)
    found = exported_file(run, settings, "page")
    return ExportedFile(
        html(run, describe(run.dataset, settings_for_run(run)), json.loads(found.content)).encode(), found.facts
    )


def html(run: Run, info: DatasetInfo, data: Mapping[str, Any]) -> str:
    """The page of a run, whose `data` (network and samples) is what `engine/export/page.py` writes."""
    whole = {
        **data,
        "classes": info.classes,
        "phrases": [class_phrase(name, info) for name in info.classes],
        "image_shape": info.input_shape,
        "words": _words(info),
    }
    styles = "".join((PACKAGE / name).read_text(encoding="utf-8") for name in _STYLES)
    name, types = escape(run.name), {layer.type for layer in run.architecture.layers if not layer.training_only}
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever is in the page, nothing can be loaded or sent.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data: blob:\">\n"
        f"<style>{styles}</style></head>\n<body><header><h1>{name}</h1>{_head(run, info)}</header>\n"
        '<main id="app"></main>\n<footer><p id="test" role="status">The self-test is running …</p>'
        f"<p>Run {escape(run.run_id)} · CNN Builder {__version__}</p></footer>\n"
        f'<script type="application/json" id="data">{_in_script(whole)}</script>\n'
        f"<script>\n{script(info, types)}</script></body></html>\n"
    )


def script(info: DatasetInfo, types: set[str]) -> str:
    """The JavaScript of a page: the functions of these layer types, and what this data set's images need."""
    files = layer_files()
    names = sorted(types)
    file, function = prepare_function(info)
    source = "photo_picker" if info.takes_photos else "drawing"
    lines = [f'import {{ {name} }} from "offline/layers/{files[name].name}";' for name in names]
    lines += [
        f'import {{ {function} as prepare }} from "offline/prepare/{file}";',
        f'import {{ createInput }} from "offline/front/{source}.js";',
        'import { start } from "offline/front/main.js";',
        f"start({{ layers: {{ {', '.join(names)} }}, prepare, createInput }});",
    ]
    return joined("\n".join(lines) + "\n")


@in_english()
def _head(run: Run, info: DatasetInfo) -> str:
    lines = [f"A network of {run.total_params:,} parameters, trained on {info.title}."]
    images = (run.evaluation or {}).get("images")
    if run.test_accuracy is not None and images:
        lines[0] += f" It classifies {percent(run.test_accuracy)} of {images:,} test images correctly."
    lines.append("It runs in this page, without a network connection: nothing leaves this device.")
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _words(info: DatasetInfo) -> dict[str, Any]:
    """The page's texts; refusals and warnings by their names in `prepared`."""
    sentences = {name: text for name, text in vars(prepared).items() if name.isupper() and isinstance(text, str)}
    if info.takes_photos:
        title, hint = "Choose a picture", f"A photo of one of: {', '.join(info.classes)}."
    elif info.is_digits:
        title, hint = "Draw a digit", "One digit from 0 to 9, large, in the black square."
    else:
        title, hint = "Draw in the black square", f"One of: {', '.join(info.classes)}."
    notes = [FEW_IMAGES] if info.preparation == "digits" else []
    return {"title": title, "hint": hint, "notes": notes, "sentences": sentences}


def _in_script(value: Any) -> str:
    """JSON that no browser takes for the end of its script element."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
