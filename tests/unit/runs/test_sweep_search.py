"""What varies in a sweep, and which candidates come of it."""

import json

import pytest

from cnn_builder.architecture import PRESETS, trace
from cnn_builder.data import describe
from cnn_builder.runs import RunSettings, SweepError
from cnn_builder.runs.sweeps.plan import GRID, HALVING, RANDOM, SEARCHES, SweepPlan
from cnn_builder.runs.sweeps.search import Proposal, propose
from cnn_builder.runs.sweeps.variables import (
    Variable,
    parse_variable,
    starting_values,
    typed_value,
    values_words,
    variable_choices,
    with_values,
)

L2 = PRESETS["L2"].architecture
DIGITS = describe("digits")
PLENTY = 10**11


def proposal(*vary: str, runs: int = 50, settings: RunSettings | None = None, **plan: object) -> Proposal:
    asked = SweepPlan(tuple(map(parse_variable, vary)), runs, **plan)  # type: ignore[arg-type]
    return propose(L2, settings or RunSettings(), DIGITS, asked, PLENTY)


@pytest.mark.parametrize("search", SEARCHES)
def test_what_is_beyond_the_budget_is_counted_and_not_proposed(search: str) -> None:
    vary = ("layers.0.filters=4,8,64", "layers.5.units=16,256")
    found = proposal(*vary, runs=6, search=search, max_params=60_000)
    assert {(one.values["layers.0.filters"], one.values["layers.5.units"]) for one in found.candidates} == {
        (4, 16),
        (8, 16),
    }
    assert (found.over_budget, found.unfit, found.left) == (4, 0, 0)
    for one in found.candidates:
        traced = trace(one.architecture)
        assert (one.total_params, one.total_macs) == (traced.total_params, traced.total_macs)
        assert one.total_params <= 60_000
    most = min(one.total_macs for one in found.candidates)
    assert len(proposal(*vary, search=search, max_macs=most).candidates) == 1


def test_a_grid_counts_all_and_takes_as_many_as_runs_are_asked_for() -> None:
    found = proposal("layers.0.filters=1,2,3,4", "seed=0,1,2,3", runs=5)
    assert (len(found.candidates), found.left) == (5, 11)
    order = [(one.values["layers.0.filters"], one.values["seed"]) for one in found.candidates]
    assert order == sorted(order)
    assert len({filters for filters, _ in order}) > 2  # not only the first ones


@pytest.mark.parametrize("search", [RANDOM, HALVING])
def test_a_draw_gives_each_combination_once_and_the_same_for_its_seed(search: str) -> None:
    vary = ("layers.0.filters=1,2,3,4,5,6", "learning_rate=0.1,0.01,0.001")

    def drawn(seed: int, runs: int = 8) -> list[str]:
        found = proposal(*vary, runs=runs, search=search, seed=seed)
        return [json.dumps(one.values) for one in found.candidates]

    assert len(set(drawn(0))) == 8 and drawn(0) == drawn(0) and drawn(0) != drawn(1)
    assert len(set(drawn(0, runs=100))) == 18


def test_values_go_where_their_path_says() -> None:
    values = {"layers.0.kernel_size": [5, 3], "layers.2-3.repeat": 2, "layers.5.repeat": 0, "batch_size": 64}
    network, settings = with_values(L2, RunSettings(seed=3), values)
    assert [layer.type for layer in network.layers] == [
        "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense",
    ]  # fmt: skip
    assert network.layers[0].keras_kwargs()["kernel_size"] == [5, 3]
    assert (settings.batch_size, settings.seed) == (64, 3)
    words = "layer 1 kernel size 5×3, layers 3–4 × 2, layer 6 × 0, batch size 64"
    assert values_words(values, L2) == words
    assert starting_values(L2, settings, values) == {
        "layers.0.kernel_size": [3, 3], "layers.2-3.repeat": 1, "layers.5.repeat": 1, "batch_size": 64,
    }  # fmt: skip


