"""Robustness without a model: where curves cross 90 %, what is kept and for how long, the run with the layer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import PRESETS, trace
from cnn_builder.architecture.layers.random_rotation import RandomRotation
from cnn_builder.data import DATASETS
from cnn_builder.runs import RunSettings, RunStateError, Store
from cnn_builder.runs.models import Imported
from cnn_builder.runs.robustness.curve import Limits, RobustnessCurve, change_at, first_failures
from cnn_builder.runs.robustness.kept import FILE, Robustness, model_digest, read_robustness, write_robustness
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS, images_read
from cnn_builder.runs.robustness.rerun import find_rerun, queue_rerun, remedy, with_remedy
from cnn_builder.runs.robustness.words import limit_words
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings

INFO = DATASETS["digits"]


def curve_of(key: str, levels: tuple[float, ...], percents: tuple[int, ...]) -> RobustnessCurve:
    """A curve over 100 images of which so many are read right, the first ones."""
    right = np.arange(100)[np.newaxis] < np.array(percents)[:, np.newaxis]
    return RobustnessCurve(key, PERTURBATIONS[key].neutral, levels, right)


TURNED = curve_of("rotation", (-60, -30, 0, 30, 60), (20, 80, 100, 95, 50))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path}/runs.sqlite") as opened:
        yield opened


def test_limits_lie_between_the_levels() -> None:
    assert TURNED.limits == Limits(pytest.approx(-15), pytest.approx(30 + 30 * 5 / 45))
    assert first_failures(TURNED) == [1, 4]
    assert curve_of("shift", (0, 1, 2), (99, 95, 92)).limits == Limits(None, None)
    assert first_failures(curve_of("shift", (0, 1, 2), (99, 95, 92))) == [2]
    assert curve_of("shift", (0, 1), (80, 70)).limits == Limits(None, 0)
    # Up again further out, as a curve of few images may go: the first crossing counts.
    assert curve_of("shift", (0, 1, 2, 3), (100, 80, 95, 70)).limits.high == pytest.approx(0.5)


def test_limits_in_words() -> None:
    assert limit_words(TURNED) == "falls below 90 % from −15° (clockwise) and 33° (counter-clockwise)"
    assert limit_words(curve_of("shift", (0, 1, 2), (99, 95, 92))) == "stays at 90 % or more up to 2 px"
    assert limit_words(curve_of("scale", (0.5, 1.0, 1.5), (95, 100, 80))) == "falls below 90 % from ×1.2 (larger)"
    assert limit_words(curve_of("noise", (0, 10), (80, 70))) == "is below 90 % on unchanged images already"


def test_a_change_is_judged_image_by_image() -> None:
    after = curve_of("rotation", TURNED.levels, (60, 82, 100, 95, 90))
    found = change_at(TURNED, after, 0)
    assert (found.difference, found.gained, found.lost, found.distinguishable) == (pytest.approx(0.4), 40, 0, True)
    assert not change_at(TURNED, after, 1).distinguishable
    with pytest.raises(ValueError, match="same levels"):
        change_at(TURNED, curve_of("rotation", (-30, 0), (90, 90)), 0)


def test_what_is_kept_is_of_one_model(tmp_path: Path) -> None:
    (tmp_path / BEST).write_bytes(b"weights")
    assert read_robustness(tmp_path) is None
    made = Robustness(model_digest(tmp_path), "digest", {}, {}).with_curve(TURNED)
    write_robustness(tmp_path, made.with_unsuitable("thickness", "photos"))
    found = read_robustness(tmp_path)
    assert found is not None and not found.is_complete
    assert (found.images, found.unsuitable) == ("digest", {"thickness": "photos"})
    assert found.curves["rotation"].levels == TURNED.levels
    np.testing.assert_array_equal(found.curves["rotation"].right, TURNED.right)
    (tmp_path / BEST).write_bytes(b"other weights")  # trained on
    assert read_robustness(tmp_path) is None


@pytest.mark.parametrize("damage", ["", "[]", "null", '{"version": 2}', '{"version": 1, "model": 3, "images": 1}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: str) -> None:
    (tmp_path / BEST).write_bytes(b"weights")
    (tmp_path / FILE).write_text(damage)
    assert read_robustness(tmp_path) is None


@pytest.mark.parametrize("key", list(PERTURBATIONS))
@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_the_layer_fits_every_kind_of_input(store: Store, key: str, shape: tuple[int, ...]) -> None:
    network = PRESETS["L1"].architecture
    if len(shape) < 3:
        reshaped = type(network).from_dict(
            {"version": 1, "name": "flat", "input_shape": list(shape),
             "layers": [{"type": "Flatten"}, {"type": "Dense", "units": 10, "activation": "softmax"}]}
        )  # fmt: skip
        network = reshaped
    run = store.create_run(network, "digits", RunSettings())
    changed = with_remedy(run, key, INFO)
    assert changed is not None and trace(changed).error is None
    assert trace(changed).total_params == trace(network).total_params
    assert changed.layers[0 if len(shape) == 3 else 1].type == remedy(key, INFO).layer.type


def test_fewer_of_large_images_are_read() -> None:
    assert images_read(10_000, (28, 28, 1)) == 1000 and images_read(360, (28, 28, 1)) == 360
    assert images_read(10_000, (256, 256, 3)) == 254


def test_light_drawings_are_filled_with_white() -> None:
    light = replace(INFO, light_background=True)
    assert remedy("rotation", light).layer.fill_value == 1  # type: ignore[attr-defined]
    assert remedy("rotation", DATASETS["cifar10"]).layer.fill_mode == "reflect"  # type: ignore[attr-defined]


def test_the_rerun_is_the_same_run_with_the_layer(store: Store, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    asked = RunSettings(epochs=2, seed=7)
    run = store.create_run(PRESETS["L1"].architecture, "digits", asked)
    assert find_rerun(store.list(None), run, "rotation", INFO) is None
    made = queue_rerun(store, settings, run, "rotation", INFO, "click")
    assert queue_rerun(store, settings, run, "rotation", INFO, "click").run_id == made.run_id
    assert (made.name, made.settings, made.dataset) == ("L1 + RandomRotation", asked, "digits")
    assert isinstance(made.architecture.layers[0], RandomRotation)
    assert made.architecture.layers[1:] == run.architecture.layers
    found = find_rerun(store.list(None), run, "rotation", INFO)
    assert found is not None and found.run_id == made.run_id
    assert find_rerun(store.list(None), run, "noise", INFO) is None
    other = store.create_run(PRESETS["L1"].architecture, "digits", RunSettings(epochs=2, seed=8))
    assert find_rerun(store.list(None), other, "rotation", INFO) is None  # another seed
    with pytest.raises(RunStateError, match="has a RandomRotation layer already"):
        queue_rerun(store, settings, made, "rotation", INFO)
    with pytest.raises(RunStateError, match="was imported"):
        queue_rerun(store, settings, replace(run, imported=Imported("a.keras", "0")), "rotation", INFO)
