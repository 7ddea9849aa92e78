"""The Train form's settings: what its values ask for, errors under their fields, the drawn schedule."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.data import DATASETS
from cnn_builder.figures.schedule import schedule_html, schedule_svg, schedule_words
from cnn_builder.runs import OPTIMIZERS, LocalLauncher, RunSettings, RunSettingsError, Store, Supervisor
from cnn_builder.runs.forecast import KINDS, Calibration, Rates
from cnn_builder.runs.forecast.calibration import Standing, write_calibration
from cnn_builder.runs.settings.class_weights import parse_weights, weights_text
from cnn_builder.runs.settings.combinations import OPTIMIZER_OPTIONS, applies
from cnn_builder.runs.settings.words import setting_rows
from cnn_builder.settings import Settings
from cnn_builder.ui.shared import analysis_state
from cnn_builder.ui.train.form_values import DEFAULTS, form_values, request_settings, requested
from tests.support.paths import APP

DIGITS = DATASETS["digits"]
FASHION = DATASETS["fashion_mnist"].classes


@pytest.fixture
def page(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    opened = AppTest.from_file(APP, default_timeout=60).run()
    opened.switch_page("pages/train.py").run()
    if opened.selectbox("run-dataset").value != "digits":
        opened.selectbox("run-dataset").select("digits").run()
    return opened


def told(page: AppTest) -> list[str]:
    """The errors under fields."""
    return [block.proto.body for block in page.get("html") if 'role="alert"' in block.proto.body]


def captions(page: AppTest) -> str:
    return "\n".join(caption.value for caption in page.caption)


def run_of() -> RunSettings:
    with Store.open(Settings.from_env()) as store:
        (run,) = store.list()
    return run.settings


def test_everything_at_its_beginning_is_the_default_run(page: AppTest) -> None:
    assert not page.exception and told(page) == []
    page.button("train").click().run()
    assert run_of() == RunSettings()


def test_the_build_pages_notebook_trains_as_the_form_asks(page: AppTest) -> None:
    page.number_input("run-epochs").set_value(7).run()
    page.selectbox("run-schedule").select("cosine").run()
    page.number_input("run-seed").set_value(3).run()
    page.switch_page("pages/build.py").run()
    page.button_group(key="view").set_value("Code").run()
    page.button_group(key="code-form").set_value("Notebook").run()
    (shown,) = page.code
    assert "epochs=7" in shown.value and "CosineDecay(0.001, 7 * steps)" in shown.value
    assert "set_random_seed(3)" in shown.value and not page.exception


def test_precision_comes_with_what_it_gains_on_this_machine(page: AppTest, own_home: Path) -> None:
    assert "has not been measured yet" in captions(page)
    plain = Rates(dict.fromkeys(KINDS, 0.0) | {"step": 0.1})
    mixed = Rates(dict.fromkeys(KINDS, 0.0) | {"step": 0.05})
    write_calibration(own_home / "calibration.json", Calibration(plain, mixed, Rates(dict.fromkeys(KINDS, 1e-15)), 0.1))
    page.run()
    assert "about 4.1 s in float32, 2.1 s in mixed bfloat16" in captions(page)  # 41 steps
    assert "About 4.1 s per epoch" in captions(page)
    few = Rates(dict.fromkeys(KINDS, 0.0) | {"step": 0.095})
    write_calibration(own_home / "calibration.json", Calibration(plain, few, Rates(dict.fromkeys(KINDS, 1e-15)), 0.1))
    page.run()
    assert "Mixed bfloat16 does not train this network faster" in captions(page)  # 5 % are within its own error
    on_gpu = Calibration(plain, mixed, Rates(dict.fromkeys(KINDS, 1e-15)), 0.1, device="GPU NVIDIA A100")
    write_calibration(own_home / "calibration.json", on_gpu)
    page.selectbox("run-precision").select("mixed_bfloat16").run()
    assert "About 2.1 s per epoch on GPU NVIDIA A100 (estimate)" in captions(page)
    page.button("train").click().run()
    assert run_of() == RunSettings(precision="mixed_bfloat16")


@dataclasses.dataclass
class Measurer:
    """A calibrator that is asked, and never measures."""

    standing: Standing
    asked: int = 0

    def known(self) -> Calibration | None:
        return self.standing.calibration

    def poll(self) -> Standing:
        self.asked += 1
        return self.standing


def test_the_forecast_appears_by_itself_when_nothing_trains(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    measurer = Measurer(Standing("measuring"))
    monkeypatch.setattr(analysis_state, "calibrator", lambda: measurer)
    page.run()
    assert measurer.asked == 0  # the tests' environment turns it off
    monkeypatch.setenv("CNN_BUILDER_CALIBRATE", "true")
    page.run()
    assert measurer.asked and "Measuring this machine for the time per epoch" in captions(page)
    measurer.standing = Standing("waiting")
    said = captions(page.run())  # it does not claim to measure while something trains
    assert "A run is training: this machine is measured" in said and "Measuring this machine" not in said
    rates = Rates(dict.fromkeys(KINDS, 0.0) | {"step": 0.1})
    measurer.standing = Standing("ready", Calibration(rates, rates, Rates(dict.fromkeys(KINDS, 1e-15)), 0.1))
    assert "About 4.1 s per epoch" in captions(page.run())


def test_what_is_set_in_the_groups_is_what_is_trained(page: AppTest) -> None:
    page.selectbox("run-optimizer").select("SGD").run()
    page.number_input("run-momentum").set_value(0.9).run()
    page.toggle("run-nesterov").set_value(True)
    page.number_input("run-weight_decay").set_value(0.01)
    page.selectbox("run-clipping").select("clipvalue").run()
    page.number_input("run-clip").set_value(0.5)
    page.selectbox("run-schedule").select("step").run()
    page.number_input("run-decay_rate").set_value(0.3)
    page.number_input("run-warmup_epochs").set_value(1.0)
    page.number_input("run-l2").set_value(0.001)
    page.number_input("run-label_smoothing").set_value(0.1)
    page.selectbox("run-weights").select("own").run()
    page.text_input("run-own_weights").set_value("7=2")
    page.number_input("run-early_stopping").set_value(3).run()
    page.selectbox("run-monitor").select("val_accuracy")
    page.number_input("run-seed").set_value(5)
    page.toggle("run-shuffle").set_value(False).run()
    assert told(page) == []
    page.button("train").click().run()
    weights = [1.0] * 10
    weights[7] = 2.0
    assert run_of() == RunSettings(
        **{"optimizer": "SGD", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "clipvalue": 0.5},
        **{"schedule": "step", "decay_rate": 0.3, "warmup_epochs": 1.0, "l2": 0.001, "label_smoothing": 0.1},
        **{"class_weight": weights, "early_stopping": 3, "monitor": "val_accuracy", "seed": 5, "shuffle": False},
    )


def test_numbers_out_of_range_are_told_and_never_trained(page: AppTest) -> None:
    for name, value in (("epochs", 0), ("batch_size", 999_999), ("learning_rate", 1e5), ("split", 100.0)):
        page.number_input(f"run-{name}").set_value(value)
    page.run()
    assert not page.exception and page.button("train").disabled
    words = " ".join(told(page))
    assert "from 1 to 10000; received 0." in words and "received 999999." in words
    assert "at most 10; received 100000." in words and "below 100; received 100." in words
    assert "Correct **Epochs, Batch size, Learning rate, Validation split, %**" in captions(page).replace("\\", "")


def test_an_error_stands_under_its_field_and_its_group_is_open(page: AppTest) -> None:
    page.number_input("run-warmup_epochs").set_value(5.0).run()
    (words,) = told(page)
    assert "less than the 5 epochs" in words and "received 5." in words
    assert page.button("train").disabled
    schedule = next(group for group in page.expander if group.label.startswith("**Schedule**"))
    assert schedule.proto.expanded
    page.number_input("run-warmup_epochs").set_value(1.0).run()
    assert told(page) == [] and not page.button("train").disabled


def test_the_settings_of_a_group_survive_another_page_and_another_optimizer(page: AppTest) -> None:
    page.selectbox("run-optimizer").select("SGD").run()
    page.number_input("run-momentum").set_value(0.9).run()
    page.selectbox("run-optimizer").select("Adam").run()
    page.switch_page("pages/build.py").run()
    page.switch_page("pages/train.py").run()
    assert told(page) == []
    page.selectbox("run-optimizer").select("SGD").run()
    assert page.number_input("run-momentum").value == 0.9


CHANGES: list[dict[str, Any]] = [
    {},
    {"validation_data": "test", "validation_split": 0.0},
    {"validation_split": 0.0},
    {"optimizer": "RMSprop", "momentum": 0.5, "rho": 0.8, "clipnorm": 2.0},
    {"optimizer": "SGD", "momentum": 0.5, "nesterov": True, "global_clipnorm": 1.0, "weight_decay": 0.0},
    {"schedule": "cosine", "warmup_epochs": 0.5, "final_fraction": 0.1, "class_weight": "balanced"},
    {"schedule": "exponential", "decay_epochs": 2.5, "class_weight": (1.0,) * 9 + (0.5,), "amsgrad": True},
    {"early_stopping": 2, "reduce_on_plateau": 1, "plateau_factor": 0.5, "min_delta": 0.1, "deterministic": True},
    {"precision": "mixed_bfloat16"},
    {"validation_split": 0.125},
    {"validation_split": 0.005},
    {"validation_split": 0.995},
    {"learning_rate": 1e-7},
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_form_values_ask_for_the_same_settings_again(changes: dict[str, Any]) -> None:
    settings = RunSettings(**changes)
    assert request_settings({**DEFAULTS, **form_values(settings, DIGITS)}, DIGITS) == settings


def test_a_limit_of_all_images_is_no_limit() -> None:
    settings = request_settings({**DEFAULTS, "train_limit": 99_999, "test_limit": 100}, DIGITS)
    assert (settings.train_limit, settings.test_limit) == (None, 100)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_only_the_options_of_the_chosen_optimizer_are_asked_for(optimizer: str) -> None:
    everything = {"momentum": 0.9, "nesterov": True, "beta_1": 0.8, "beta_2": 0.9, "rho": 0.5, "epsilon": 1e-5}
    values = {**DEFAULTS, **everything, "amsgrad": True, "optimizer": optimizer}
    settings = request_settings(values, DIGITS)
    for name in (*everything, "amsgrad"):
        assert applies(values, name) == (name in OPTIMIZER_OPTIONS[optimizer])
        assert getattr(settings, name) == (values[name] if applies(values, name) else RunSettings().model_dump()[name])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"early_stopping": 2, "validation": "none"}, "early_stopping"),
        ({"reduce_on_plateau": 2, "validation": "test"}, "reduce_on_plateau"),
        ({"clipping": "clipnorm", "clip": 0.0}, "clip"),
        ({"weights": "own", "own_weights": "11=2"}, "own_weights"),
        ({"weights": "own", "own_weights": "7=-2"}, "own_weights"),
    ],
)
def test_what_is_wrong_is_told_by_the_field_of_the_form(changes: dict[str, Any], field: str) -> None:
    _, wrong = requested({**DEFAULTS, **changes}, DIGITS)
    assert list(wrong) == [field] and wrong[field].startswith("Expected ")


@pytest.mark.parametrize("text", ["", "balanced", "Coat=2", "T-shirt/top=0.5, Ankle boot=3"])
def test_class_weights_are_read_as_they_are_written(text: str) -> None:
    weights = parse_weights(text, FASHION)
    assert weights_text(weights, FASHION) == text
    assert weights is None or weights == "balanced" or len(weights) == 10


@pytest.mark.parametrize("text", ["Coat", "Hat=2", "Coat=two", "Coat=2,,"])
def test_class_weights_that_are_not_understood(text: str) -> None:
    with pytest.raises(RunSettingsError, match="Ankle boot"):
        parse_weights(text, FASHION)


def heights(settings: RunSettings) -> list[float]:
    """The line's y from left to right; 26 is the learning rate itself, 104 is 0."""
    line = ElementTree.fromstring(schedule_svg(settings, 20, dark=False)).findall("{*}path")[2].attrib["d"]
    return [float(part.split()[-1].split("V")[-1]) for part in line.replace("M", "L").replace("H", "L").split("L")[1:]]


