"""The server looks after its runs, whichever page is opened first."""

import time
from collections.abc import Iterator
from itertools import count

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store, Supervisor
from cnn_builder.ui.shared.navigation import PAGES
from tests.support.paths import APP

# As it is outside these tests, which keep every page from starting it.
START_THREAD = Supervisor.start_thread


@pytest.fixture
def started(no_processes: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Supervisor]]:
    """The supervisors that pages have started; they are stopped after the test."""
    made: list[Supervisor] = []

    def start(supervisor: Supervisor) -> None:
        made.append(supervisor)
        # The 3 s that a foreign worker is given pass at once; before the thread looks at the machine's own clock.
        supervisor._monotonic = count(0.0, 4.0).__next__
        START_THREAD(supervisor)

    monkeypatch.setattr(Supervisor, "start_thread", start)
    yield made
    for supervisor in made:
        supervisor.stop_thread()


@pytest.mark.parametrize("name", PAGES)
def test_a_run_of_before_the_restart_is_found_dead(store: Store, started: list[Supervisor], name: str) -> None:
    run_id = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings()).run_id
    store.claim_next(1)
    store.set_process(run_id, 2**22 + 1, 1.0)  # above every process id: whoever trained it is gone
    store.begin(run_id, 10)
    page = AppTest.from_file(APP, default_timeout=60)
    page.switch_page(f"pages/{name}.py").run()
    (supervisor,) = started
    end = time.monotonic() + 180
    while store.get(run_id).is_active and time.monotonic() < end:
        supervisor.nudge()
        time.sleep(0.02)
    assert (store.get(run_id).status, store.get(run_id).reason) == ("crashed", "process gone")
    page.run()
    assert not page.exception and len(started) == 1


def test_a_store_that_cannot_be_opened_does_not_take_the_build_page_down(
    monkeypatch: pytest.MonkeyPatch, started: list[Supervisor]
) -> None:
    monkeypatch.setenv("CNN_BUILDER_STORE", "sqlite:////proc/nowhere/runs.sqlite")
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert not page.exception and "store" in page.error[0].value
    page.switch_page("pages/build.py").run()
    assert not page.exception and not page.error and started == []
