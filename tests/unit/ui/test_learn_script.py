"""The Learn page's script: answers are kept, a link opens a lesson, drills are asked about the network on Build."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from cnn_builder.learn.drills import Drill
from cnn_builder.learn.drills.marking import answer_text
from cnn_builder.ui import state
from cnn_builder.ui.learn.glossary import glossary_entries
from tests.support.paths import APP


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
    parts = (*at.markdown, *at.caption, *at.error, *at.warning, *at.success, *at.info)
    return "\n".join(part.value for part in parts).replace("\\", "")


def test_what_was_done_is_kept_in_a_file_and_a_full_disk_is_told(own_home: Path) -> None:
    at = page(lesson="L1", step="first-shapes")
    assert at.header[0].value == "Shapes on paper: the convolution and the pooling"
    at.text_input("step-L1-first-shapes-0").input("26×26×32")
    at.text_input("step-L1-first-shapes-1").input("13×13×64")
    at.button("step-L1-first-shapes").click().run()
    assert "1 of 2 not right" in said(at) and at.button("lesson-next").label == "Skip"
    at.text_input("step-L1-first-shapes-1").input("13×13×32")
    at.button("step-L1-first-shapes").click().run()
    assert "All 2 are right." in said(at) and at.button("lesson-next").label == "Next step"
    (kept,) = (own_home / "learn").glob("*.json")
    assert "13×13×32" in kept.read_text("utf-8")
    kept.unlink()
    kept.parent.rmdir()
    kept.parent.touch()
    at.button("lesson-next").click().run()
    assert not at.exception and "could not be saved" in said(at)


def test_an_unknown_lesson_and_a_bad_file_are_told(own_home: Path) -> None:
    (own_home / "lessons").mkdir(parents=True)
    (own_home / "lessons" / "bad.toml").write_text("version = 3", "utf-8")
    at = page(lesson="nope")
    assert "There is no lesson named nope" in said(at) and "bad.toml: version: expected 1, received 3" in said(at)
    assert at.button("lesson-start-L3")


def test_a_drill_is_graded_once_and_the_streak_is_kept() -> None:
    at = page()
    at.button_group(key=state.LEARN_VIEW).set_value("Drills").run()
    assert not at.exception
    for number in (1, 2):
        drill: Drill = at.session_state[state.DRILL].drill
        key = f"drill-answer-{number}"
        if drill.choices:
            at.radio(key).set_value(drill.answer)
        else:
            at.text_input(key).input(answer_text(drill.answer))
        at.button("drill-check").click().run()
        assert "Right." in said(at), drill
        at.button("drill-next").click().run()
    now = at.session_state[state.DRILL]
    assert now.number == 3 and now.drill.level == 2
    if not now.drill.choices:
        at.text_input("drill-answer-3").input("what?")
        at.button("drill-check").click().run()
        assert "cannot be read as an answer" in said(at)
    assert any("streak <b>2</b>" in element.proto.body for element in at.get("html"))


def test_the_glossary_has_the_words_of_the_tooltips() -> None:
    at = page()
    at.button_group(key=state.LEARN_VIEW).set_value("Glossary").run()
    body = "\n".join(element.proto.body for element in at.get("html"))
    entries = glossary_entries()
    assert not at.exception and all(term in body for part in entries.values() for term in part)
    at.text_input("glossary-search").input("receptive").run()
    body = "\n".join(element.proto.body for element in at.get("html"))
    assert "Receptive field" in body and "Batch size" not in body
