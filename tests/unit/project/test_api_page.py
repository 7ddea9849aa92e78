"""The page of the Python interface is that of the code, and every public name says what it is."""

import re

from scripts.api_page import PAGE, page


def test_the_page_is_written_from_the_docstrings() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.api_page"


def test_every_public_name_has_a_sentence() -> None:
    for entry in re.split(r"^### ", page(), flags=re.MULTILINE)[1:]:
        name, _, about = entry.partition("\n")
        assert re.search(r"\w.*\.", re.sub(r"```.*?```", "", about, flags=re.DOTALL)), name
