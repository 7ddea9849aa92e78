"""A digit that leans far is set more upright before it is read; other figures, and wide ones, are left alone."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnn_builder.data import DATASETS, prepare
from cnn_builder.data.drawings.slant import MOST, slant, upright

MNIST = DATASETS["mnist"]


def line(right: float, up: float = 180.0) -> np.ndarray:
    """A stroke of so many pixels to the right and up, bright on black, (280, 280)."""
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line([(140 - right / 2, 140 + up / 2), (140 + right / 2, 140 - up / 2)], fill=255, width=14)
    return np.asarray(image)


def lean(picture: np.ndarray) -> float:
    return slant(picture > 127)


@pytest.mark.parametrize("right", [-150, -60, 0, 20, 90, 170])
def test_the_slant_is_that_of_the_stroke(right: float) -> None:
    assert lean(line(right)) == pytest.approx(right / 180, abs=0.02)


def test_a_single_row_does_not_lean() -> None:
    assert slant(np.ones((1, 9), bool)) == 0


@pytest.mark.parametrize("right", [-150, -60, 60, 170])
def test_a_slanted_figure_keeps_its_rows_and_a_little_of_its_slant(right: float) -> None:
    mask = line(right) > 127
    straight = upright(mask)
    assert slant(straight) == pytest.approx(np.sign(right) * MOST, abs=0.01)
    np.testing.assert_array_equal(straight.sum(axis=1), mask.sum(axis=1))
    assert straight.any(0)[[0, -1]].all()


@pytest.mark.parametrize(("right", "up"), [(0, 180), (30, 180), (-34, 180), (200, 40)])
def test_what_leans_little_and_a_dash_are_left_alone(right: float, up: float) -> None:
    mask = line(right, up) > 127
    assert upright(mask) is mask


def test_only_digits_are_set_upright_and_a_step_says_so() -> None:
    digit, figure = prepare(line(120), MNIST), prepare(line(120), replace(MNIST, classes=("left", "right")))
    assert digit.image is not None and figure.image is not None
    assert lean(digit.image[..., 0]) == pytest.approx(MOST, abs=0.05)
    assert lean(figure.image[..., 0]) == pytest.approx(120 / 180, abs=0.1)
    (step,) = [step for step in digit.steps() if step.name == "Slant"]
    assert step.image.shape == (96, 96) and not step.image[[0, -1]].any()  # a page shows all of it
    assert step.line == "From 34° to 17°, as in most of the training images."
    assert "Slant" not in [step.name for step in (*figure.steps(), *prepare(line(10), MNIST).steps())]
