"""The pictures of the Inspect page: tiles, overlays, sums in numbers, points; and the questions behind them."""

import base64
import re
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_builder.figures.colours import ink_on
from cnn_builder.figures.embedding_scatter import embedding_scatter
from cnn_builder.figures.kernel import decimal_text, products_html
from cnn_builder.figures.tiles import DIVERGING, GREY, coloured, limits, overlay_url, png_url, tiles_html
from cnn_builder.runs import ServiceError
from cnn_builder.runs.workers.service_api import Questions, UnitAnswer
from cnn_builder.ui.inspect.activations import maps_summary
from cnn_builder.ui.inspect.one_output import first_channel, sentence


def test_an_output_in_groups_sees_its_own_groups_channels() -> None:
    assert [first_channel(2, 6, 4, channel) for channel in range(6)] == [0, 0, 0, 2, 2, 2]
    assert first_channel(1, 6, 4, 5) == 0


def pixels(text: str) -> np.ndarray:
    """The first PNG in some HTML or address."""
    found = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", text)
    assert found
    return np.asarray(Image.open(BytesIO(base64.b64decode(found[1]))))


def test_an_address_holds_the_image_itself() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    np.testing.assert_array_equal(pixels(png_url(image)), image[..., 0])


def test_512_maps_are_one_picture_with_a_tile_each() -> None:
    maps = np.random.default_rng(0).random((512, 7, 5))
    html = tiles_html(maps, [f"<{place}>" for place in range(512)], "Layer 3")
    assert html.count("<span ") == 512
    assert html.count("data:image/png") == 1
    assert pixels(html).shape == (23 * 7, 23 * 5, 3)
    assert 'title="&lt;511&gt;"' in html and "<511>" not in html
    assert 'aria-label="Layer 3"' in html


def test_maps_share_a_scale_unless_each_has_its_own() -> None:
    maps = np.stack([np.full((2, 2), 0.1), np.full((2, 2), 1.0)])
    maps[:, 0, 0] = 0
    shared, own = pixels(tiles_html(maps, "ab", "x")), pixels(tiles_html(maps, "ab", "x", each_own=True))
    assert (shared[1, 1] != shared[1, 3]).any()
    np.testing.assert_array_equal(own[1, 1], own[1, 3])


def test_zero_is_white_between_signs() -> None:
    low, high, scale = limits(np.array([-1.0, 3.0]))
    assert (low, high, scale) == (-3.0, 3.0, DIVERGING)
    assert coloured(np.array(0.0), low, high, scale).min() > 240
    np.testing.assert_array_equal(coloured(np.array([0.0, 1.0]), 0, 1, GREY), [[0, 0, 0], [255, 255, 255]])
    assert coloured(np.zeros(3), 0, 0, GREY).max() == 0


def test_an_overlay_is_brightest_where_the_map_is() -> None:
    heat = np.zeros((4, 4))
    heat[0, 3] = 1
    shown = pixels(overlay_url(np.zeros((28, 28, 1), np.uint8), heat)).astype(int).sum(axis=2)
    assert shown[:40, -40:].mean() > 10 * max(shown[-40:, :40].mean(), 1)
    assert pixels(overlay_url(np.zeros((28, 28, 3), np.uint8), np.zeros((2, 2)))).max() == 0


def test_a_sum_is_shown_in_its_numbers() -> None:
    window = np.array([[1.0, np.nan], [0.5, -2.0]])
    html = products_html(window, np.array([[0.25, 9.0], [-1.0, 0.5]]))
    assert re.findall(r"<caption>(\w+)", html) == ["Window", "Kernel", "Product"]
    assert re.findall(r"<td[^>]*>([^<]+)<", html) == [
        "1.00", "0", "0.50", "−2.00", "0.25", "9.00", "−1.00", "0.50", "0.25", "0.00", "−0.50", "−1.00",
    ]  # fmt: skip
    assert html.count('class="padding"') == 1
    assert re.findall(r"<caption>(\w+)", products_html(window, None)) == ["Window"]


