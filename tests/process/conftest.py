"""A folder of its own for each test, whose processes do not outlive it, however it ended."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cnn_builder.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture(autouse=True)
def nothing_goes_on(tmp_path: Path) -> Iterator[None]:
    """Kill what still works in this test's folder: a worker outlives the process that started it, by design."""
    yield
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("CNN_BUILDER_HOME", "").startswith(str(tmp_path)):
                process.kill()
