"""Runs on two Ray nodes that share a database and a bucket, and no folder. Needs `make test-cluster`."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.engine.training.checkpoint_file import LAST, read_checkpoint
from cnn_builder.runs import RunSettings, ServiceClient
from cnn_builder.runs.results.evaluation import read_evaluation
from cnn_builder.runs.run_files import BEST
from scripts import object_store, ray_nodes
from tests.support.own_data import imported
from tests.support.ray_house import CLUSTER, LONG_ENOUGH, SMALL, LaunchedRuns, has_ended, node_of

SERVER = os.environ.get(object_store.FOLDER, "")
pytestmark = pytest.mark.skipif(not (CLUSTER and SERVER), reason="no cluster and bucket: make test-cluster starts them")


def home_of(node: str) -> Path:
    """A home that is the node's alone."""
    return Path(CLUSTER) / f"home of {node}"


@pytest.fixture(scope="module", autouse=True)
def nodes_apart() -> Iterator[None]:
    for name in ray_nodes.NODES:
        ray_nodes.kill(Path(CLUSTER), name)
        ray_nodes.start_node(Path(CLUSTER), name, home_of(name))
    yield
    for name in ray_nodes.NODES:
        ray_nodes.kill(Path(CLUSTER), name)
    ray_nodes.mend(Path(CLUSTER))


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[LaunchedRuns]:
    made = LaunchedRuns(tmp_path, max_active=2, artifacts=f"s3://{object_store.BUCKET}/{tmp_path.name}")
    yield made
    made.close()
    object_store.reopen(Path(SERVER))


def notes(runs: LaunchedRuns, run_id: str) -> list[str]:
    return [event.text for event in runs.store.events(run_id) if event.kind == "note"]


def tried_in_vain(run_id: str) -> bool:
    """Whether the run's worker has found the bucket away: one that is back before it asks is nothing to be told of."""
    logs = [home_of(name) / "runs" / run_id / "worker.log" for name in ray_nodes.NODES]
    return any("cannot be reached" in log.read_text() for log in logs if log.is_file())


def test_a_data_set_of_ones_own_trains_on_a_node_that_never_had_it_and_the_model_is_read_here(
    runs: LaunchedRuns,
) -> None:
    info = imported(runs.settings.home)
    layers = [{"type": "Flatten"}, {"type": "Dense", "units": 2, "activation": "softmax"}]
    network = Architecture.from_dict({"version": 1, "input_shape": list(info.input_shape), "layers": layers})
    run_id = runs.store.create_run(network, info.name, RunSettings(epochs=2, batch_size=2)).run_id
    finished = runs.until(run_id, has_ended)
    assert finished.status == "finished", finished.reason
    trained = [name for name in ray_nodes.NODES if (home_of(name) / "runs" / run_id / BEST).is_file()]
    assert len(trained) == 1 and (home_of(trained[0]) / "datasets" / "pets" / "set.json").is_file()
    folder = runs.settings.run_folder(run_id)
    assert (folder / BEST).read_bytes() == (home_of(trained[0]) / "runs" / run_id / BEST).read_bytes()
    assert read_evaluation(folder).images == info.test_size
    with closing(ServiceClient(runs.settings)) as service:
        assert len(service.predict(run_id, np.zeros(info.input_shape, np.uint8))) == 2


def test_a_run_whose_node_is_killed_goes_on_on_the_other_and_ends_as_if_left_alone(runs: LaunchedRuns) -> None:
    run_id = runs.store.create_run(SMALL, "digits", LONG_ENOUGH).run_id
    node = node_of(runs.until(run_id, runs.is_put))
    ray_nodes.kill(Path(CLUSTER), node)
    finished = runs.until(run_id, has_ended)
    assert finished.status == "finished", finished.reason
    assert notes(runs, run_id) == ["lost node: started again from its last checkpoint"]
    resumed = [event for event in runs.store.events(run_id) if event.kind == "resumed"]
    assert len(resumed) == 1 and resumed[0].step > 0
    (other,) = set(ray_nodes.NODES) - {node}
    assert (home_of(other) / "runs" / run_id / BEST).is_file()

    ray_nodes.start_node(Path(CLUSTER), node, home_of(node))
    runs.store.rename(run_id, "disturbed")
    alone_id = runs.store.create_run(SMALL, "digits", LONG_ENOUGH, key="alone").run_id
    alone = runs.until(alone_id, has_ended)
    kept, expected = (read_checkpoint(runs.settings.run_folder(one) / LAST).arrays for one in (run_id, alone_id))
    for name, array in expected.items():
        np.testing.assert_array_equal(kept[name], array, err_msg=name)
    assert (finished.test_loss, finished.test_accuracy) == (alone.test_loss, alone.test_accuracy)


def test_a_bucket_that_is_away_while_a_run_trains_loses_nothing(runs: LaunchedRuns) -> None:
    run_id = runs.store.create_run(SMALL, "digits", LONG_ENOUGH).run_id
    run = runs.until(run_id, runs.is_put)
    object_store.close(Path(SERVER))
    runs.until(run_id, lambda now: now.reason == "keeping its files for all machines" and tried_in_vain(run_id))
    assert runs.store.get(run_id).step > run.step
    object_store.reopen(Path(SERVER))
    assert runs.until(run_id, has_ended).status == "finished"
    told = notes(runs, run_id)
    assert len(told) == 1 and told[0].startswith("the artifacts could not be reached for ")
    (node,) = [name for name in ray_nodes.NODES if (home_of(name) / "runs" / run_id / BEST).is_file()]
    for name in (BEST, LAST):
        assert (runs.settings.run_folder(run_id) / name).read_bytes() == (
            home_of(node) / "runs" / run_id / name
        ).read_bytes()