def test_what_does_not_fit_is_left_out_with_its_reason() -> None:
    found = proposal("layers.2-3.repeat=1,2,9", "optimizer=Adam,SGD", "momentum=0,0.9")
    assert found.unfit == 4 + 2  # nine poolings leave nothing; momentum is not Adam's
    assert found.unfit_reason
    assert {one.settings.momentum for one in found.candidates if one.settings.optimizer == "Adam"} == {0}
    with pytest.raises(SweepError, match=r"2 cannot be trained \(the first: .*3 outputs.*\. Name other values"):
        proposal("layers.6.units=3,4")  # the data set has 10 classes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("layers.0.filters", "expected PATH=VALUE"),
        ("layers.0.filters=8,,9", "values between commas"),
        ("layers.0.filters=-1", "layers.0.filters: expected a whole number from 1"),
        ("layers.0.filters=eight", "received 'eight'"),
        ("layers.0.filter=8", "one of its settings"),
        ("layers.7.filters=8", "layers are 0 to 6"),
        ("layers.0-1.filters=8", "can only be repeated"),
        ("layers.3-1.repeat=2", "layers are 0 to 6"),
        ("layers.0.repeat=1.5", "whole numbers from 0 to 20"),
        ("learning_rate=0,0.1", "learning_rate: expected a number above 0"),
        ("own_drawings=true", "expected layers.PLACE.SETTING"),
        ("colour=red", "expected layers.PLACE.SETTING"),
        (f"seed={','.join(map(str, range(101)))}", "at most 100 values"),
    ],
)
def test_what_is_wrong_by_itself_is_told_before_anything_is_made(text: str, told: str) -> None:
    with pytest.raises(SweepError) as caught:
        proposal(text)
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("vary", "plan", "told"),
    [
        (["seed=1", "seed=2"], {}, "given twice"),
        (["layers.0-2.repeat=1,2", "layers.2.repeat=0,1"], {}, "repeated by two settings"),
        (["seed=1"], {"runs": 0}, "runs: expected a number above 0"),
        (["seed=1"], {"max_params": -5}, "most parameters: expected"),
        (["seed=1"], {"minutes": float("nan")}, "minutes: expected"),
        (["seed=1"], {"search": "tpe"}, "expected grid, random, halving"),
        (["seed=1"], {"max_params": 10}, "1 of the combinations are beyond the budget"),
        (["epochs=1,2"], {"search": HALVING}, "after the same epochs"),
        ([f"seed={','.join(map(str, range(100)))}", *(f"{n}=0.1,0.2,0.3,0.4,0.5" for n in ("l2", "momentum", "rho"))],
         {"search": GRID}, "12,500 combinations"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_carried_out_is_refused(vary: list[str], plan: dict[str, object], told: str) -> None:
    with pytest.raises(SweepError, match=told):
        proposal(*vary, **plan)  # type: ignore[arg-type]


def test_halving_needs_validation_images() -> None:
    with pytest.raises(SweepError, match="validation split above 0"):
        proposal("seed=1,2", search=HALVING, settings=RunSettings(validation_split=0.0))


def test_a_plan_comes_back_as_it_was_kept() -> None:
    plan = SweepPlan((parse_variable("layers.0.kernel_size=3,5x3"), Variable("l2", (None, True, 0.5))), 3, minutes=1.5)
    assert SweepPlan.from_json(plan.to_json()) == plan
    assert [typed_value(value) for value in ([5, 3], None, True, 0.001, 8, "relu")] == [
        "5x3", "none", "true", "0.001", "8", "relu",
    ]  # fmt: skip


def test_every_choice_can_be_varied_with_what_is_there_now() -> None:
    paths = variable_choices(L2)
    now = starting_values(L2, RunSettings(), paths)
    assert set(now) == set(paths) and paths["layers.0.filters"] == "layer 1 (Conv2D) filters"
    network, settings = with_values(L2, RunSettings(), now)
    assert network == L2 and settings == RunSettings()
