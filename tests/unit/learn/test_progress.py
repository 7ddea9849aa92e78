"""What a learner has done is kept, and what cannot be read is no reason to stop."""

from dataclasses import replace
from pathlib import Path

import pytest

from cnn_builder.learn.drills import Streak
from cnn_builder.learn.errors import ProgressError
from cnn_builder.learn.glossary import GLOSSARY
from cnn_builder.learn.progress import Progress, ProgressStore, StepDone

LEARNER = "0123456789abcdef"


def test_it_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path)
    kept = Progress().with_done("L1", "shapes", StepDone(("26×26",), "Right.")).at("L1", "build")
    kept = replace(kept, streak=Streak().after(True))
    store.save(LEARNER, kept)
    assert store.load(LEARNER) == kept and ProgressStore.is_id(ProgressStore.new_id())
    assert store.load(LEARNER).without("L1").of("L1") == {}


def test_an_answer_that_was_shown_does_not_replace_ones_own() -> None:
    own = Progress().with_done("L1", "a", StepDone(("1",)))
    assert own.with_done("L1", "a", StepDone(shown=True)) == own
    shown = Progress().with_done("L1", "a", StepDone(shown=True))
    assert shown.with_done("L1", "a", StepDone(("1",))).of("L1")["a"] == StepDone(("1",))


@pytest.mark.parametrize(
    "content", ["", "[]", '{"version": 1}', '{"done": {"a": 1}}', "x" * 300_000, '{"done": ' * 5000]
)
def test_what_cannot_be_read_begins_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{LEARNER}.json").write_text(content, "utf-8")
    assert ProgressStore(tmp_path).load(LEARNER) == Progress()


def test_no_id_leads_out_of_the_folder(tmp_path: Path) -> None:
    for wrong in ("../../etc/passwd", "", "ABC", LEARNER + "x"):
        assert not ProgressStore.is_id(wrong)
        with pytest.raises(ProgressError):
            ProgressStore(tmp_path).load(wrong)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProgressError, match="could not be saved"):
        ProgressStore(tmp_path / "file").save(LEARNER, Progress())


def test_the_glossary_is_in_order_and_in_sentences() -> None:
    assert list(GLOSSARY) == sorted(GLOSSARY, key=str.lower)
    assert all(text.endswith(".") for text in GLOSSARY.values())
