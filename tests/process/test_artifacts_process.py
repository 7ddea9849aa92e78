"""Two machines that share a store and a URL, and no folder: a run goes from one to the other."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.engine.training.checkpoint_file import LAST, PREVIOUS, read_checkpoint
from cnn_builder.runs import Run, RunSettings, ServiceClient
from cnn_builder.runs.results.evaluation import read_evaluation
from cnn_builder.runs.run_files import BEST
from tests.support.networks import TINY_DIGITS
from tests.support.own_data import imported
from tests.support.ray_house import LaunchedRuns, has_ended

REQUEST = RunSettings(epochs=3, batch_size=1, learning_rate=0.002, seed=4, deterministic=True)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[LaunchedRuns, LaunchedRuns]]:
    """The second has the store of the first."""
    first = LaunchedRuns(tmp_path, artifacts=str(tmp_path / "url"), home=tmp_path / "a")
    second = LaunchedRuns(tmp_path, artifacts=str(tmp_path / "url"), home=tmp_path / "b", store=first.settings.store)
    yield first, second
    second.close()
    first.close()


def test_a_run_that_is_killed_here_ends_there_as_if_left_alone(machines: tuple[LaunchedRuns, LaunchedRuns]) -> None:
    here, there = machines
    run_id = here.store.create_run(TINY_DIGITS, "digits", REQUEST).run_id
    run = here.until(run_id, here.is_put)
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    assert here.until(run_id, has_ended).status == "crashed"
    here.launcher.close()

    there.store.request_resume(run_id)
    finished = there.until(run_id, has_ended)
    assert finished.status == "finished"
    resumed = [event for event in there.store.events(run_id) if event.kind == "resumed"]
    assert len(resumed) == 1 and resumed[0].step > 0
    here.store.get(run_id)  # fetches what the other machine made
    files = [runs.settings.run_folder(run_id) for runs in machines]
    assert (files[0] / BEST).read_bytes() == (files[1] / BEST).read_bytes()
    assert (read_evaluation(files[0]).confusion == read_evaluation(files[1]).confusion).all()
    with closing(ServiceClient(here.settings)) as service:
        assert len(service.predict(run_id, np.zeros((28, 28, 1), np.uint8))) == 10

    here.store.rename(run_id, "disturbed")
    alone_id = here.store.create_run(TINY_DIGITS, "digits", REQUEST, key="alone").run_id
    alone = here.until(alone_id, has_ended)
    kept, expected = (read_checkpoint(here.settings.run_folder(one) / LAST).arrays for one in (run_id, alone_id))
    for name, array in expected.items():
        np.testing.assert_array_equal(kept[name], array, err_msg=name)
    assert (finished.test_loss, finished.test_accuracy) == (alone.test_loss, alone.test_accuracy)


def test_a_damaged_checkpoint_there_is_told_and_the_one_before_is_used(
    machines: tuple[LaunchedRuns, LaunchedRuns],
) -> None:
    here, there = machines
    run_id = here.store.create_run(TINY_DIGITS, "digits", REQUEST.model_copy(update={"epochs": 10_000})).run_id

    def has_two(run: Run) -> bool:
        return here.is_put(run) and PREVIOUS in here.index(run_id)

    here.until(run_id, has_two)
    here.store.request_stop(run_id)
    assert here.until(run_id, has_ended).status == "stopped"
    folder = Path(str(here.settings.artifacts).removeprefix("file://")) / "runs" / run_id
    (folder / "objects" / here.index(run_id)[LAST]["sha256"]).write_bytes(b"damaged")

    there.store.request_resume(run_id)
    there.until(run_id, there.trains)
    notes = [event.text for event in there.store.events(run_id) if event.kind == "note"]
    assert notes == [
        f"The checkpoint {LAST} is damaged: it is not what was kept for all machines. The one before is used."
    ]
    there.store.request_stop(run_id)
    there.until(run_id, has_ended)


def test_a_data_set_of_ones_own_trains_on_a_machine_that_never_had_it(
    machines: tuple[LaunchedRuns, LaunchedRuns],
) -> None:
    here, there = machines
    info = imported(here.settings.home)
    layers = [{"type": "Flatten"}, {"type": "Dense", "units": 2, "activation": "softmax"}]
    network = Architecture.from_dict({"version": 1, "input_shape": list(info.input_shape), "layers": layers})
    run = here.store.create_run(network, info.name, RunSettings(epochs=1, batch_size=2))
    assert here.store.artifacts is not None
    here.store.artifacts.send_dataset(run)
    finished = there.until(run.run_id, has_ended)
    assert finished.status == "finished", finished.reason
    assert OwnDatasets.of(there.settings).has(info.name)


def test_a_url_that_is_away_while_a_run_trains_loses_nothing(
    machines: tuple[LaunchedRuns, LaunchedRuns], tmp_path: Path
) -> None:
    here, there = machines
    run_id = here.store.create_run(TINY_DIGITS, "digits", REQUEST).run_id
    run = here.until(run_id, here.is_put)
    (tmp_path / "url").rename(tmp_path / "away")
    (tmp_path / "url").write_text("a file in its place")
    here.until(run_id, lambda now: now.reason == "keeping its files for all machines")
    assert here.store.get(run_id).step > run.step
    (tmp_path / "url").unlink()
    (tmp_path / "away").rename(tmp_path / "url")
    assert here.until(run_id, has_ended).status == "finished"
    notes = [event.text for event in here.store.events(run_id) if event.kind == "note"]
    assert len(notes) == 1 and notes[0].startswith("the artifacts could not be reached for ")
    there.store.get(run_id)
    first, second = (runs.settings.run_folder(run_id) for runs in machines)
    assert (first / BEST).read_bytes() == (second / BEST).read_bytes()
