"""A run that this version cannot read, on the pages: named with the reason, and deleted there."""

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.ui.shared.navigation import PAGES
from tests.support.paths import APP
from tests.support.unreadable import make_unreadable


@pytest.fixture
def run_id(store: Store) -> str:
    made = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings()).run_id
    make_unreadable(store, made)
    return made


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(APP, default_timeout=60)


def words(page: AppTest) -> str:
    boxes = (*page.markdown, *page.caption, *page.warning, *page.error, *page.info)
    return " ".join(box.value for box in boxes).replace("\\", "")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_fails(app: AppTest, run_id: str, name: str) -> None:
    app.query_params["run"] = run_id
    page = app.run().switch_page(f"pages/{name}.py").run()
    assert not page.exception and not page.error


@pytest.mark.parametrize("name", ["train", "compare"])
def test_it_is_named_with_the_reason_and_deleted(app: AppTest, run_id: str, store: Store, name: str) -> None:
    page = app.run().switch_page(f"pages/{name}.py").run()
    assert [box.label for box in page.expander if "cannot be read" in box.label] == ["1 run cannot be read"]
    assert "Conv9D" in words(page)
    page.button(f"delete-unreadable-{run_id}").click().run()
    assert not page.exception and store.entries() == []
    assert not any("cannot be read" in box.label for box in page.expander)


def test_one_that_works_is_stopped_first(app: AppTest, run_id: str, store: Store) -> None:
    other = store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings(seed=1)).run_id
    store.claim_next(1)
    make_unreadable(store, other)
    page = app.run().switch_page("pages/compare.py").run()
    page.button(f"stop-unreadable-{other}").click().run()
    assert store.find(other).status == "stopping"


def test_its_address_says_why(app: AppTest, run_id: str) -> None:
    app.query_params["run"] = run_id
    page = app.run().switch_page("pages/train.py").run()
    assert "Conv9D" in page.warning[0].value.replace("\\", "") and "delete the run" in page.warning[0].value
