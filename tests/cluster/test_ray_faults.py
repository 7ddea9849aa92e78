"""A Ray cluster loses a node, and its head, in the middle of a run. Needs `make test-cluster`."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.engine.training.checkpoint_file import LAST, read_checkpoint
from cnn_builder.runs import Run
from cnn_builder.runs.errors import ClusterUnreachable
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.ray_launcher import RayLauncher
from cnn_builder.runs.workers.supervisor import CLUSTER_UNREACHABLE
from scripts import ray_nodes
from tests.support.ray_house import CLUSTER, LONG_ENOUGH, SMALL, LaunchedRuns, has_ended, node_of

pytestmark = pytest.mark.skipif(not CLUSTER, reason="no Ray cluster: make test-cluster starts one")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[LaunchedRuns]:
    ray_nodes.mend(Path(CLUSTER))
    made = LaunchedRuns(tmp_path, max_active=2)
    yield made
    made.close()


def has_checkpoint(runs: LaunchedRuns, run: Run) -> bool:
    return runs.trains(run) and (runs.settings.run_folder(run.run_id) / LAST).is_file()


def texts(runs: LaunchedRuns, run_id: str) -> list[str]:
    return [event.text for event in runs.store.events(run_id) if event.kind == "note"]


@pytest.mark.fault(17)
def test_a_run_whose_node_is_killed_ends_with_the_weights_of_one_left_alone(runs: LaunchedRuns) -> None:
    folder = Path(CLUSTER)
    run_id = runs.store.create_run(SMALL, "digits", LONG_ENOUGH).run_id
    run = runs.until(run_id, lambda run: has_checkpoint(runs, run))
    worker, node = run.pid, node_of(run)
    assert worker is not None
    ray_nodes.kill(folder, node)
    lost = runs.until(run_id, lambda run: run.pid != worker)
    assert processes.process_started(worker) is None  # it ended with its node
    assert lost.status in ("queued", "starting") and texts(runs, run_id) == [
        "lost node: started again from its last checkpoint"
    ]
    finished = runs.until(run_id, has_ended)
    assert finished.status == "finished" and finished.boot != run.boot
    resumed = [event for event in runs.store.events(run_id) if event.kind == "resumed"]
    assert len(resumed) == 1 and resumed[0].step > 0

    ray_nodes.start_node(folder, node)
    runs.store.rename(run_id, "disturbed")
    alone_id = runs.store.create_run(SMALL, "digits", LONG_ENOUGH, key="alone").run_id
    assert alone_id != run_id
    alone = runs.until(alone_id, has_ended)
    kept, expected = (read_checkpoint(runs.settings.run_folder(one) / LAST).arrays for one in (run_id, alone_id))
    for name, array in expected.items():
        np.testing.assert_array_equal(kept[name], array, err_msg=name)
    assert (finished.test_loss, finished.test_accuracy) == (alone.test_loss, alone.test_accuracy)
    epochs, epochs_alone = (
        [(row.epoch, row.loss, row.val_loss) for row in runs.store.metrics(one, kind="epoch")]
        for one in (run_id, alone_id)
    )
    assert epochs == epochs_alone and len(epochs) == 3


@pytest.mark.fault(17)
def test_runs_are_kept_while_the_head_is_gone_and_go_on_when_it_is_back(runs: LaunchedRuns) -> None:
    folder = Path(CLUSTER)
    run_id = runs.store.create_run(SMALL, "digits", LONG_ENOUGH.model_copy(update={"epochs": 10_000})).run_id
    run = runs.until(run_id, lambda run: has_checkpoint(runs, run))
    ray_nodes.kill(folder, ray_nodes.HEAD)
    waiting = runs.store.create_run(SMALL, "digits", LONG_ENOUGH.model_copy(update={"train_limit": 100})).run_id
    runs.until(waiting, lambda run: run.reason == CLUSTER_UNREACHABLE)
    assert runs.supervisor.problem is not None and "cannot be reached" in runs.supervisor.problem
    kept = runs.store.get(run_id)
    assert kept.is_active and kept.step >= run.step  # nobody took it for dead

    ray_nodes.mend(folder)  # kills the nodes, which without their head end by themselves after a while
    assert run.pid is not None and processes.process_started(run.pid) is None
    runs.until(run_id, lambda now: now.pid not in (None, run.pid) and runs.trains(now))
    assert texts(runs, run_id) == ["the cluster was started anew: started again from its last checkpoint"]
    assert runs.until(waiting, has_ended).status == "finished"
    runs.store.request_stop(run_id)
    assert runs.until(run_id, has_ended).status == "stopped"


def test_a_wrong_token_opens_nothing(runs: LaunchedRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("0" * 64)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    launcher = RayLauncher(runs.settings)
    began = time.monotonic()
    with pytest.raises(ClusterUnreachable, match="cannot be reached"):
        launcher.look()
    assert time.monotonic() - began < 120
    launcher.close()
