"""Changed images against SciPy, gradients and steps against Keras; curves against a count by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from cnn_builder.architecture import Architecture
from cnn_builder.data import DATASETS, load_dataset
from cnn_builder.engine.build import build_model
from cnn_builder.engine.insight import perturb
from cnn_builder.engine.insight.adversarial import fgsm, loss_gradient, pgd
from cnn_builder.engine.insight.inside import Inside
from cnn_builder.engine.insight.robustness import chosen_images, one_image, robustness_curve, unsuitable
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ROUNDING = 0.5 + 1e-3
SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 6, "kernel_size": 5, "strides": 2, "activation": "relu"},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Noise on a ground that is not black, in three channels, higher than wide."""
    drawn = np.random.default_rng(2).integers(0, 256, (20, 21, 16, 3), dtype=np.uint8)
    drawn[:, [0, -1]], drawn[:, :, [0, -1]] = (30, 60, 90), (30, 60, 90)
    return drawn


@pytest.fixture(scope="module")
def inside() -> Inside:
    digits = load_dataset("digits")
    model = build_model(SMALL, seed=1)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(digits.x_train / np.float32(255), digits.y_train, batch_size=16, epochs=4, shuffle=False, verbose=0)
    return Inside(model, SMALL)


def by_scipy(image: np.ndarray, matrix: np.ndarray, offset: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Each channel by SciPy's own affine transformation, which asks where a pixel of the result comes from."""
    channels = [
        ndimage.affine_transform(
            image[..., channel].astype(float), matrix, offset, order=1, mode="grid-constant", cval=ground[channel]
        )
        for channel in range(image.shape[-1])
    ]
    return np.stack(channels, axis=-1)


def test_shift_rotation_and_enlargement_are_scipys(images: np.ndarray) -> None:
    ground = np.array([30, 60, 90])
    np.testing.assert_array_equal(perturb.background(images)[:, 0, 0], np.broadcast_to(ground, (20, 3)))
    centre = (np.array(images.shape[1:3]) - 1) / 2
    ways = np.arange(20) % 8
    moved = perturb.shift(images, 3, ways)
    turned = perturb.rotation(images, 25, ways)
    grown = perturb.scale(images, 1.4, ways)
    # In (row, column), rows downwards: where the pixels of an image turned counter-clockwise come from.
    angle = np.deg2rad(25)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for place, image in enumerate(images):
        step = 3.0 * perturb.DIRECTIONS[ways[place]]
        for found, matrix, offset in (
            (moved, np.eye(2), -step),
            (turned, turn, centre - turn @ centre),
            (grown, np.eye(2) / 1.4, centre - centre / 1.4),
        ):
            np.testing.assert_allclose(found[place], by_scipy(image, matrix, offset, ground), atol=ROUNDING)


def test_positive_angles_turn_counter_clockwise() -> None:
    # A bright spot to the right of the centre goes up.
    image = np.zeros((1, 21, 21, 1), np.uint8)
    image[0, 10, 18] = 255
    row, column = np.unravel_index(perturb.rotation(image, 90, np.zeros(1, int))[0, ..., 0].argmax(), (21, 21))
    assert (row, column) == (2, 10)


def test_a_smaller_image_keeps_its_ink_and_its_middle() -> None:
    image = np.zeros((1, 28, 28, 1), np.uint8)
    image[0, 6:20, 8:24] = 200
    found = perturb.scale(image, 0.5, np.zeros(1, int))[0, ..., 0].astype(float)
    assert found.sum() == pytest.approx(image.sum() / 4, rel=0.01)
    centre = (np.array(ndimage.center_of_mass(image[0, ..., 0])) - 13.5) / 2 + 13.5
    np.testing.assert_allclose(ndimage.center_of_mass(found), centre, atol=0.05)


def test_thickness_is_grey_morphology(images: np.ndarray) -> None:
    cross = ndimage.generate_binary_structure(2, 1)
    for image, thicker, thinner, both, light in zip(
        images, perturb.thickness(images, 1), perturb.thickness(images, -1), perturb.thickness(images, 1.5),
        perturb.thickness(images, 1, light=True), strict=True,
    ):  # fmt: skip
        for channel in range(3):
            plane = image[..., channel]
            grown = ndimage.grey_dilation(plane, footprint=cross, mode="nearest")
            np.testing.assert_array_equal(thicker[..., channel], grown)
            shrunk = ndimage.grey_erosion(plane, footprint=cross, mode="nearest")
            np.testing.assert_array_equal(thinner[..., channel], shrunk)
            np.testing.assert_array_equal(light[..., channel], shrunk)  # dark strokes grow
            more = ndimage.grey_dilation(grown, size=(3, 3), mode="nearest").astype(float)
            np.testing.assert_allclose(both[..., channel], (grown + more) / 2, atol=ROUNDING)


def test_contrast_is_tensorflows_and_noise_has_its_deviation(images: np.ndarray) -> None:
    theirs = np.clip(tf.image.adjust_contrast(images.astype(np.float32), 0.3), 0, 255)
    np.testing.assert_allclose(perturb.contrast(images, 0.3, np.zeros(20, int)), theirs, atol=ROUNDING)
    grey = np.full((50, 28, 28, 1), 128, np.uint8)
    added = perturb.noise(grey, 10, np.arange(50)).astype(float) - 128
    assert added.std() == pytest.approx(25.5, rel=0.02) and abs(added.mean()) < 0.5
    again = perturb.noise(grey[:1], 20, np.array([7]))[0].astype(float) - 128
    np.testing.assert_allclose(again, np.clip(2 * added[7], -128, 127), atol=1.5)  # one pattern, twice as strong


def test_occlusion_covers_one_square_of_the_image(images: np.ndarray) -> None:
    for way in range(25):
        found = perturb.occlusion(images[:1], 5, np.array([way]))[0]
        expected = images[0].copy()
        top, left = round(16 * (way // 5) / 4), round(11 * (way % 5) / 4)
        expected[top : top + 5, left : left + 5] = (30, 60, 90)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("key", [key for key in PERTURBATIONS if not PERTURBATIONS[key].adversarial])
def test_nothing_changes_at_the_neutral_level(images: np.ndarray, key: str) -> None:
    perturbation = PERTURBATIONS[key]
    assert perturbation.neutral in perturbation.levels((28, 28, 1))
    ways = np.random.default_rng(0).integers(0, perturbation.ways, 20)
    np.testing.assert_array_equal(perturb.perturbed(key, images, perturbation.neutral, ways), images)


def test_the_gradient_is_that_of_keras_loss(inside: Inside) -> None:
    digits = load_dataset("digits")
    pixels, labels = digits.x_test[:40] / np.float32(255), digits.y_test[:40]
    values = tf.constant(pixels)
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")(labels, inside.model(values))
    theirs = tape.gradient(loss, values).numpy()
    found = loss_gradient(inside, pixels, labels)
    # Keras clips probabilities at 1e-7, where the gradient of the logits goes on.
    sure = np.abs(theirs).reshape(40, -1).max(axis=1) > 1e-4
    assert sure.sum() > 20
    np.testing.assert_allclose(found[sure], theirs[sure], rtol=1e-2, atol=1e-5)


def test_fgsm_is_one_step_along_the_sign(inside: Inside) -> None:
    digits = load_dataset("digits")
    images, labels = digits.x_test[:30], digits.y_test[:30]
    signs = np.sign(loss_gradient(inside, images / np.float32(255), labels))
    unchanged, moved = fgsm(inside, images, labels, (0, 8))
    np.testing.assert_array_equal(unchanged, images)
    np.testing.assert_array_equal(moved, np.clip(images.astype(int) + 8 * signs, 0, 255))


def test_pgd_stays_within_its_level_and_is_stronger_than_one_step(inside: Inside) -> None:
    digits = load_dataset("digits")
    images, labels = digits.x_test, digits.y_test
    levels = (0, 4, 16, 32)
    one_step = list(fgsm(inside, images, labels, levels))
    wrong = np.zeros(len(labels), bool)
    for level, single, found in zip(levels, one_step, pgd(inside, images, labels, levels), strict=True):
        assert np.abs(found.astype(int) - images.astype(int)).max() <= level
        read = inside.probabilities(found).argmax(axis=1) != labels
        assert not (wrong & ~read).any()  # once wrong, always wrong
        wrong = read
        assert wrong.sum() >= (inside.probabilities(single).argmax(axis=1) != labels).sum()
    assert wrong.mean() > 0.5


def test_a_curve_counts_what_is_read_right(inside: Inside) -> None:
    digits = load_dataset("digits")
    places = chosen_images(len(digits.x_test), 100)
    assert len(set(places)) == 100 and list(places) == sorted(places)
    images, labels = digits.x_test[places], digits.y_test[places]
    curve = robustness_curve(inside, "rotation", images, labels)
    for place in (0, 5, 9):
        turned = perturb.rotation(images, curve.levels[place], np.zeros(100, int))
        read = np.asarray(inside.model(turned / np.float32(255))).argmax(axis=1)
        np.testing.assert_array_equal(curve.right[place], read == labels)
    again = robustness_curve(inside, "noise", images, labels)
    np.testing.assert_array_equal(robustness_curve(inside, "noise", images, labels).right, again.right)
    assert curve.unchanged == again.unchanged > 0.8


def test_one_picture_goes_the_worst_way(inside: Inside) -> None:
    image = load_dataset("digits").x_test[0]
    label = inside.probabilities(image[np.newaxis])[0].argmax()
    pictures, probabilities = one_image(inside, "shift", image)
    for level, picture, found in zip(PERTURBATIONS["shift"].levels(image.shape), pictures, probabilities, strict=True):
        every = perturb.shift(np.repeat(image[np.newaxis], 8, axis=0), level, np.arange(8))
        flips = inside.probabilities(every).argmax(axis=1) != label
        assert (found.argmax() != label) == flips.any()
        assert any(np.array_equal(picture, one) for one in every)


def test_strokes_are_for_drawings_only(images: np.ndarray) -> None:
    digits = load_dataset("digits").x_test[:50]
    assert unsuitable("thickness", DATASETS["mnist"], digits) == ""
    assert "no line drawings" in unsuitable("thickness", DATASETS["cifar10"], images)
    assert "no line drawings" in unsuitable("thickness", DATASETS["fashion_mnist"], digits)
    own = DATASETS["mnist"].__class__(**{**vars(DATASETS["mnist"]), "preparation": "pad"})
    assert unsuitable("thickness", own, digits) == ""  # one's own grey images: told by how empty they are
    assert "no line drawings" in unsuitable("thickness", own, images[..., :1])
    assert unsuitable("rotation", DATASETS["cifar10"], images) == ""
