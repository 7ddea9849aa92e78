"""Drills: the same seed gives the same questions, harder ones when right, answers read as people write them."""

import json
import random
from itertools import pairwise

import pytest

from cnn_builder.architecture import PRESETS, Architecture, trace
from cnn_builder.learn.drills import KINDS, Drill, Streak, drill_series, is_right, next_drill, read_answer
from cnn_builder.learn.drills.making import all_drills
from cnn_builder.learn.drills.misfits import NO_LAYER
from cnn_builder.learn.errors import DrillError
from tests.support.command_line import run

L1, L2, L3 = (PRESETS[name].architecture for name in ("L1", "L2", "L3"))


def of_kind(network: Architecture, kind: str) -> list[Drill]:
    return [drill for drill in all_drills(network, random.Random(0)) if drill.kind == kind]


def test_a_seed_gives_its_questions_from_easy_to_hard_and_none_twice() -> None:
    series = drill_series(L2, 9, 7)
    assert series == drill_series(L2, 9, 7) != drill_series(L2, 9, 8)
    assert [drill.level for drill in series] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len({drill.key for drill in series}) == 9
    assert all(before.kind != after.kind for before, after in pairwise(series))


def test_a_network_is_asked_about_in_every_way() -> None:
    kinds = {drill.kind for seed in range(6) for drill in all_drills(L2, random.Random(seed))}
    assert kinds == set(KINDS)


def test_a_broken_network_is_asked_what_breaks_and_why() -> None:
    (drill,) = of_kind(L3, "misfit")
    assert drill.index == 5 and drill.answer == "Layer 6 (Dense): it needs a vector, but a map reaches it"
    assert any(choice.startswith("Layer 6 (Dense): ") for choice in drill.choices if choice != drill.answer)
    assert NO_LAYER in drill.choices and trace(L3).error.message in drill.explanation


@pytest.mark.parametrize(
    ("layer", "shape", "reason"),
    [
        ({"type": "Conv2D", "filters": 2, "kernel_size": 3}, [9], "a vector reaches it"),
        ({"type": "Conv2D", "filters": 2, "kernel_size": 3}, [9, 9], "no channel axis"),
        ({"type": "Conv2D", "filters": 2, "kernel_size": 9}, [8, 8, 1], "its window is larger"),
        ({"type": "Conv2D", "filters": 3, "kernel_size": 3, "groups": 2}, [8, 8, 2], "do not go together"),
    ],
)
def test_each_way_not_to_fit_has_its_reason(layer: dict, shape: list[int], reason: str) -> None:
    network = Architecture.from_dict({"input_shape": shape, "layers": [layer]})
    (drill,) = of_kind(network, "misfit")
    assert reason in drill.answer


def test_only_one_choice_halves_and_it_is_the_answer() -> None:
    for drill in of_kind(L1, "halve_params"):
        before = trace(L1)
        for choice, network in zip(drill.choices, drill.outcomes, strict=True):
            if drill.index is not None:
                halves = 2 * trace(network).rows[drill.index].params == before.rows[drill.index].params
                assert halves == (choice == drill.answer)


def test_padding_same_keeps_the_size_only_with_strides_of_one() -> None:
    answers = {drill.architecture.layers[0].strides: drill.answer for drill in of_kind(L1, "keep_size")[:2]}
    assert answers == {(1, 1): "same", (2, 2): "neither"}


def test_answers_are_read_as_people_write_them() -> None:
    shape, params = of_kind(L1, "output_shape")[0], of_kind(L1, "params")[0]
    for text in ("26×26×32", "26x26x32", "(26, 26, 32)", "(None, 26, 26, 32)"):
        assert is_right(shape, text)
    assert is_right(params, "320") and not is_right(params, "288") and read_answer(params, "many") is None
    field = of_kind(L1, "receptive_field")[0]
    assert is_right(field, "3") and is_right(field, "3×3") and not is_right(field, "")
    choice = of_kind(L1, "keep_size")[0]
    assert is_right(choice, "same") and not is_right(choice, "valid") and not is_right(choice, "SAME")


def test_two_right_answers_make_it_harder_a_wrong_one_easier() -> None:
    standing = Streak()
    levels = []
    for right in (True, True, True, True, True, False, True, False, False, False):
        standing = standing.after(right)
        levels.append((standing.level, standing.streak))
    assert levels == [(1, 1), (2, 2), (2, 3), (3, 4), (3, 5), (2, 0), (2, 1), (1, 0), (1, 0), (1, 0)]
    assert (standing.longest, standing.asked, standing.right) == (5, 10, 6)


def test_what_was_asked_is_not_asked_again_while_there_is_something_else() -> None:
    rng, asked = random.Random(1), set()
    for _ in range(12):
        drill = next_drill(L1, 1, rng, asked)
        assert drill.key not in asked
        asked.add(drill.key)


@pytest.mark.parametrize(("count", "level"), [(0, None), (5000, None), (1, 0), (1, 4)])
def test_a_request_out_of_range_is_told(count: int, level: int | None) -> None:
    with pytest.raises(DrillError, match="expected 1 to"):
        drill_series(L1, count, 0, level)


def test_nothing_to_ask_is_told() -> None:
    with pytest.raises(DrillError, match="Add one"):
        drill_series(Architecture((8, 8, 1), ()), 1, 0)


def test_a_long_network_is_asked_about_without_walking_it_for_each_change(monkeypatch: pytest.MonkeyPatch) -> None:
    block = {"type": "Conv2D", "filters": 8, "kernel_size": 3, "padding": "same"}
    network = Architecture.from_dict({"input_shape": [16, 16, 1], "layers": [block] * 100})
    walks = []
    monkeypatch.setattr("cnn_builder.learn.drills.changes.trace", lambda one: walks.append(one) or trace(one))
    assert len(all_drills(network, random.Random(0))) > 300 and len(walks) < 60


def test_the_command_prints_one_object_a_question() -> None:
    done = run("drill", "L2", "--count", "4", "--seed", "3", "--json")
    objects = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 0 and len(objects) == 4
    assert objects == [drill.to_dict() for drill in drill_series(L2, 4, 3)]
    rows = trace(L2).rows
    for one in objects:
        assert {"question", "kind", "index", "answer"} <= one.keys()
        if one["kind"] == "params":
            assert one["answer"] == rows[one["index"]].params
    shown = run("drill", "L3", "--level", "1", "--count", "30")
    assert shown.exit_code == 0 and "Answer: Layer 6 (Dense)" in shown.output
    refused = run("drill", "L1", "--count", "0")
    assert refused.exit_code == 1 and "count: expected 1" in refused.stderr
