"""A new store in PostgreSQL for each test, and the server behind it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cnn_builder.settings import Settings
from tests.support.stores import store_url


@pytest.fixture
def url(tmp_path: Path) -> str:
    return store_url(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, url: str) -> Settings:
    return Settings.from_env({"CNN_BUILDER_HOME": str(tmp_path / "home"), "CNN_BUILDER_STORE": url})


@pytest.fixture(autouse=True)
def nothing_goes_on(tmp_path: Path) -> Iterator[None]:
    """Kill what still works in this test's folder: a worker outlives the process that started it, by design."""
    yield
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("CNN_BUILDER_HOME", "").startswith(str(tmp_path)):
                process.kill()
