"""Lessons: their files are read or say what is wrong, and their checks are right about answers, networks and runs."""

import json
import re
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.learn.errors import LessonError
from cnn_builder.learn.lessons import (
    CHECKS,
    CheckResult,
    Evidence,
    LessonPlan,
    Lessons,
    check_fields,
    checked,
    read_lesson,
)
from cnn_builder.learn.lessons.curve import overfitting_mark
from cnn_builder.learn.lessons.library import shipped_lessons
from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.settings import Settings
from tests.support.command_line import run as command
from tests.support.paths import ROOT

PLANS = {plan.lesson_id: plan for plan in shipped_lessons()}
HOW_TO = (ROOT / "docs" / "how-to" / "lesson.md").read_text("utf-8")
EXAMPLE = re.findall(r"```toml[^\n]*\n(.*?)```", HOW_TO, re.DOTALL)[0]


def judge(plan: LessonPlan, step_id: str, *answers: str, evidence: Evidence | None = None) -> CheckResult:
    step = plan.steps[plan.place(step_id)]
    return checked(plan, step, answers, evidence or Evidence())


def rows(*losses: tuple[float, float]) -> list[Metric]:
    return [Metric(epoch, epoch, "epoch", a, 0.9, b, 0.8) for epoch, (a, b) in enumerate(losses, 1)]


def test_the_three_lessons_are_there_with_every_kind_of_check() -> None:
    assert list(PLANS) == ["L1", "L2", "L3"]
    assert {step.check for plan in PLANS.values() for step in plan.steps} >= set(CHECKS) - {"fits", "macs"}
    for name, plan in PLANS.items():
        assert plan.network == PRESETS[name].architecture and plan.dataset == PRESETS[name].dataset


def test_the_example_of_the_docs_is_a_lesson_and_the_docs_name_every_check(tmp_path: Path) -> None:
    assert [step.check for step in read_lesson(EXAMPLE).steps] == ["shapes", "built"]
    assert all(f"| `{name}` |" in HOW_TO for name in CHECKS)
    (tmp_path / "edges.toml").write_text(EXAMPLE, "utf-8")
    done = command("lesson", "check", str(tmp_path / "edges.toml"), "--json")
    assert json.loads(done.output)["steps"][1] == {"id": "build", "title": "Build it", "check": "built"}
    assert "shapes" in command("lesson", "checks").output
    missing = command("lesson", "check", str(tmp_path / "none.toml"))
    assert missing.exit_code == 1 and "cannot be read" in missing.stderr


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("version = 1", "version = 2", "version: expected 1, received 2"),
        ('id = "edges"', 'id = "../x"', "id: expected up to 40 letters"),
        ('id = "edges"', 'ident = "edges"', "unknown field 'ident'"),
        ("minutes = 10", "minutes = 0", "minutes: expected a whole number"),
        ("layers = [1]", "layers = [3]", r"Step 1 \(shape\): layers: expected 1 to 2"),
        ("layers = [1]", 'layers = "1"', "layers: expected a list of layers"),
        ("layers = [1]", "", "layers: the check needs it, received nothing"),
        ('check = "built"', 'check = "build"', r"Step 2 \(build\): check: expected one of read, choice"),
        ('open = "empty"', 'open = "other"', "open: expected one of empty, main"),
        ('task = "Build', 'tusk = "Build', "unknown field 'tusk'"),
        ("task =", "# task =", "task: expected text, received nothing"),
        ('page = "build"', 'page = "start"', "page: expected one of build, train"),
        ('id = "build"', 'id = "shape"', "'shape' stands twice"),
        ("filters = 4", "filters = -4", r"network: Layer 1 \(Conv2D"),
        ("[[step]]", "[[step", "not TOML"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_told(before: str, after: str, told: str) -> None:
    with pytest.raises(LessonError, match=told):
        read_lesson(EXAMPLE.replace(before, after, 1))


def test_a_teachers_lesson_stands_beside_the_others_and_a_bad_one_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "edges.toml").write_text(EXAMPLE, "utf-8")
    (tmp_path / "mine.toml").write_text(EXAMPLE.replace('"edges"', '"L2"'), "utf-8")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    plans, problems = Lessons(tmp_path).list()
    assert [plan.lesson_id for plan in plans] == ["L1", "L2", "L3", "edges"]
    assert plans[1].origin == "mine.toml"
    assert problems == ["bad.toml: The lesson is not text in UTF-8. Save it as such."]
    assert Lessons(tmp_path / "none").get("L1") is not None and Lessons(tmp_path).get("nope") is None


