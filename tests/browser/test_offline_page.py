"""A trained network on a page by itself: its arithmetic against Keras, its preparation against the app's, its use."""

import base64
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.hands import HELD_OUT, NO_DIGITS, TUNED, Style, paint, some_style, written
from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.input_shapes import image_shape
from cnn_builder.data import DATASETS, load_dataset, prepare
from cnn_builder.data.drawings import prepared
from cnn_builder.engine.build import build_model, network_input
from cnn_builder.engine.export.page import network_data
from cnn_builder.engine.train import train
from cnn_builder.engine.verify import softmax
from cnn_builder.figures.percentages import confidence
from cnn_builder.offline.bundle import joined
from cnn_builder.offline.limits import layer_files, prepare_function
from cnn_builder.offline.page import html, offline_page
from cnn_builder.runs import Run, RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.accessibility import barriers
from tests.support.offline_networks import networks

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

IMAGES = 100
FUNCTIONS = {
    **{name: f"layers/{path.name}" for name, path in layer_files().items()},
    "createNetwork": "network/network.js",
    "mnist": "prepare/figure.js",
    "upright": "prepare/figure.js",
    "digits": "prepare/figure.js",
    "fashion": "prepare/fashion.js",
    "photo": "prepare/photo.js",
    "pad": "prepare/photo.js",
    "confidence": "front/words.js",
}
EVALUATE = """([stored, images, count]) => {
  const network = offline.createNetwork(stored, offline);
  const bytes = Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0));
  const size = bytes.length / count;
  return Array.from({ length: count }, (_, i) => [...network.probabilities(bytes.subarray(i * size, (i + 1) * size))]);
}"""
PREPARE = """([name, images, shape]) => images.map(([text, height, width]) => {
  const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const { pixels, refused, warnings } = offline[name]({ height, width, data }, shape);
  return { pixels: pixels ? [...pixels] : null, refused: refused ?? null, warnings: warnings ?? [] };
})"""


