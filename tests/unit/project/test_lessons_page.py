"""The lessons' page says what its records say, and the records are of the presets as they are."""

import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.runs.settings.lessons import LESSONS
from scripts.lessons_page import PAGE, RECORDS, names, page, picture, record
from scripts.lessons_record import lessons, options


def test_the_page_is_written_from_the_records() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.lessons_page"


@pytest.mark.parametrize("name", names())
def test_a_picture_is_drawn_from_its_record(name: str) -> None:
    drawn = (RECORDS / f"{name}.svg").read_text(encoding="utf-8")
    assert drawn == picture(name) + "\n", "run: python -m scripts.lessons_page"


def test_every_lesson_is_recorded_as_it_is() -> None:
    known = lessons()
    assert names() == sorted(known)
    for name, lesson in known.items():
        kept = record(name)
        assert Architecture.from_dict(kept["architecture"]) == lesson.architecture
        assert len(kept["epochs"]) == lesson.lesson.settings.epochs


@pytest.mark.parametrize("name", ["L1", "L2", "L3"])
def test_a_lessons_settings_are_those_of_its_page(name: str) -> None:
    text = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    network = "L3.json" if name == "L3" else name
    (command,) = [line.split() for line in text.splitlines() if f"cnn_builder train {network} " in line]
    written = command[command.index(network) + 1 :]
    assert set(zip(*[iter(written)] * 2, strict=True)) == set(zip(*[iter(options(LESSONS[name]))] * 2, strict=True))
