"""The Train page while a Ray cluster does not answer, or may not be used."""

import sys
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store, Supervisor
from cnn_builder.runs.workers import ray_launcher
from cnn_builder.ui.shared import navigation
from tests.support.paths import APP


@pytest.fixture
def launchers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ray_launcher.RayLauncher]]:
    """Those that the page makes; their process that speaks with the cluster ends at once."""
    made: list[ray_launcher.RayLauncher] = []

    class NoCluster(ray_launcher.RayLauncher):
        def __init__(self, settings: object) -> None:
            super().__init__(settings, [sys.executable, "-c", "raise SystemExit(1)"])  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(ray_launcher, "RayLauncher", NoCluster)
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setenv("CNN_BUILDER_LAUNCHER", "ray")
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    yield made
    for launcher in made:
        launcher.close()


def test_a_head_that_is_gone_is_told_on_the_page_and_by_the_run(
    store: Store, launchers: list[ray_launcher.RayLauncher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    run_id = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings()).run_id
    page = AppTest.from_file(APP, default_timeout=60)
    page.query_params["run"] = run_id
    page.run().switch_page("pages/train.py").run()
    (launcher,) = launchers
    Supervisor(store, launcher, 1).tick()
    page.run()
    (warning,) = [box.value for box in page.warning if "Ray cluster" in box.value]
    assert "cannot be reached" in warning and "Runs are kept" in warning
    assert any("next in the queue, cluster unreachable" in box.value for box in page.markdown)
    assert store.get(run_id).status == "queued"


def test_without_a_token_the_page_says_what_to_set(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_LAUNCHER", "ray")
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    monkeypatch.setattr(navigation, "PAGES", ("train", *(name for name in navigation.PAGES if name != "train")))
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert not page.exception
    assert any("RAY_AUTH_MODE=token" in box.value.replace("\\", "") for box in page.error)
