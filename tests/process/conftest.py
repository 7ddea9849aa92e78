"""Nothing a test started outlives it, however the test ended."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest


@pytest.fixture(autouse=True)
def nothing_goes_on(tmp_path: Path) -> Iterator[None]:
    """Kill what still works in this test's folder: a worker outlives the process that started it, by design."""
    yield
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("CNN_BUILDER_HOME", "").startswith(str(tmp_path)):
                process.kill()
