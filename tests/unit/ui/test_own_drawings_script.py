"""Training on one's own drawings, on the pages: the offer on Train, what stands in its way, what it did."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS
from cnn_builder.data.sets.user_drawings import FOLDER, OwnDrawings
from cnn_builder.runs import Run, RunSettings, ServiceClient, Store
from cnn_builder.runs.results.drawing_score import DrawingScore, to_evaluation
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support.drawings import drawing_set, keep_drawings
from tests.support.paths import APP

DID = "**Your own test drawings: 1 of 2 before → 2 of 2**"


@pytest.fixture
def opened(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a page, with the data set of digits in the form."""
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setenv("KERAS_HOME", str(own_home))
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)
    answer = ({"settled": True}, {"probabilities": np.eye(10)[3]})
    monkeypatch.setattr(ServiceClient, "ask", lambda client, header, arrays=None: answer)

    def open_page(name: str, run_id: str = "") -> AppTest:
        at = AppTest.from_file(APP, default_timeout=60)
        if run_id:
            at.query_params["run"] = run_id
        at.run().switch_page(f"pages/{name}.py").run()
        if name == "train" and at.selectbox("run-dataset").value != "digits":
            at.selectbox("run-dataset").select("digits").run()
        assert not at.exception
        return at

    return open_page


def captions(at: AppTest) -> str:
    return "\n".join(caption.value for caption in at.caption).replace("\\", "")


def offered(at: AppTest) -> list[Any]:
    return [field for field in at.toggle if field.key == "run-own_drawings"]


def finished(store: Store, settings: Settings) -> Run:
    asked = RunSettings(own_drawings=True)
    made = store.create_run(PRESETS["LeNet-5"].architecture, "digits", asked, drawings=drawing_set(6, 2))
    store.claim_next(1)
    score = to_evaluation(DrawingScore(2, 2, 1, "r", "LeNet-5, trained without your drawings"))
    store.finish(made.run_id, "finished", None, {"test_accuracy": 0.9, "evaluation": {"drawings": score}})
    folder = settings.run_folder(made.run_id)
    folder.mkdir(parents=True)
    (folder / BEST).write_bytes(b"a model")
    return store.get(made.run_id)


def test_who_keeps_no_drawings_is_offered_nothing(opened: Callable[..., AppTest], store: Store) -> None:
    at = opened("train")
    assert offered(at) == []
    at.button("train").click().run()
    (run,) = store.list()
    assert run.settings == RunSettings() and run.drawings is None


def test_the_next_run_takes_the_drawings_of_now(opened: Callable[..., AppTest], store: Store, own_home: Path) -> None:
    own = keep_drawings(own_home, 20)
    at = opened("train")
    assert "16 of your 20 drawings are added to the training images; the other 4 only test" in captions(at)
    at.toggle("run-own_drawings").set_value(True).run()
    at.button("train").click().run()
    (run,) = store.list()
    assert not at.exception and run.settings == RunSettings(own_drawings=True)
    assert run.drawings is not None and (run.drawings.train, run.drawings.test) == (16, 4)
    for name in own.names():
        own.delete(name)
    kept = store.drawings(run.run_id)
    assert kept is not None and len(kept.y_train) == 16
    assert f"16 own drawings added, 4 only test (fingerprint {run.drawings.fingerprint})" in captions(at.run())


def test_too_few_are_told_and_the_way_out_is_one_click(
    opened: Callable[..., AppTest], store: Store, own_home: Path
) -> None:
    own = keep_drawings(own_home, 12)
    at = opened("train")
    at.toggle("run-own_drawings").set_value(True).run()
    for name in own.names()[:10]:
        own.delete(name)
    at.run()
    assert "You have 2 drawings that fit" in at.error[0].value and at.button("train").disabled
    at.button("fix-0").click().run()
    assert not at.error and not at.button("train").disabled
    (field,) = offered(at)
    assert field.disabled and not field.value and "at least 8 are needed" in captions(at)
    at.button("train").click().run()
    assert store.list()[0].settings == RunSettings()


def test_drawings_of_another_data_set_do_not_fit(opened: Callable[..., AppTest], own_home: Path) -> None:
    keep_drawings(own_home, 12, "fashion_mnist")
    at = opened("train")
    (field,) = offered(at)
    assert field.disabled and "Those saved for Fashion-MNIST do not fit" in captions(at)


@pytest.mark.parametrize("page", ["train", "draw"])
def test_what_it_did_to_the_test_drawings_is_shown(
    opened: Callable[..., AppTest], store: Store, settings: Settings, page: str
) -> None:
    at = opened(page, finished(store, settings).run_id)
    assert DID in [element.value for element in at.markdown]
    assert "Before: LeNet-5, trained without your drawings." in captions(at)


def test_on_draw_those_it_was_trained_on_are_counted_apart(
    opened: Callable[..., AppTest], store: Store, settings: Settings
) -> None:
    run = finished(store, settings)
    own = OwnDrawings(settings.home / FOLDER, DATASETS["digits"])
    own.keep(drawing_set(6, 2).x_train[0], 3)
    keep_drawings(settings.home, 10)
    at = opened("draw", run.run_id)
    at.session_state["own-drawings"] = True
    at.run()
    at.button("own-test").click().run()
    said = " ".join(element.value for element in at.markdown)
    assert (
        "**Drawings it was not trained on: 1 of 10 classified correctly. Of those it was trained on: 1 of 1.**" in said
    )
    assert "9 of them are added to the training images; the 2 marked “test” only test" in captions(at)
    assert ">test</span>" in "".join(element.proto.body for element in at.get("html"))


def test_one_click_on_draw_fills_the_form_with_this_network_and_the_drawings(
    opened: Callable[..., AppTest], store: Store, settings: Settings
) -> None:
    run = finished(store, settings)
    keep_drawings(settings.home, 4)
    at = opened("draw", run.run_id)
    at.session_state["own-drawings"] = True
    at.run()
    assert "A network can be trained on your drawings, too. You have 4 drawings that fit" in captions(at)
    keep_drawings(settings.home, 8, seed=1)
    at = opened("draw", run.run_id)
    at.session_state["own-drawings"] = True
    at.run()
    at.button("own-train").click().run()
    assert not at.exception and at.title[0].value == "Train"
    (field,) = offered(at)
    assert field.value and any(element.value.startswith("**LeNet") for element in at.markdown)
    at.button("train").click().run()
    made = store.list()[0]
    assert made.architecture.layers == run.architecture.layers and made.drawings is not None
    assert made.drawings.train + made.drawings.test == 12


def test_a_folder_that_cannot_be_listed_is_told(opened: Callable[..., AppTest], own_home: Path, store: Store) -> None:
    keep_drawings(own_home, 12)
    at = opened("train")
    at.toggle("run-own_drawings").set_value(True).run()
    for path in (folder := own_home / FOLDER / "digits").iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("a file")
    at.run()
    assert [error.value for error in at.error] and "can't be listed" in at.error[0].value.replace("\\", "")
    at.button("fix-0").click().run()
    at.button("train").click().run()
    assert store.list()[0].settings == RunSettings()