def text_of(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Iterator[Page]:
    """A page with the JavaScript of every layer and preparation."""
    lines = [f'import {{ {name} }} from "offline/{file}";\n' for name, file in FUNCTIONS.items()]
    page = browser.new_page()
    page.add_script_tag(content=joined(f"{''.join(lines)}globalThis.offline = {{ {', '.join(FUNCTIONS)} }};\n"))
    yield page
    page.close()


def with_weights_of_use(architecture: Architecture, random: np.random.Generator) -> Any:
    """A Keras model whose biases and statistics are no zeros and ones; rounded as in the page, but for the presets.

    A function that jumps, such as a threshold, makes much of the rounding itself, which the export measures.
    """
    model = build_model(architecture, seed=1)
    weights = [array + random.normal(0, 0.05, array.shape) for array in model.get_weights()]
    names = [weight.name for weight in model.weights]
    weights = [np.abs(a) + 0.1 if n == "moving_variance" else a for n, a in zip(names, weights, strict=True)]
    rounded = architecture.input_shape[0] != 28
    model.set_weights([array.astype("float16" if rounded else "float32").astype("float32") for array in weights])
    return model


def test_every_layer_and_preset_predicts_as_keras(scripts: Page) -> None:
    """100 images each: the same answer, and probabilities within 0.001, with float16 weights in the page."""
    random, digits = np.random.default_rng(0), load_dataset("digits").x_test[:IMAGES]
    found = networks()
    assert {*PRESETS, "PReLU 3", "activation sparsemax", "logits", "colour", "features"} <= set(found)
    for name, architecture in found.items():
        model, shape = with_weights_of_use(architecture, random), image_shape(architecture.input_shape)
        images = digits if shape == (28, 28, 1) else random.integers(0, 256, (IMAGES, *shape)).astype(np.uint8)
        outputs = np.asarray(model(network_input(images, architecture), training=False))
        stored = network_data(model, architecture, "float16")
        expected = outputs if stored["softmax"] else softmax(outputs)
        received = np.array(scripts.evaluate(EVALUATE, [stored, text_of(images), IMAGES]))
        difference = float(np.abs(received - expected).max())
        assert difference <= 1e-3, (name, difference)
        best = expected.max(axis=1)
        # Where two classes are as likely, either is the answer.
        assert (expected[np.arange(IMAGES), received.argmax(axis=1)] >= best - 1e-5).all(), name


def drawn() -> list[np.ndarray]:
    """Drawings by many hands, in every way that the preparation tells apart."""
    random = np.random.default_rng(0)
    usual = [(hand, some_style(random)) for hand in (*TUNED[::2], *HELD_OUT, *NO_DIGITS[::3])]
    odd = [
        (hand, style)
        for hand in HELD_OUT[:3]
        for style in (Style(15), Style(220), Style(60, 150), Style(80, 500, away=(250, -200)), Style(80, cut=0.3))
    ]
    pictures = [paint(written(hand, style, random), style.pen) for hand, style in (*usual, *odd)]
    blank = np.zeros((112, 112), np.uint8)
    for rows, columns, value in (
        (slice(0, 0), slice(None), 0), (slice(None), slice(None), 255), (slice(50, 56), slice(50, 56), 255),
        (slice(20, 90), slice(50, 55), 20), (slice(20, None), slice(None), 255), (slice(10, 100), slice(40, 75), 255),
    ):  # fmt: skip
        picture = blank.copy()
        picture[rows, columns] = value
        pictures.append(picture)
    frame = pictures[-1].copy()
    frame[30:60, 50:60] = 0
    beside = np.maximum(np.roll(pictures[0], -25, axis=1), np.roll(pictures[5], 25, axis=1))
    noise = random.integers(0, 256, (112, 112)).astype(np.uint8)
    leaning = [paint(written(hand, Style(80, slant=by), random), 80) for hand in HELD_OUT[:3] for by in (0.6, -0.5)]
    return [*pictures, frame, beside, noise, *leaning]


def photos() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    sizes = ((40, 50), (64, 64), (32, 32), (20, 30), (200, 300), (63, 100))
    return [random.integers(0, 256, (*size, 3)).astype(np.uint8) for size in sizes]


SENTENCES = {text: name for name, text in vars(prepared).items() if name.isupper() and isinstance(text, str)}


INFOS = {
    **{name: DATASETS[name] for name in ("mnist", "digits", "fashion_mnist", "cifar10")},
    "own figures": replace(DATASETS["mnist"], classes=("left", "right")),
    "own photos, cropped": replace(DATASETS["cifar10"], preparation="crop"),
    "own photos, padded": replace(DATASETS["cifar10"], preparation="pad"),
}


@pytest.mark.parametrize("dataset", INFOS)
def test_the_page_prepares_pictures_as_the_app_does(scripts: Page, dataset: str) -> None:
    info = INFOS[dataset]
    photo = info.takes_photos
    pictures = photos() if photo else drawn()
    sent = [[text_of(picture), *picture.shape[:2]] for picture in pictures]
    outcomes = set()
    received = scripts.evaluate(PREPARE, [prepare_function(info)[1], sent, info.input_shape])
    for picture, found in zip(pictures, received, strict=True):
        expected = prepare(picture, info, None if photo else "bright")
        names = [SENTENCES[warning] for warning in expected.warnings]
        refused = SENTENCES[expected.refused] if expected.refused else None
        assert (found["refused"], found["warnings"]) == (refused, names)
        outcomes |= {refused, *names}
        if expected.image is not None:
            difference = np.abs(expected.image.ravel().astype(int) - found["pixels"])
            # Sums in another order may round to the next number; Pillow has whole numbers where JavaScript has floats.
            assert difference.max() <= 1
            assert photo or np.count_nonzero(difference) <= 4
    if not photo:
        figures = set() if dataset == "fashion_mnist" else {"FULL", "DOT", "THIN", "THICK", "SEVERAL"}
        assert outcomes >= {"BLANK", "TINY", "OFF_CENTRE", *figures}


def test_the_page_writes_a_confidence_as_the_app_does(scripts: Page) -> None:
    values = [0.0, 1e-5, 0.0009, 0.001, 0.0333, 0.5, 0.8, 0.99, 0.999, 0.99901, 0.9999, 1.0]
    received = scripts.evaluate("values => values.map(offline.confidence)", values)
    assert received == [confidence(value) for value in values]


@pytest.fixture(scope="module")
def first_reader(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The exported page of a First-reader, trained for a third of its epochs."""
    settings, asked = Settings(home=tmp_path_factory.mktemp("home")), PRESETS["First-reader"].training
    with Store.open(settings) as store:
        request = RunSettings(**{**asked, "epochs": 4})
        store.create_run(PRESETS["First-reader"].architecture, "mnist_sample", request)
        run = store.claim_next(1)
        assert run is not None
        dataset = load_dataset("mnist_sample")
        train(run, store, settings, lambda: dataset)
        made = offline_page(store.get(run.run_id), settings)
    assert made.facts["agreement"] > 0.99 and len(made.content) <= 400_000
    return made.content.decode()


def open_file(page: Page, text: str, folder: Path) -> list[str]:
    """Open a page as a file, with the network cut off; what it asked for is in the list."""
    file, asked = folder / "page.html", []
    file.write_text(text, encoding="utf-8")
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.locator("#test[data-passed]").wait_for()
    return asked


def draw_three(page: Page) -> None:
    """Two bows, one below the other, with the mouse."""
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    bows = [
        (0.5 + 0.15 * math.cos(math.radians(turn)), middle + 0.15 * math.sin(math.radians(turn)))
        for middle, first in ((0.35, -150), (0.65, -90))
        for turn in range(first, first + 241, 15)
    ]
    place = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in bows]
    page.mouse.move(*place[0])
    page.mouse.down()
    for point in place[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def test_a_first_reader_reads_a_three_from_a_file_without_a_network(
    browser: Browser, first_reader: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page = context.new_page()
    asked = open_file(page, first_reader, tmp_path)
    expect(page.locator("#test")).to_contain_text("Self-test passed")
    answer = page.get_by_role("region", name="Answer")
    expect(answer.get_by_role("status")).to_have_text("Draw a digit")
    draw_three(page)
    expect(answer.get_by_role("status")).to_have_text(re.compile("a 3$"))
    expect(answer.get_by_role("listitem")).to_have_count(10)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert barriers(page) == ""
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Use a test image").click()
    expect(answer).to_contain_text("A test image. Correct: it is a")
    # Weights that came to harm on the way.
    harmed = re.sub(r'("weights":")(.{2000})', lambda found: found[1] + "A" * 2000, first_reader, count=1)
    open_file(page, harmed, tmp_path)
    expect(page.get_by_role("alert")).to_contain_text("Self-test failed")
    assert [url for url in asked if not url.startswith("file:")] == []
    context.close()


def test_photos_are_chosen(browser: Browser, tmp_path: Path, own_home: Path) -> None:
    architecture = replace(networks()["colour"], input_shape=(32, 32, 3))
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    model = build_model(architecture, seed=0)
    expected = np.asarray(model(network_input(images, architecture)))
    samples = {"images": text_of(images), "labels": [0, 1, 2], "probabilities": expected.tolist()}
    data = {"network": network_data(model, architecture, "float32"), "samples": samples}
    run = Run("0abcdefg-hij", "Photos", "finished", None, "cifar10", architecture, RunSettings(), 1, 0.0)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    open_file(page, html(run, DATASETS["cifar10"], data), tmp_path)
    expect(page.locator("#test")).to_contain_text("Self-test passed")
    picture = BytesIO()
    Image.fromarray(images[1]).save(picture, "PNG")
    choose = page.get_by_label("Choose a picture")
    choose.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    answer, best = page.get_by_role("region", name="Answer"), int(expected[1].argmax())
    expect(answer.get_by_role("status")).to_contain_text(f"“{DATASETS['cifar10'].classes[best]}”")
    choose.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(answer).to_contain_text("cannot be read as a picture")
    assert barriers(page) == ""
    context.close()
