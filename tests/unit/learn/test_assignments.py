"""Assignments: packs and submissions as files, what keeps them from passing, the class and its table."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.learn.assignments import AssignmentPack, Submission, network_reasons, submission_reasons
from cnn_builder.learn.assignments.checking import Reason, images_shared, student_name
from cnn_builder.learn.assignments.classroom import Classroom, grades_csv, spread
from cnn_builder.learn.assignments.grading import GRADING_SEED, Grade, checked_grade, graded, grading_settings
from cnn_builder.learn.assignments.pack import read_pack, shipped_packs
from cnn_builder.learn.errors import AssignmentError
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.results.evaluation import Evaluation, write_evaluation
from cnn_builder.settings import Settings
from tests.support.command_line import run as command

L1 = PRESETS["L1"].architecture
PACK = AssignmentPack(
    "Digits", "Read them.", "digits", L1, 0.5, 100, (0, 5), 520_000, 3_000_000, 5, 60, "2030-01-01T00:00:00+00:00"
)
HONEST = replace(
    Submission.of_network(PACK, "Ada", L1),
    settings=RunSettings(epochs=3, test_limit=260),
    submitted="2029-01-01T00:00Z",
)
LEARNER = "0123456789abcdef"


def codes(submission: Submission, pack: AssignmentPack = PACK) -> list[str]:
    return [reason.code for reason in submission_reasons(pack, submission, Settings.from_env())]


def test_a_pack_is_a_file_and_a_link() -> None:
    assert AssignmentPack.from_json(PACK.to_json()) == AssignmentPack.from_link(PACK.to_link()) == PACK
    assert PACK.pack_id != replace(PACK, goal=0.6).pack_id and len(PACK.pack_id) == 16
    assert PACK.shown_images == 260 and PACK.run_settings().test_limit == 260
    with pytest.raises(AssignmentError, match="damaged"):
        AssignmentPack.from_link(PACK.to_link()[:-40])


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("version", 2, "version: expected 1"),
        ("name", "", "name: expected text"),
        ("goal", 99.4, "goal: expected a test accuracy from 0 to 1"),
        ("held_out", 360, "held_out: expected 1 to 359"),
        ("held_out", None, "held_out: expected how many"),
        ("locked", [6], "locked: expected places of layers from 0 to 5"),
        ("max_params", -1, "max_params: expected a whole number"),
        ("deadline", "tomorrow", "deadline: expected a date and time with its zone"),
        ("deadline", "2030-01-01T00:00", "with its zone"),
        ("settings", {"epochs": 0}, "settings: "),
        ("architecture", {}, "architecture: "),
        ("extra", 1, "Unknown field 'extra'"),
    ],
)
def test_what_is_wrong_with_a_pack_is_told(field: str, value: object, told: str) -> None:
    with pytest.raises(AssignmentError, match=told):
        AssignmentPack.from_json(json.dumps({**json.loads(PACK.to_json()), field: value}))


def test_an_honest_submission_has_nothing_against_it_and_comes_back_as_a_file() -> None:
    assert codes(HONEST) == []
    assert Submission.from_json(HONEST.to_json()) == HONEST
    for content in ("", "[]", '{"version": 1}', "x" * 2_000_000):
        with pytest.raises(AssignmentError):
            Submission.from_json(content)


def test_each_way_to_cheat_is_told() -> None:
    first, last = L1.layers[0], L1.layers[5]
    cheats = {
        "params": replace(HONEST, architecture=L1.replace(4, L1.layers[4].changed(units=80))),
        "locked": replace(HONEST, architecture=L1.replace(0, first.changed(filters=16))),
        "epochs": replace(HONEST, settings=RunSettings(epochs=6, test_limit=260)),
        "test_images": replace(HONEST, settings=RunSettings(epochs=3)),
        "deadline": replace(HONEST, submitted="2030-01-01T02:00:00+01:00"),
        "assignment": replace(HONEST, assignment="f" * 16),
        "data": replace(HONEST, settings=RunSettings(epochs=3, test_limit=260, own_drawings=True)),
        "misfit": replace(HONEST, architecture=PRESETS["L3"].architecture.replace(0, first)),
    }
    for code, submission in cheats.items():
        assert code in codes(submission), code
    by_test = RunSettings(epochs=3, test_limit=260, validation_data="test", validation_split=0.0)
    assert codes(replace(HONEST, settings=by_test)) == ["test_images"]
    moved = Architecture(L1.input_shape, (last, *L1.layers[:5]))
    assert "locked" in [reason.code for reason in network_reasons(PACK, moved)]
    assert codes(replace(HONEST, architecture=L1.insert(1, L1.layers[0].changed(filters=2, padding="same")))) != [
        "locked"
    ]


def test_training_on_the_test_images_is_seen_in_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.arange(5 * 4, dtype=np.uint8).reshape(5, 2, 2, 1)
    assert images_shared(images, images[3:]) == 2 and images_shared(images, images[:, :1]) == 0
    other = replace(HONEST, dataset="mnist_sample")
    assert codes(other) == ["data"]
    from cnn_builder.learn.assignments import checking

    monkeypatch.setattr(checking, "images_shared", lambda train, test: 360)
    told = [reason.told for reason in submission_reasons(PACK, other, Settings.from_env())]
    assert told[1] == "360 of the images it trains on are test images of the assignment."


def test_the_grade_is_that_of_the_held_out_images_of_a_run_with_another_seed(own_home: Path) -> None:
    settings = Settings.from_env()
    asked = replace(HONEST, settings=RunSettings(epochs=3, test_limit=260, seed=GRADING_SEED))
    assert grading_settings(HONEST).seed == GRADING_SEED and grading_settings(asked).seed == GRADING_SEED + 1
    assert grading_settings(HONEST).test_limit is None
    before = checked_grade(PACK, "ada.json", HONEST, settings)
    right = np.r_[np.ones(260, bool), np.arange(100) < 40]
    with Store.open(settings) as store:
        run = store.create_run(L1, "digits", grading_settings(HONEST))
        store.claim_next(1)
        store.finish(run.run_id, "finished", None, {"test_accuracy": 0.83, "seconds": 61.0})
        folder = settings.run_folder(run.run_id)
        folder.mkdir(parents=True, exist_ok=True)
        write_evaluation(folder, Evaluation(("a",), np.ones((1, 1), np.int64), right, (), b"", (28, 28), 1))
        grade = graded(PACK, before, store.get(run.run_id), settings)
        assert grade.test_accuracy == 0.4 and [reason.code for reason in grade.reasons] == ["accuracy", "seconds"]
        assert (
            not grade.passed
            and graded(replace(PACK, goal=0.4, max_seconds=None), before, store.get(run.run_id), settings).passed
        )
        crashed = replace(run, status="crashed", reason="out of memory")
        assert graded(PACK, before, crashed, settings).reasons[0].told == "The grading run crashed: out of memory."


def test_the_class_knows_who_is_stuck_where(tmp_path: Path) -> None:
    room = Classroom(tmp_path, clock=lambda: 7.0)
    pack_id = room.add(PACK, LEARNER)
    assert [pack.pack_id for pack in room.packs()] == [pack_id] and room.maker(pack_id) == LEARNER
    room.add(PACK, "f" * 16)
    assert room.maker(pack_id) == LEARNER and room.get(pack_id) == PACK and room.get("e" * 16) is None
    room.notice(PACK, LEARNER, PRESETS["L3"].architecture)
    assert room.student(pack_id, LEARNER).where.startswith("Layer 6 (Dense")
    room.notice(PACK, LEARNER, L1)
    assert room.student(pack_id, LEARNER).where == "within the budgets"
    room.hand_in(PACK, LEARNER, HONEST)
    room.notice(PACK, LEARNER, PRESETS["L3"].architecture)
    (student,) = room.students(pack_id)
    assert (student.student, student.where, student.total_params) == ("Ada", "handed in", 515_146)
    assert room.submission(pack_id, LEARNER) == HONEST and room.submission(pack_id, "a" * 16) is None
    room.set_grading_run(pack_id, student, "run")
    assert room.student(pack_id, LEARNER).grading_run == "run"
    with pytest.raises(AssignmentError):
        room.students("../../etc")


def test_a_table_of_grades_is_no_formula_and_says_the_spread() -> None:
    grade = Grade("=cmd()", (Reason("params", "Too many."),), 7, 8, 0.5)
    rows = list(csv.reader(io.StringIO(grades_csv([grade]))))
    assert rows[1] == ["'=cmd()", "False", "0.5", "7", "8", "Too many."]
    assert spread([0.5, 0.9, 0.7]) == "lowest 0.5000 · median 0.7000 · highest 0.9000" and spread([]) == ""
    with pytest.raises(AssignmentError):
        student_name("  ")


def test_the_shipped_assignment_has_a_reference_within_its_budgets() -> None:
    packs = shipped_packs()
    assert list(packs) == ["mnist-10k"]
    pack = read_pack(packs["mnist-10k"])
    assert (pack.goal, pack.max_params, pack.max_epochs, pack.dataset) == (0.994, 9_999, 15, "mnist")
    reference = Architecture.from_json(packs["mnist-10k"].with_name("mnist-10k.reference.json").read_text("utf-8"))
    assert network_reasons(pack, reference) == []
    done = command("assignment", "check", "mnist-10k", "L1", "--json")
    said = json.loads(done.output)
    assert done.exit_code == 0 and not said["passed"] and said["codes"] == ["params"]
    assert said["total_params"] == 515_146 and said["test_accuracy"] is None
    assert command("assignment", "check", "nowhere.json", "L1").exit_code == 1


def test_the_command_makes_a_pack(tmp_path: Path) -> None:
    file = tmp_path / "pack.json"
    options = ("--name", "Mine", "--dataset", "digits", "--network", "L1", "--goal", "0.9", "-o", str(file))
    done = command("assignment", "new", *options, "--lock", "1,6", "--max-params", "9000", "--json")
    pack = read_pack(file)
    said = json.loads(done.output)
    assert (pack.locked, pack.max_params, pack.held_out) == ((0, 5), 9000, 180) and said["id"] == pack.pack_id
    assert AssignmentPack.from_link(said["link"].partition("=")[2]) == pack
    assert command("assignment", "new", *options, "--lock", "x").exit_code == 1
