"""The pictures of an output's window and receptive field: their words, marks and sizes."""

import re

import pytest

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, Layer, trace
from cnn_builder.architecture.receptive_field import Box
from cnn_builder.figures.formula import formula_html
from cnn_builder.figures.layer_icons import small_html
from cnn_builder.figures.trace_table import trace_table
from cnn_builder.figures.window import field_sentence, window_html
from cnn_builder.ui.build.formula_panel import window_picture


def one(layer: dict[str, object], height: int = 8, width: int = 8) -> tuple[Layer, Architecture]:
    data = {"version": 1, "name": "x", "input_shape": [height, width, 3], "layers": [layer]}
    architecture = Architecture.from_dict(data)
    return architecture.layers[0], architecture


def sentence(layer: dict[str, object], row: int, column: int) -> str:
    made, architecture = one(layer)
    return window_picture(made, trace(architecture).rows[0], row, column).sentence


def test_the_window_in_words() -> None:
    conv = {"type": "Conv2D", "filters": 2, "kernel_size": 3}
    assert sentence(conv, 1, 3) == "Output row 2, column 4 is computed from rows 2–4 and columns 4–6 of the input."
    assert sentence({**conv, "padding": "same"}, 0, 7).endswith(
        "rows 1–2 and columns 7–8 of the input, and zero padding."
    )
    assert "rows 1, 3, 5" in sentence({**conv, "dilation_rate": 2}, 0, 0)
    assert "row 3 and column 5" in sentence({"type": "MaxPooling2D", "pool_size": 1, "strides": 2}, 1, 2)


def test_the_marks_follow_kernel_gaps_and_stride() -> None:
    layer, architecture = one({"type": "Conv2D", "filters": 2, "kernel_size": 3, "dilation_rate": 2})
    html = window_html(window_picture(layer, trace(architecture).rows[0], 0, 0))
    assert html.count('class="taps"') == 9
    layer, architecture = one({"type": "MaxPooling2D", "pool_size": 2})
    first = window_html(window_picture(layer, trace(architecture).rows[0], 0, 0))
    assert first.count('class="taps"') == 1
    assert first.count('class="next"') == 1
    last = window_html(window_picture(layer, trace(architecture).rows[0], 3, 3))
    assert 'class="next"' not in last


def test_taps_far_outside_the_picture_are_not_drawn() -> None:
    layer, architecture = one(
        {"type": "Conv2D", "filters": 2, "kernel_size": 900, "dilation_rate": 2, "padding": "same"}
    )
    html = window_html(window_picture(layer, trace(architecture).rows[0], 4, 4))
    assert 0 < html.count('class="taps"') < 1_000 and len(html) < 100_000


def test_zeros_are_drawn_around_the_map_only_where_there_are_some() -> None:
    conv = {"type": "Conv2D", "filters": 2, "kernel_size": 3}
    for padding, drawn in (("same", True), ("valid", False)):
        layer, architecture = one({**conv, "padding": padding})
        html = window_html(window_picture(layer, trace(architecture).rows[0], 4, 4))
        assert ('class="zeros"' in html) is drawn


def test_a_large_map_is_shown_in_part_and_stays_small() -> None:
    layer, architecture = one({"type": "Conv2D", "filters": 2, "kernel_size": 3}, 2_000, 3_000)
    html = window_html(window_picture(layer, trace(architecture).rows[0], 1_000, 2_900))
    assert "Input 2000×3000×3: rows 986–1018, columns 2886–2918" in html
    assert len(html) < 4_000


def test_the_receptive_field_in_words() -> None:
    assert field_sentence(Box(0, 2, 4, 5), Box(-1, 2, 4, 5)) == (
        "Its receptive field is rows 1–4 and columns 3–5 of the image: 4×3 pixels; "
        "the full 5×3 field extends beyond the image."
    )
    assert "outside the image" in field_sentence(Box(0, 0, 0, 0), Box(-3, -3, 0, 0))


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_layer_of_the_presets_has_its_formula(name: str) -> None:
    architecture = PRESETS[name].architecture
    for layer, row in zip(architecture.layers, trace(architecture).rows, strict=False):
        html = formula_html(layer.explain(row.input_shape), row.input_shape, row.output_shape, layer.rules())
        if row.params:
            assert f"<b>{row.params:,}</b>" in html
            assert 'class="letters"' in html


def test_the_formula_stands_in_letters_and_in_numbers() -> None:
    layer, architecture = one(
        {"type": "Conv2D", "filters": 32, "kernel_size": 3, "strides": 2, "padding": "same"}, 28, 28
    )
    row = trace(architecture).rows[0]
    html = formula_html(layer.explain(row.input_shape), row.input_shape, row.output_shape, layer.rules())
    assert "out = ⌈n / s⌉" in html
    assert "⌈28 / 2⌉ = <b>14</b>" in html
    assert "2p = max(13·2 + 1·2 + 1 − 28, 0) = <b>1</b>: 0 above and left, 1 below and right" in html


def test_layers_without_a_window_have_a_picture_where_it_says_something() -> None:
    architecture = PRESETS["L2"].architecture
    rows = trace(architecture).rows
    pictures = [small_html(layer, row) for layer, row in zip(architecture.layers, rows, strict=True)]
    assert "3,136 numbers" in pictures[4]
    assert "Each of the 128 outputs" in pictures[5]
    layer, made = one({"type": "GlobalAveragePooling2D"})
    assert "All 8×8 positions" in small_html(layer, trace(made).rows[0])
    layer, made = one({"type": "Dropout", "rate": 0.5})
    assert small_html(layer, trace(made).rows[0]) == ""


@pytest.mark.parametrize("name", list(LAYER_TYPES))
def test_a_picture_has_its_words_for_those_who_do_not_see_it(name: str) -> None:
    architecture = Architecture((12, 12, 4), (LAYER_TYPES[name].example(),))
    for row in trace(architecture).rows:
        layer = architecture.layers[0]
        html = small_html(layer, row) if layer.window() is None else window_html(window_picture(layer, row, 0, 0))
        assert html.count('role="img"') == len(re.findall(r'aria-label="[^"]+"', html))


def test_the_trace_tells_receptive_fields_and_scrolls_when_long() -> None:
    short = trace_table(PRESETS["L1"].architecture, trace(PRESETS["L1"].architecture), None)
    assert "8×8 · 8 %" in short
    assert "whole image" in short
    assert "cnn-tall" not in short
    deep = Architecture((28, 28, 1), (LAYER_TYPES["ReLU"].example(),) * 60)
    assert "cnn-tall" in trace_table(deep, trace(deep), 59)
