"""The store that the pages under test look into."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from streamlit.components.v2 import manifest_scanner

from cnn_builder.data.imports import background
from cnn_builder.data.imports.apart import ImportJob
from cnn_builder.data.imports.importing import Told, import_data
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.limits import ImportLimits
from cnn_builder.runs import LocalLauncher, ServiceClient, ServiceError, Store, Supervisor
from cnn_builder.settings import Settings


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture(scope="session", autouse=True)
def packages_searched_once() -> Iterator[None]:
    """Each AppTest searches all installed packages for components, which takes longer than most pages."""
    with pytest.MonkeyPatch.context() as patch:
        search = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", search)
        yield


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page starts the supervisor, a waiting worker and the service of models: here none of them loads TensorFlow."""
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self, after=0.0: None)
    monkeypatch.setattr(ServiceClient, "warm", lambda self: None)
    monkeypatch.setattr(ServiceClient, "_start", no_service)
    monkeypatch.setattr(background, "import_apart", import_here)


def import_here(job: ImportJob, settings: Settings, told: Told) -> None:
    import_data(job.path, job.name, OwnDatasets.of(settings), job.options, ImportLimits.of(settings), told, job.title)


def no_service(client: ServiceClient) -> NoReturn:
    raise ServiceError("A page's script is tested without the service of models: give it answers.")
