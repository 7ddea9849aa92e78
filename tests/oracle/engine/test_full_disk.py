"""The two files that Keras and NumPy write, on a disk that is full."""

import sys
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.engine.build import build_model
from cnn_builder.engine.training.checkpoints import _keep_epoch, save_model
from cnn_builder.runs.run_files import BEST
from tests.support.full_disk import full_disk
from tests.support.networks import TINY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit for the size of a file")


@pytest.mark.fault(3)
def test_a_model_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    model = build_model(TINY)
    save_model(model, tmp_path / BEST)
    before = (tmp_path / BEST).read_bytes()
    with full_disk(), pytest.raises(OSError, match=r"\S"):
        save_model(model, tmp_path / BEST)
    assert [path.name for path in tmp_path.iterdir()] == [BEST]
    assert (tmp_path / BEST).read_bytes() == before


@pytest.mark.fault(3)
def test_an_epochs_weights_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    weights = [np.ones((9, 9), np.float32)]
    with full_disk(), pytest.raises(OSError, match=r"\S"):
        _keep_epoch(tmp_path, 1, weights)
    assert list(tmp_path.iterdir()) == []
    _keep_epoch(tmp_path, 1, weights)
    assert [path.name for path in tmp_path.iterdir()] == ["0001.weights.npz"]
