"""`python -m cnn_builder.engine.export.conversion RUN_ID FORM…` converts a run's model, checks and keeps each form.

One process makes them all: TensorFlow is loaded, and the test images are read with the run's own model, only once. Each
line on stdout is a JSON object of what happens: "form" with "place" (from 1) and "of" when it begins, "form" with
"failed" where it cannot be made, "form" with "done" when it is kept. A line on stderr and exit code 1 where none can be
made.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.engine.export import keras_file, litert, onnx, saved_model
from cnn_builder.engine.export.agreement import ExportSubject
from cnn_builder.engine.versions import engine_versions
from cnn_builder.runs import Run, Store
from cnn_builder.runs.exports.kept import keep_export
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

_Writer = Callable[[ExportSubject, Path], dict[str, Any]]
WRITERS: dict[str, _Writer] = {
    "litert": litert.write_float32,
    "litert-int8": litert.write_int8,
    "savedmodel": saved_model.write_saved_model,
    "onnx": onnx.write_onnx,
}
PACKAGES = {"onnx": ("tf2onnx", "onnx", "onnxruntime")}
"""What made a form, besides TensorFlow and Keras."""


def main(run_id: str, *forms: str) -> int:
    """Convert one run of the store that the environment names."""
    settings = Settings.from_env()
    try:
        with Store.open(settings) as store:
            run = store.get(run_id)
        subject = ExportSubject.load(run, settings)
    except (CnnBuilderError, OSError) as error:
        print(_one_line(error), file=sys.stderr)
        return 1
    for place, form in enumerate(forms, 1):
        _tell(form=form, place=place, of=len(forms))
        try:
            convert_and_keep(run, settings, subject, form)
        except (CnnBuilderError, OSError) as error:
            _tell(form=form, failed=_one_line(error))
        else:
            _tell(form=form, done=True)
    return 0


def convert_and_keep(run: Run, settings: Settings, subject: ExportSubject, form: str) -> None:
    """Convert, check and keep one form. Raises ModelError, OSError."""
    best = settings.run_folder(run.run_id) / BEST
    with TemporaryDirectory(prefix="cnn-builder-") as folder:
        path = Path(folder) / "model"
        facts = keras_file.write_keras(subject, path, best) if form == "keras" else WRITERS[form](subject, path)
        keep_export(run, settings, form, path, {**facts, "versions": engine_versions(*PACKAGES.get(form, ()))})


def _tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
