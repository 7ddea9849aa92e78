"""The Layers view of a run: before anything is kept, with what is kept, and turned off. And `runs layers`."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.cli import main
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.runs.layer_statistics.kept import append_statistics
from cnn_builder.runs.layer_statistics.statistics import Distribution, EpochStatistics, LayerStatistics
from cnn_builder.settings import Settings
from cnn_builder.ui.train.layer_view import layer_view


@pytest.fixture
def run(store: Store) -> Run:
    return store.create_run(PRESETS["L1"].architecture, "digits", RunSettings())


def keep(folder: Path) -> None:
    values = np.random.default_rng(0).normal(size=(100,))
    made = Distribution.of(values)
    for epoch in range(3):
        layers = (LayerStatistics(0, "Conv2D", made, made, made, 32, 5), LayerStatistics(4, "ReLU", None, None, made))
        append_statistics(folder, EpochStatistics(epoch, 64, layers, np.zeros((3, 3, 1, 4))))


def shown(run: Run) -> AppTest:
    def script(view: object, run: object) -> None:  # its source is run alone, without the imports above
        view(run)  # type: ignore[operator]

    at = AppTest.from_function(script, kwargs={"view": layer_view, "run": run}, default_timeout=60).run()
    assert not at.exception
    return at


def tables(at: AppTest) -> str:
    return " ".join(element.proto.body for element in at.get("html"))


def test_what_was_kept_is_shown_layer_by_layer(run: Run, settings: Settings) -> None:
    keep(settings.run_folder(run.run_id))
    at = shown(run)
    assert at.caption[0].value.startswith("After epoch 2, on 64 training images")
    assert "5 of 32" in tables(at) and "cnn-filters" in tables(at) and "By epoch" in tables(at)
    at.selectbox[0].select(4).run()
    assert "Layer 5 has no weights to show." in [caption.value for caption in at.caption]


def test_where_nothing_was_kept_it_is_said_why(run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(run).info[0].value == "The layers are shown as soon as the training begins."
    store.claim_next(1)
    store.finish(run.run_id, "stopped")
    ended = store.get(run.run_id)
    assert shown(ended).info[0].value == "No statistics of the layers were kept of this run."
    monkeypatch.setenv("CNN_BUILDER_LAYER_STATISTICS", "false")
    assert "CNN_BUILDER_LAYER_STATISTICS is false" in shown(ended).info[0].value


def test_the_command_prints_them(run: Run, settings: Settings) -> None:
    nothing = CliRunner().invoke(main, ["runs", "layers", run.run_id])
    assert nothing.exit_code == 1 and "has no statistics of its layers" in nothing.output
    keep(settings.run_folder(run.run_id))
    lines = CliRunner().invoke(main, ["runs", "layers", run.run_id]).output.splitlines()
    assert len(lines) == 6 and lines[0].startswith("epoch 0  layer 1 Conv2D  weights") and "dead 5 of 32" in lines[0]
    told = [
        json.loads(line)
        for line in CliRunner().invoke(main, ["runs", "layers", run.run_id, "--json"]).output.splitlines()
    ]
    assert [(one["epoch"], one["index"], one["dead"]) for one in told][-2:] == [(2, 0, 5), (2, 4, 0)]
    assert sum(told[0]["weights"]["counts"]) == 100 and told[1]["weights"] is None
