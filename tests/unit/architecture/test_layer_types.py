"""One class is all a layer type takes: for each, everything that picks it up does; and what they say and refuse."""

import re
from pathlib import Path

import pytest

from cnn_builder.architecture import CATEGORIES, LAYER_TYPES, Architecture, Layer, repairs, trace
from cnn_builder.architecture.errors import LayerSettingError
from cnn_builder.architecture.formats import keras_code
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.figures.colours import CATEGORY_COLOURS
from scripts.layers_page import PAGE, page

ROOT = Path(__file__).resolve().parents[3]
TABLES = ("cnn_builder/data/augmentation/layers.py", "cnn_builder/runs/robustness/rerun.py")
AUGMENTATIONS = [name for name, cls in LAYER_TYPES.items() if cls.category == "Augmentation"]


def stack_for(layer: Layer) -> Architecture:
    """A network that this layer fits, in the fewest layers."""
    alone = Architecture((8, 8, 4), (layer,), "one")
    return alone if trace(alone).error is None else Architecture((8, 8, 4), (LAYER_TYPES["Flatten"](), layer), "one")


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_a_type_says_what_it_is(name: str) -> None:
    cls = LAYER_TYPES[name]
    assert cls.category in CATEGORIES and cls.category in CATEGORY_COLOURS
    assert cls.summary.endswith(".") and len(cls.summary) <= 90
    assert cls.__doc__ and cls.__doc__ != Layer.__doc__
    for example in cls.examples().values():
        assert type(example) is cls
        assert len(example.label()) <= 30


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_setting_can_be_set_by_hand(name: str) -> None:
    """A control for each, and what a control can give is taken back by the setting."""
    cls = LAYER_TYPES[name]
    example = cls.example()
    controls = {control.name: control for control in cls.controls()}
    assert list(controls) == list(cls.model_fields)
    for field, control in controls.items():
        assert control.help, field
        value = getattr(example, field)
        assert value is not None or control.optional
        if control.kind == "choice":
            assert all(getattr(example.changed(**{field: option}), field) == option for option in control.options)
        elif control.kind == "bool":
            assert isinstance(value, bool)
        elif control.kind == "text":
            kind = cls.kinds()[field]
            assert getattr(example.changed(**{field: kind.from_text(kind.to_text(value))}), field) == value
        else:
            assert control.minimum is not None and control.maximum is not None and control.step
            number = max(control.minimum, 0) + control.step
            pair = control.kind == "pair"
            given = [number, number + control.step] if pair else number
            taken = getattr(example.changed(**{field: given}), field)
            assert taken == pytest.approx(tuple(given) if pair else given)
            one = taken[0] if pair else taken
            assert type(one) is (int if type(number) is int else float)


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_a_type_is_traced_explained_and_comes_back_from_file_and_code(name: str) -> None:
    for example in LAYER_TYPES[name].examples().values():
        network = stack_for(example)
        traced = trace(network)
        assert traced.error is None and traced.rows[-1].type == name
        lines = example.explain(traced.rows[-1].input_shape)
        assert lines.shape and lines.params and lines.macs
        assert example.rules() is not None
        assert Architecture.from_json(network.to_json()) == network
        assert keras_code.parse_code(keras_code.write_code(network)) == network


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_a_setting_that_is_no_value_at_all_is_refused_in_words(name: str) -> None:
    cls = LAYER_TYPES[name]
    for field, kind in cls.kinds().items():
        for wrong in ({"a": 1}, [[]], object(), "no such thing", float("nan"), [1, 2, 3, 4], 1e30):
            with pytest.raises(LayerSettingError, match=f"{name}: {field}: expected "):
                cls.create({**cls.example().settings(), field: wrong})
        assert kind.expected


def test_the_page_about_layers_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.layers_page"


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_the_page_about_layers_names_every_setting(name: str) -> None:
    section = page().split(f"\n### {name}\n")[1].split("\n### ")[0].split("\n## ")[0]
    assert LAYER_TYPES[name].summary in section
    assert all(f"| `{field}` |" in section for field in LAYER_TYPES[name].model_fields)


def test_no_other_module_knows_the_augmentations() -> None:
    """They were added with a file each: nothing may need to hear of them. Networks as data may name them.

    Only two tables do: what the preview computes, and which layer helps against what breaks a network.
    """
    files = [path for ending in ("py", "js", "css") for path in (ROOT / "cnn_builder").rglob(f"*.{ending}")]
    files += [ROOT / "app.py", *(ROOT / "pages").glob("*.py")]
    own = ROOT / "cnn_builder" / "architecture" / "layers"
    for path in files:
        if own not in path.parents:
            text = re.sub(r'"type": "[A-Za-z0-9]+"', "", path.read_text(encoding="utf-8"))
            known = path.name == "presets.py" or path.relative_to(ROOT).as_posix() in TABLES
            assert known or not re.search("|".join(AUGMENTATIONS), text), path


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_an_augmentation_after_flatten_does_not_fit_and_can_be_mended(name: str) -> None:
    network = Architecture((8, 8, 1), (LAYER_TYPES["Flatten"](), LAYER_TYPES[name].example()))
    error = trace(network).error
    assert error is not None and error.index == 1
    assert f"Layer 2 ({name}, counted from 1): {name} works on a map" in error.message
    assert "Move it before" in error.message
    assert LAYER_TYPES[name].example().suggestions((64,))
    mended = [repair.architecture.layers for repair in repairs(network)]
    assert tuple(reversed(network.layers)) in mended and network.layers[:1] in mended


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_stands_out_on_light_and_on_dark(category: str) -> None:
    light = luminance(CATEGORY_COLOURS[category])
    for ground in (luminance("#ffffff"), luminance("#14141c")):
        assert (max(light, ground) + 0.05) / (min(light, ground) + 0.05) >= 3
    assert len(set(CATEGORY_COLOURS.values())) == len(CATEGORY_COLOURS) == len(CATEGORIES)


