"""The Learn page's assignments: opened by a link, budgets, handed in, graded, made by a form."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import link
from cnn_builder.learn.assignments import AssignmentPack
from cnn_builder.learn.assignments.classroom import Classroom
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.results.evaluation import Evaluation, write_evaluation
from cnn_builder.settings import Settings
from tests.support.paths import APP

L1 = PRESETS["L1"].architecture
PACK = AssignmentPack("Digits", "Read **them**.", "digits", L1, 0.5, 100, (0,), 520_000, None, 5)


def page(**address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.run()
    at.switch_page("pages/learn.py")
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    parts = (*at.markdown, *at.caption, *at.error, *at.warning, *at.success, *at.info, *at.header)
    texts = [part.value for part in parts] + [element.proto.body for element in at.get("html")]
    return "\n".join(texts).replace("\\", "")


def ended_run(store: Store, limit: int | None) -> str:
    run = store.create_run(L1, "digits", RunSettings(epochs=3, test_limit=limit))
    store.claim_next(5)
    store.finish(run.run_id, "finished", None, {"test_accuracy": 0.9})
    return run.run_id


def test_a_link_opens_it_and_an_honest_run_is_handed_in_and_graded(
    store: Store, settings: Settings, own_home: Path
) -> None:
    cheat, honest = ended_run(store, None), ended_run(store, 260)
    at = page(assignment=PACK.to_link(), net=link.encode(L1, "digits"))
    assert "515,146 of 520,000 parameters" in said(at) and "Read **them**." in said(at)
    at.selectbox("hand-run").set_value(cheat)
    at.text_input("hand-name").input("Ada").run()
    assert "scored on test images that are held out" in said(at) and at.button("hand-in").disabled
    at.selectbox("hand-run").set_value(honest).run()
    at.button("hand-in").click().run()
    assert not at.exception and "Handed in as Ada" in said(at)
    at.button("grade-all").click().run()
    assert not at.exception
    (student,) = Classroom(own_home / "assignments").students(PACK.pack_id)
    graded = store.get(student.grading_run)
    assert graded.run_id != honest and graded.settings.test_limit is None and graded.settings.seed > 0
    store.claim_next(5)
    store.finish(graded.run_id, "finished", None, {"test_accuracy": 0.9, "seconds": 1.0})
    folder = settings.run_folder(graded.run_id)
    folder.mkdir(parents=True)
    right = np.arange(360) % 10 > 0
    write_evaluation(folder, Evaluation(("a",), np.ones((1, 1), np.int64), right, (), b"", (28, 28), 1))
    at.run()
    assert "1 of 1 passed · lowest 0.9000" in said(at) and not at.exception
    assert at.dataframe[0].value["Status"].tolist() == ["passed"]


def test_the_budgets_fill_on_the_build_page(own_home: Path) -> None:
    small = AssignmentPack("Small", "", "digits", L1, 0.5, 100, (0,), 100_000)
    at = page(assignment=small.to_link(), net=link.encode(L1, "digits"))
    at.button("assignment-start").click().run()
    assert not at.exception and "515,146 of 100,000 parameters, 415,146 too many" in said(at)


def test_a_damaged_link_is_told_and_the_list_is_there() -> None:
    at = page(assignment="damaged")
    assert "link is damaged" in said(at) and "99.4 % on MNIST under 10,000 parameters" in said(at)


@pytest.mark.parametrize("name", ["", "Mine"])
def test_a_form_makes_one_or_says_what_is_missing(own_home: Path, name: str) -> None:
    at = page(net=link.encode(L1, "digits"))
    at.button_group(key="learn_view").set_value("Assignments").run()
    at.text_input("pack-name").input(name)
    at.number_input("pack-params").set_value(9000)
    at.multiselect("pack-locked").set_value(["1: Conv2D"])
    at.button("pack-make").click().run()
    assert not at.exception
    packs = Classroom(own_home / "assignments").packs()
    if name:
        assert (packs[0].name, packs[0].max_params, packs[0].locked, packs[0].held_out) == ("Mine", 9000, (0,), 180)
        assert AssignmentPack.from_link(at.code[0].value.partition("=")[2]) == packs[0]
    else:
        assert not packs and "name: expected text" in said(at)