def test_answers_on_paper_are_graded_field_by_field_and_explained() -> None:
    part = judge(PLANS["L1"], "first-shapes", "26x26x32", "")
    assert (part.passed, part.right, part.told) == (False, (True, None), "Not yet: 1 to fill in.")
    whole = judge(PLANS["L1"], "first-shapes", "26x26x32", "(None, 13, 13, 32)")
    assert whole.passed and any("⌊(28 − 1·(3 − 1) − 1) / 1⌋ + 1 = 26" in line for line in whole.lines)
    assert judge(PLANS["L2"], "field", "3", "4×4", "8", "10").passed
    assert judge(PLANS["L2"], "parameters", "421.642").passed


def test_every_step_says_something_to_empty_answers() -> None:
    for plan in PLANS.values():
        for step in plan.steps:
            result = checked(plan, step, (), Evidence())
            assert result.passed == (step.check == "read")
            assert result.told or step.check == "read", step.step_id
            assert len(result.right) in (0, len(check_fields(plan, step)))


def test_the_network_on_the_build_page_is_compared_layer_by_layer() -> None:
    plan = PLANS["L1"]
    network = plan.network
    for document, told in (
        (network.remove(5), r"Layer 6 is missing: Dense\(10"),
        (network.with_input_shape((32, 32, 3)), "input is another one"),
        (network.replace(2, network.layers[0]), "Layer 3 is not right yet"),
        (network.insert(6, network.layers[5]), "Remove layer 7"),
    ):
        result = judge(plan, "build", evidence=Evidence(document))
        assert not result.passed and re.search(told, result.told), told
    assert judge(plan, "build", evidence=Evidence(network)).passed
    assert not judge(PLANS["L2"], "third", evidence=Evidence(PRESETS["L2"].architecture)).passed
    assert judge(PLANS["L2"], "third", evidence=Evidence(PLANS["L2"].networks["third"])).passed


@pytest.mark.parametrize(
    ("losses", "epoch", "right", "wrong"),
    [
        (((0.9, 0.8), (0.5, 0.5), (0.3, 0.45), (0.1, 0.6)), 3, (3, 4), (0, 1, 2)),
        (((0.9, 0.8), (0.5, 0.451), (0.3, 0.45), (0.1, 0.6)), 3, (2, 3, 4), (0, 1)),
        (((0.9, 0.8), (0.5, 0.5)), None, (0, 2), (1,)),
        (((0.9, 0.4), (1.0, 0.5), (1.1, 0.6)), None, (0, 3), (1, 2)),
    ],
)
def test_overfitting_starts_where_the_validation_loss_turns_while_the_training_loss_falls(
    losses: tuple[tuple[float, float], ...], epoch: int | None, right: tuple[int, ...], wrong: tuple[int, ...]
) -> None:
    mark = overfitting_mark(rows(*losses))
    assert mark is not None and mark.epoch == epoch
    assert all(map(mark.accepts, right)) and not any(map(mark.accepts, wrong))
    assert overfitting_mark(rows(losses[0])) is None


def test_a_run_is_found_and_what_is_missing_is_told(own_home: Path) -> None:
    plan = PLANS["L2"]
    with Store.open(Settings(home=own_home)) as store:

        def seen() -> Evidence:
            return Evidence(None, store.list(), lambda run_id: store.metrics(run_id, kind="epoch"))

        assert "No run of this network" in judge(plan, "train", evidence=seen()).told
        run = store.create_run(plan.network, "digits", RunSettings(epochs=2))
        assert "still training" in judge(plan, "train", evidence=seen()).told
        store.claim_next(1)
        store.append(run.run_id, rows((0.9, 0.8), (0.5, 0.5)))
        store.beat(run.run_id, 2, 2)
        store.finish(run.run_id, "finished", None, {"test_accuracy": 0.8977})
        assert "for 2 epochs; expected at least 3" in judge(plan, "train", evidence=seen()).told
        assert judge(plan, "score", "89.77 %", evidence=seen()).passed
        assert judge(plan, "score", "0.8977", evidence=seen()).passed
        assert not judge(plan, "score", "0.9", evidence=seen()).passed
        assert "as a number" in judge(plan, "score", "many", evidence=seen()).told
        assert judge(plan, "curve", "0", evidence=seen()).passed
        assert "Train it" in judge(plan, "gap", "The gap widened", evidence=seen()).told
