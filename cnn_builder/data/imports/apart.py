"""An import in a process of its own, so that no file, whatever it unpacks to, fills the web server's memory.

`python -m cnn_builder.data.imports.apart` takes the job as a line of JSON and gives a line of JSON for each step, the
last of which has the error or says that it is done. It ends when nobody reads them any more.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.imports.collect import Form
from cnn_builder.data.imports.importing import ImportOptions, Told, import_data
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import DATA_MEMORY_BYTES, DATA_MEMORY_COPIES, ImportLimits, size_text
from cnn_builder.own_process import limit_process, one_thread, package_env
from cnn_builder.settings import Settings

COMMAND = (sys.executable, "-m", "cnn_builder.data.imports.apart")


@dataclass(frozen=True)
class ImportJob:
    """What is imported; `title` is what the file is called, for people."""

    name: str
    path: Path
    options: ImportOptions
    title: str | None = None

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "path": str(self.path)})

    @classmethod
    def from_json(cls, text: str) -> "ImportJob":
        data = json.loads(text)
        options = data["options"]
        return cls(
            data["name"], Path(data["path"]), ImportOptions(**{**options, "form": Form(**options["form"])}),
            data["title"],
        )  # fmt: skip


def import_apart(job: ImportJob, settings: Settings, told: Told, command: Sequence[str] = COMMAND) -> None:
    """Import it; what `told` raises ends the process, and nothing of the import is kept. Raises DatasetError."""
    env = one_thread({**package_env(), **settings.to_env()})
    try:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
    except OSError as error:
        raise DatasetError(f"The import cannot be started: {error.strerror}.") from None
    with process:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(job.to_json() + "\n")
            process.stdin.close()
            for line in process.stdout:
                step: dict[str, Any] = json.loads(line)
                if "error" in step:
                    raise DatasetError(step["error"])
                if step.get("done"):
                    return
                told(*step["told"])
        except BrokenPipeError:
            pass  # it ended before it read the job
        except BaseException:
            process.kill()
            process.wait()
            OwnDatasets.of(settings).remove_unlisted(job.name)
            raise
    how = f"signal {-process.returncode}" if process.returncode < 0 else f"code {process.returncode}"
    raise DatasetError(f"The import ended before it was done ({how}). The file may be damaged, or too large.")


def main() -> int:
    """Import what stdin says, within the limits; tell each step on stdout."""
    job, settings = ImportJob.from_json(sys.stdin.readline()), Settings.from_env()
    limits = ImportLimits.of(settings)
    memory = DATA_MEMORY_BYTES + DATA_MEMORY_COPIES * limits.unpacked
    limit_process(memory)
    own = OwnDatasets.of(settings)
    try:
        import_data(job.path, job.name, own, job.options, limits, lambda *step: _tell(told=step), job.title)
    except DatasetError as error:
        _tell(error=str(error))
    except MemoryError:
        _tell(error=f"The import needs more than {size_text(memory)} of memory. Import fewer or smaller images.")
    else:
        _tell(done=True)
    return 0


def _tell(**step: object) -> None:
    print(json.dumps(step), flush=True)


if __name__ == "__main__":
    sys.exit(main())