def test_numbers_are_short_and_never_minus_nothing() -> None:
    assert [decimal_text(value) for value in (1.234, -0.5, 0.0123, -0.00001, 0.0)] == [
        "1.23",
        "−0.50",
        "0.012",
        "0.00",
        "0.00",
    ]


def test_how_a_number_comes_about_is_one_line() -> None:
    window = np.ones((3, 3, 2), np.float32)
    convolution = UnitAnswer(window, window, 0.5, -2.0, 0.0)
    assert (
        sentence(convolution, 2, "relu") == "sum over 2 input channels −2.50 + bias 0.50 = −2.00 → relu → <b>0.00</b>"
    )
    assert sentence(convolution, 1, None).endswith("= <b>−2.00</b>")
    assert sentence(UnitAnswer(window, None, 0.0, 3.0, 3.0), 1, None) == "The output is <b>3.00</b>."


def test_silent_maps_are_counted() -> None:
    maps = np.zeros((3, 2, 2))
    maps[0, 0, 0] = 2
    assert maps_summary(maps) == "3 feature maps, from 0.00 to 2.00; 2 of them zero for this image"
    assert maps_summary(np.array([[[1.0]], [[2.0]]])) == "2 activations, from 1.00 to 2.00"


def test_images_read_wrong_are_crosses_and_the_legend_names_both_marks() -> None:
    labels, predicted = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 0])
    figure = embedding_scatter(np.arange(8).reshape(4, 2), labels, predicted, ("cat", "dog", "eel"))
    legend = [(trace.name, trace.marker.symbol) for trace in figure.data if trace.showlegend is not False]
    # The first dog is read wrong, and no eel is read right: their marks in the legend are circles all the same.
    assert legend == [("cat", "circle"), ("dog", "circle"), ("eel", "circle"), ("misclassified", "x")]
    crosses = [trace for trace in figure.data if trace.marker.symbol == "x" and trace.customdata is not None]
    assert [list(trace.customdata) for trace in crosses] == [[], [1], [3]]
    assert crosses[1].text[0] == "dog, predicted as cat" and crosses[1].legendgroup == "dog"
    faultless = embedding_scatter(np.zeros((1, 2)), np.array([0]), np.array([0]), ("cat", "dog"))
    assert "misclassified" not in [trace.name for trace in faultless.data]


class Recorded:
    """A service that answers with what it is given, and remembers what it was asked."""

    def __init__(self, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.answer = header, arrays
        self.asked: list[dict[str, Any]] = []

    def ask(self, header: dict[str, Any], arrays: dict[str, np.ndarray] | None = None) -> Any:
        self.asked.append({**header, "arrays": sorted(arrays or {})})
        return self.answer


def test_questions_name_run_and_epoch() -> None:
    image = np.zeros((2, 2, 1), np.uint8)
    service = Recorded({"side": 5}, {"values": np.ones((2, 2))})
    assert Questions(service, "abc").occlusion(image, 3)[1] == 5
    Questions(service, "abc", 7).activations(image, 1)
    assert service.asked == [
        {"op": "occlusion", "run_id": "abc", "label": 3, "arrays": ["image"]},
        {"op": "activations", "run_id": "abc", "epoch": 7, "layer": 1, "arrays": ["image"]},
    ]


def test_an_answer_that_lacks_its_array_is_an_error_in_words() -> None:
    with pytest.raises(ServiceError, match="values"):
        Questions(Recorded({}, {}), "abc").saliency(np.zeros((2, 2, 1), np.uint8), 0)


def test_words_stand_out_on_every_colour() -> None:
    """4.5:1 as axe measures it, on greys and on the colours of a kernel."""

    def luminance(*colour: int) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    colours = [(grey, grey, grey) for grey in range(256)]
    colours += [tuple(map(int, one)) for one in coloured(np.linspace(-1, 1, 501)[None], -1, 1, DIVERGING)[0]]
    for colour in colours:
        words = 0.0 if ink_on(*colour) == "#000" else 1.0
        dark, light = sorted((words, luminance(*colour)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour
