"""The networks to start from."""

import pytest

from cnn_builder.architecture import PRESETS, Preset, trace
from cnn_builder.architecture.errors import UnknownPresetError
from cnn_builder.architecture.presets import get
from cnn_builder.data import DATASETS
from cnn_builder.runs import RunSettings

NAMES = ("L1", "L2", "L3", "LeNet-5", "VGG-style", "All-convolutional", "Depthwise-separable", "Lean-99.4",
         "First-reader", "CIFAR-small")  # fmt: skip


def test_the_names_and_their_order() -> None:
    assert tuple(PRESETS) == NAMES
    assert all(preset.architecture.name == name for name, preset in PRESETS.items())


@pytest.mark.parametrize("name", [name for name in NAMES if name != "L3"])
def test_each_fits_its_data_set(name: str) -> None:
    preset = PRESETS[name]
    traced, info = trace(preset.architecture), DATASETS[preset.dataset]
    assert traced.error is None
    assert preset.architecture.input_shape == info.input_shape
    assert traced.output_shape == (len(info.classes),)


def test_the_third_lesson_is_broken_on_purpose() -> None:
    error = trace(PRESETS["L3"].architecture).error
    assert error is not None and (error.index, error.type) == (5, "Dense")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=NAMES)
def test_a_story_is_one_line(preset: Preset) -> None:
    story = preset.story
    assert 20 < len(story) <= 100 and "\n" not in story and story.endswith((".", "it."))


@pytest.mark.parametrize(
    ("name", "params"),
    [("L1", 515_146), ("L2", 421_642), ("LeNet-5", 61_706), ("VGG-style", 109_370), ("All-convolutional", 57_922),
     ("Depthwise-separable", 13_434), ("Lean-99.4", 75_010), ("First-reader", 75_010), ("CIFAR-small", 132_330)],
)  # fmt: skip
def test_sizes(name: str, params: int) -> None:
    assert trace(PRESETS[name].architecture).total_params == params


def test_the_settings_of_a_preset_are_settings_of_a_run() -> None:
    assert [name for name, preset in PRESETS.items() if preset.training] == ["First-reader", "CIFAR-small"]
    for preset in PRESETS.values():
        asked, default = RunSettings(**preset.training).model_dump(), RunSettings().model_dump()
        assert all(asked[name] != default[name] for name in preset.training)


def test_what_gives_the_styles_their_names() -> None:
    def types(name: str) -> set[str]:
        return {layer.type for layer in PRESETS[name].architecture.layers}

    assert not types("All-convolutional") & {"Dense", "Flatten", "MaxPooling2D", "AveragePooling2D"}
    assert "SeparableConv2D" in types("Depthwise-separable")
    assert trace(PRESETS["Lean-99.4"].architecture).total_params < 100_000


def test_names_are_found_whatever_their_case() -> None:
    assert get("lenet-5") is PRESETS["LeNet-5"]
    with pytest.raises(UnknownPresetError, match="VGG-style"):
        get("VGG-99")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=NAMES)
def test_a_name_and_its_story_fit_two_lines_of_a_phone(preset: Preset) -> None:
    assert len(f"{preset.name} · {preset.story}") <= 88