PENALTIES = [
    (None, None, "None"),
    (0.01, {"class_name": "L2", "config": {"l2": 0.01}}, "keras.regularizers.L2(l2=0.01)"),
    ("l1", {"class_name": "L1", "config": {"l1": 0.01}}, "keras.regularizers.L1(l1=0.01)"),
    ([0.1, 0.2], {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}}, "keras.regularizers.L1L2(l1=0.1, l2=0.2)"),
    ({"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0}}, None, "None"),
    ({"class_name": "L1L2", "config": {"l2": 0.5}}, {"class_name": "L2", "config": {"l2": 0.5}}, "keras.regular"),
    ({"class_name": "L2", "config": {}, "module": "keras.regularizers", "registered_name": None},
     {"class_name": "L2", "config": {"l2": 0.01}}, "keras.regularizers.L2(l2=0.01)"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "data", "code"), PENALTIES)
def test_penalties_have_keras_forms(given: object, data: object, code: str) -> None:
    cls = LAYER_TYPES["Dense"]
    layer = cls.create({"units": 1, "kernel_regularizer": given})
    assert layer.keras_kwargs()["kernel_regularizer"] == data
    assert layer.to_dict().get("kernel_regularizer") == data
    assert cls.kinds()["kernel_regularizer"].to_code(layer.settings()["kernel_regularizer"]).startswith(code)
    assert cls.create({"units": 1, "kernel_regularizer": data}) == layer


CODE_PENALTIES = [
    ("'l2'", (0.0, 0.01)), ("regularizers.l2(0.1)", (0.0, 0.1)), ("regularizers.L1(l1=0.2)", (0.2, 0.0)),
    ("keras.regularizers.l1_l2(l1=0.1, l2=0.2)", (0.1, 0.2)), ("regularizers.L1L2(0.1, 0.2)", (0.1, 0.2)),
    ("regularizers.l1(l=0.3)", (0.3, 0.0)), ("regularizers.L2()", (0.0, 0.01)), ("None", (0.0, 0.0)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "factors"), CODE_PENALTIES)
def test_penalties_are_read_from_code(code: str, factors: tuple[float, float]) -> None:
    source = (
        "import keras\nfrom keras import layers, regularizers\n"
        f"model = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 1, kernel_regularizer={code})])"
    )
    assert keras_code.parse_code(source).layers[0].settings()["kernel_regularizer"] == factors


FACTORS = [
    ("RandomRotation", "factor", 0.25, (-0.25, 0.25), 0.25, "±90°"),
    ("RandomRotation", "factor", -0.25, (-0.25, 0.25), 0.25, "±90°"),
    ("RandomRotation", "factor", (0.5, -0.25), (-0.25, 0.5), [-0.25, 0.5], "−90° … 180°"),
    ("RandomRotation", "factor", 0, (0.0, 0.0), 0.0, "±0°"),
    ("RandomZoom", "height_factor", (-1, 1), (-1.0, 1.0), 1.0, "±100 %"),
    ("RandomContrast", "factor", 0.2, (0.0, 0.2), [0.0, 0.2], "×1 … 1.2"),
    ("RandomContrast", "factor", [0.3, 0.1], (0.1, 0.3), [0.1, 0.3], "×0.9 … 1.3"),
]


@pytest.mark.parametrize(("name", "field", "given", "held", "data", "label"), FACTORS)
def test_factors(name: str, field: str, given: object, held: object, data: object, label: str) -> None:
    layer = LAYER_TYPES[name].create({field: given})
    assert layer.settings()[field] == held
    assert layer.to_dict()[field] == data
    assert layer.label() == label


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("RandomZoom", {"height_factor": (-1, 0.5)}),
        ("RandomContrast", {"factor": (-0.1, 0.1)}),
        ("RandomContrast", {"factor": 0.1, "value_range": 1}),
        ("RandomRotation", {"factor": 1.5}),
        ("RandomFlip", {"mode": "diagonal"}),
        ("PReLU", {"shared_axes": [0]}),
        ("PReLU", {"shared_axes": [1, "2"]}),
    ],
)
def test_what_keras_refuses_is_refused(name: str, settings: dict) -> None:
    with pytest.raises(LayerSettingError, match=r"expected .*received"):
        LAYER_TYPES[name].create(settings)


@pytest.mark.parametrize(
    ("shared", "shape", "slopes"),
    [(None, (4, 5, 6), 120), ([1, 2], (4, 5, 6), 6), ([2, 1, 3], (4, 5, 6), 1), ([3], (4, 5, 6), 20), ([1], (7,), 1)],
)
def test_shared_axes_share_slopes(shared: list[int] | None, shape: Shape, slopes: int) -> None:
    layer = LAYER_TYPES["PReLU"].create({"shared_axes": shared})
    assert layer.params(shape).total == slopes
    assert f"= {slopes}" in layer.explain(shape).params[0] or layer.explain(shape).params[0].endswith(f" {slopes}")


def test_shared_axes_of_a_map_do_not_fit_a_vector() -> None:
    network = Architecture((4, 4, 1), (LAYER_TYPES["Flatten"](), LAYER_TYPES["PReLU"].create({"shared_axes": [1, 2]})))
    error = trace(network).error
    assert error is not None and "names axes of a map" in error.message
    assert any(repair.title == "Share no axes" for repair in repairs(network))


@pytest.mark.parametrize(("value", "kept"), [(0.1 + 0.2, 0.3), (1 - 0.9, 0.1), (1 / 3, 1 / 3), (0.123456, 0.123456)])
def test_a_number_has_no_digits_that_adding_left_behind(value: float, kept: float) -> None:
    layer = LAYER_TYPES["Dropout"].create({"rate": value})
    assert layer.settings()["rate"] == kept
    assert keras_code.layer_call(layer) == f"Dropout({kept!r})"
