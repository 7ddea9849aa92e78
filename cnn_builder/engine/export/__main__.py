"""`python -m cnn_builder.engine.export FORM RUN_ID FILE` writes one form of a run's model.

The last line on stdout is a JSON object of what was measured; one line on stderr and exit code 1 where it cannot be
made. The formats that are checked and kept are made by `conversion`.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.engine.export import optimizer, page, tensorboard
from cnn_builder.runs import Run, Store
from cnn_builder.runs.store.events import Event
from cnn_builder.settings import Settings

FORMS: dict[str, Callable[[Run, list[Event], Settings, Path], dict[str, Any]]] = {
    "trainable": optimizer.write_trainable,
    "page": page.write_page_data,
    "tensorboard": tensorboard.write_event_files,
}


def main(form: str, run_id: str, path: str) -> int:
    """Export one run of the store that the environment names."""
    settings = Settings.from_env()
    try:
        with Store.open(settings) as store:
            run = store.get(run_id)
            facts = FORMS[form](run, store.events(run.run_id), settings, Path(path))
    except (CnnBuilderError, OSError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    print(json.dumps(facts, allow_nan=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