def test_the_schedule_is_drawn_as_it_will_be() -> None:
    assert set(heights(RunSettings())) == {26.0}
    cosine = heights(RunSettings(schedule="cosine", warmup_epochs=1, epochs=5))
    assert cosine[0] == 104.0 and cosine[-1] == 104.0 and min(cosine) == 26.0
    assert cosine.index(26.0) == 20  # the steps of the first epoch
    assert set(heights(RunSettings(schedule="step", epochs=3))) == {26.0, 65.0, 84.5, 94.2}


@pytest.mark.parametrize("epochs", [1, 2, 5, 7, 30, 10_000])
def test_a_schedule_of_any_length_is_one_small_picture(epochs: int) -> None:
    settings = RunSettings(schedule="cosine", epochs=epochs)
    assert ElementTree.fromstring(schedule_svg(settings, 40, dark=True)).findall("{*}g/{*}text")
    assert len(schedule_html(settings, 40, dark=True)) < 10_000
    assert f'alt="{schedule_words(settings)}"' in schedule_html(settings, 40, dark=False)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "The learning rate stays at 0.001."),
        ({"warmup_epochs": 1}, "rises from 0 to 0.001 over the first epoch, then stays at 0.001."),
        ({"schedule": "cosine"}, "starts at 0.001 and decays along a cosine to 0 at the end of epoch 5."),
        ({"schedule": "step", "decay_epochs": 2}, "starts at 0.001 and is multiplied by 0.5 every 2 epochs."),
    ],
)
def test_the_schedule_in_words(settings: dict[str, Any], words: str) -> None:
    assert schedule_words(RunSettings(**settings)).endswith(words)


def test_a_field_is_called_as_its_setting_is_everywhere(page: AppTest) -> None:
    """One name for a setting: in the form, the report and Compare."""
    labels: dict[str, str] = {}
    page.number_input("run-early_stopping").set_value(2)
    page.number_input("run-reduce_on_plateau").set_value(2)
    for optimizer, schedule in (("SGD", "cosine"), ("RMSprop", "exponential"), ("Adam", "constant")):
        page.selectbox("run-optimizer").select(optimizer)
        page.selectbox("run-schedule").select(schedule).run()
        fields = [*page.number_input, *page.selectbox, *page.toggle]
        labels |= {field.key.removeprefix("run-"): field.label for field in fields if field.key}
    titles = {name: title for name, title, _ in setting_rows(RunSettings())}
    named = {name: label.removesuffix(" before each epoch") for name, label in labels.items() if name in titles}
    assert named == {name: titles[name] for name in named} and len(named) > 22


def test_help_stands_at_every_field(page: AppTest) -> None:
    widgets: list[Callable[[], Any]] = [*page.number_input, *page.selectbox, *page.toggle, *page.text_input]
    without = [widget.key for widget in widgets if widget.key and widget.key.startswith("run-") and not widget.help]
    assert without == []
