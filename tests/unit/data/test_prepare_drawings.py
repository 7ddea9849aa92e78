"""Drawings and photos: what is refused, what is warned of, and that the rest looks like the training images."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from cnn_builder.data import DATASETS, DatasetInfo, prepare
from cnn_builder.data.drawings import prepared

MNIST, DIGITS = DATASETS["mnist"], DATASETS["digits"]


def seven(size: float = 1.0, pen: int = 20, at: tuple[int, int] = (0, 0)) -> np.ndarray:
    """A "7" on a 280×280 canvas, bright on black."""
    image = Image.new("L", (280, 280))
    points = [(140 + at[0] + size * x, 140 + at[1] + size * y) for x, y in ((-60, -90), (60, -90), (-20, 90))]
    ImageDraw.Draw(image).line(points, fill=255, width=pen, joint="curve")
    return np.asarray(image)


@pytest.mark.parametrize("info", [MNIST, DIGITS], ids=lambda info: info.name)
def test_a_good_drawing_has_no_warnings(info: DatasetInfo) -> None:
    result = prepare(seven(), info)
    assert result.refused is None and result.warnings == ()
    assert result.image is not None and result.image.shape == (28, 28, 1) and result.image.dtype == np.uint8
    assert result.image.max() > 200


def test_mnist_digit_is_20_high_and_centred_by_mass() -> None:
    image = prepare(seven(at=(50, -40)), MNIST).image
    assert image is not None
    rows = np.flatnonzero(image[..., 0].any(1))
    assert rows[-1] - rows[0] + 1 == 20
    assert ndimage.center_of_mass(image[..., 0].astype(float)) == pytest.approx((14, 14), abs=0.6)


def test_place_size_and_polarity_do_not_matter() -> None:
    plain = prepare(seven(), MNIST).image
    assert plain is not None
    paper = 230 - (seven() * 0.7).astype(np.uint8)
    for other in (seven(at=(30, 20)), paper, np.repeat(paper[..., None], 3, axis=2)):
        image = prepare(other, MNIST).image
        assert image is not None and np.abs(image.astype(int) - plain).mean() < 2


def test_transparent_png_is_laid_on_white() -> None:
    clear = np.zeros((280, 280, 4), np.uint8)
    clear[..., 3] = seven()
    image, plain = prepare(clear, MNIST).image, prepare(seven(), MNIST).image
    assert image is not None and plain is not None and np.abs(image.astype(int) - plain).mean() < 2


@pytest.mark.parametrize("pen", [4, 12, 40])
def test_stroke_width_is_brought_to_mnists(pen: int) -> None:
    image = prepare(seven(pen=pen), MNIST).image
    assert image is not None
    assert 14 < image.mean() < 42


def test_uneven_light_and_specks_are_taken_out() -> None:
    noise = np.random.default_rng(0).normal(0, 4, (280, 280))
    light = np.linspace(140, 240, 280)[None, :] + noise
    photo = light * (1 - 0.6 * seven() / 255)
    photo[10:13, 10:13] = 20
    plain, image = prepare(seven(), MNIST).image, prepare(np.clip(photo, 0, 255).astype(np.uint8), MNIST).image
    assert image is not None and plain is not None and np.abs(image.astype(int) - plain).mean() < 4


def dot(radius: int) -> np.ndarray:
    rows, columns = np.mgrid[:280, :280]
    return np.where((rows - 140) ** 2 + (columns - 140) ** 2 <= radius**2, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("info", [MNIST, DIGITS], ids=lambda info: info.name)
@pytest.mark.parametrize("radius", [1, 5, 10, 30])
def test_a_dot_is_refused(info: DatasetInfo, radius: int) -> None:
    result = prepare(dot(radius), info)
    assert result.image is None and result.refused == prepared.DOT


@pytest.mark.parametrize("info", DATASETS.values(), ids=lambda info: info.name)
def test_blank_is_refused_by_all(info: DatasetInfo) -> None:
    for image in (np.zeros((280, 280), np.uint8), np.full((28, 28, 3), 255, np.uint8), np.zeros((0, 4), np.uint8)):
        result = prepare(image, info)
        assert result.image is None and result.refused == prepared.BLANK


def test_a_noisy_blank_photo_is_refused_not_read() -> None:
    noise = np.random.default_rng(1).normal(200, 6, (280, 280)).clip(0, 255).astype(np.uint8)
    assert prepare(noise, MNIST).refused


def test_all_covered_is_refused() -> None:
    full = np.full((280, 280), 255, np.uint8)
    assert prepare(full, MNIST, "bright").refused == prepared.FULL
    full[100:110, 100:200] = 0
    assert prepare(full, MNIST, "bright").refused == prepared.FULL
    mostly = np.zeros((280, 280), np.uint8)
    mostly[20:260, 20:260] = 255
    assert prepare(mostly, MNIST).refused


@pytest.mark.parametrize(
    ("drawing", "warning"),
    [
        (seven(size=0.5, at=(80, 60)), prepared.OFF_CENTRE),
        (seven(size=0.2, pen=6), prepared.TINY),
        (seven(pen=2), prepared.THIN),
        (seven(pen=75), prepared.THICK),
    ],
    ids=["off-centre", "tiny", "thin", "thick"],
)
def test_what_is_odd_is_warned_of(drawing: np.ndarray, warning: str) -> None:
    result = prepare(drawing, MNIST)
    assert result.image is not None and warning in result.warnings


def test_fashion_keeps_proportions_and_greys() -> None:
    photo = np.full((300, 200), 250, np.uint8)
    photo[50:250, 60:140] = 100
    photo[50:150, 60:140] = 180
    image = prepare(photo, DATASETS["fashion_mnist"]).image
    assert image is not None and image.shape == (28, 28, 1)
    columns = np.flatnonzero(image[14, :, 0])
    assert image[:, 14, 0].all() and columns[0] == 8 and len(columns) in (11, 12)
    assert image[20, 14, 0] > image[5, 14, 0] > 50


def test_photo_takes_the_middle_square() -> None:
    colours = np.zeros((100, 200, 3), np.uint8)
    colours[:, 50:150] = (200, 100, 50)
    image = prepare(colours, DATASETS["cifar10"]).image
    assert image is not None and image.shape == (32, 32, 3) and (image == (200, 100, 50)).all()
    grey = prepare(seven(), DATASETS["cifar10"]).image
    assert grey is not None and grey.shape == (32, 32, 3)


def test_another_kind_of_array_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="float64"):
        prepare(np.zeros((28, 28)), MNIST)


def paper(light: np.ndarray, ink: np.ndarray, dark: float = 0.55) -> np.ndarray:
    """A photo of dark ink in some light, (280, 280) uint8."""
    noise = np.random.default_rng(2).normal(0, 4, light.shape)
    return np.clip(light * (1 - dark * ink / 255) + noise, 0, 255).astype(np.uint8)


DOWN, ACROSS = np.mgrid[-1:1:280j, -1:1:280j]
LIGHTS = {
    "dark corners": 190 * (1 - 0.3 * (DOWN**2 + ACROSS**2)),
    "a lamp at one side": 150 + 80 * ACROSS,
    "a shadow's edge": np.where(ACROSS + 0.3 * DOWN < -0.3, 110.0, 180.0) + 20 * DOWN,
}


@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS)
def test_light_on_paper_is_not_ink(light: np.ndarray) -> None:
    plain, image = prepare(seven(), MNIST).image, prepare(paper(light, seven()), MNIST).image
    assert image is not None and plain is not None and np.abs(image.astype(int) - plain).mean() < 5


def test_chalk_on_an_unevenly_lit_board_is_ink() -> None:
    board = np.clip(60 + 35 * ACROSS + 0.6 * seven(), 0, 255).astype(np.uint8)
    plain, image = prepare(seven(), MNIST).image, prepare(board, MNIST).image
    assert image is not None and plain is not None and np.abs(image.astype(int) - plain).mean() < 5


def test_ink_that_reaches_the_border_is_not_light() -> None:
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line([(0, 30), (279, 30), (120, 279)], fill=255, width=50)
    touching = np.asarray(image)
    known, guessed = prepare(touching, MNIST, "bright").image, prepare(touching, MNIST).image
    assert known is not None and guessed is not None and np.array_equal(known, guessed)


def test_a_dark_table_beside_the_paper_is_not_ink() -> None:
    photo = paper(150 + 20 * ACROSS, seven(), dark=0.45)
    photo[:, :25] = 40
    plain, image = prepare(seven(), MNIST).image, prepare(photo, MNIST).image
    assert image is not None and plain is not None and np.abs(image.astype(int) - plain).mean() < 5


def strokes(*lines: list[tuple[int, int]]) -> np.ndarray:
    image = Image.new("L", (280, 280))
    for line in lines:
        ImageDraw.Draw(image).line(line, fill=255, width=16, joint="curve")
    return np.asarray(image)


LEFT_ONE, RIGHT_ONE = [(80, 50), (80, 230)], [(200, 50), (200, 230)]
FIVE, FLAG = [(110, 70), (110, 130), (170, 150), (170, 210), (100, 225)], [(135, 70), (190, 66)]


@pytest.mark.parametrize(
    ("drawing", "several"),
    [
        (strokes(LEFT_ONE, RIGHT_ONE), True),
        (strokes(LEFT_ONE), False),
        (strokes(FIVE, FLAG), False),
        (strokes([(80, 50), (80, 120)], [(80, 150), (80, 230)]), False),
        (strokes([(130, 40), (80, 90), (80, 190), (130, 240)], [(155, 40), (205, 90), (205, 190), (155, 240)]), False),
    ],
    ids=["two ones", "a one", "a five with its flag apart", "a broken one", "a zero in two halves"],
)
def test_more_than_one_figure_is_warned_of(drawing: np.ndarray, several: bool) -> None:
    assert (prepared.SEVERAL in prepare(drawing, MNIST, "bright").warnings) == several


@pytest.mark.parametrize("info", DATASETS.values(), ids=lambda info: info.name)
def test_the_steps_end_with_what_the_model_sees(info: DatasetInfo) -> None:
    result = prepare(np.repeat(255 - seven()[..., np.newaxis], 3, axis=2), info)
    steps = result.steps()
    assert result.image is not None and len(steps) >= 3
    assert np.array_equal(steps[-1].image.squeeze(), result.image.squeeze())
    for step in steps:
        assert step.image.dtype == np.uint8 and max(step.image.shape) <= 112 and step.line
