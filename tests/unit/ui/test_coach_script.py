"""Notices and comparison as they stand on the page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS, Architecture, Layer
from cnn_builder.architecture.layers.conv2d import Conv2D
from cnn_builder.architecture.layers.dense import Dense
from cnn_builder.architecture.layers.dropout import Dropout
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.max_pooling2d import MaxPooling2D
from cnn_builder.architecture.layers.softmax import Softmax
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.documents.library import Networks
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings
from cnn_builder.ui.build.diff_view import Other, first_choice

DOC = "0123456789abcdef"
L1 = PRESETS["L1"].architecture


def advice() -> None:
    from cnn_builder.architecture import trace
    from cnn_builder.ui import state
    from cnn_builder.ui.build.problems import found_notices, hints, problems

    document = state.document()
    traced = trace(document.architecture)
    found = found_notices(document, traced)
    problems(document, traced, found)
    hints(document, traced, found)


def compare() -> None:
    from cnn_builder.ui import state
    from cnn_builder.ui.build.diff_view import comparison

    comparison(state.document())


def opened(script: Callable[[], None], home: Path, architecture: Architecture) -> AppTest:
    DocumentStore(home / "documents").save(DOC, Document.of(architecture, "digits"))
    at = AppTest.from_function(script, default_timeout=60)
    at.query_params["doc"] = DOC
    at.run()
    assert not at.exception
    return at


def saved(home: Path) -> Architecture:
    document = DocumentStore(home / "documents").load(DOC)
    assert document is not None
    return document.architecture


def html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def stack(*layers: Layer) -> Architecture:
    return Architecture((28, 28, 1), layers)


def test_the_first_lesson_gets_one_quiet_hint(own_home: Path) -> None:
    at = opened(advice, own_home, L1)
    assert [text.value for text in at.markdown] == []
    assert "holds 96% of all parameters" in at.caption[0].value
    assert "−491,520 parameters" in at.caption[0].value.replace("\\", "")
    at.button(key="fix-dense_heavy-0").click().run()
    assert saved(own_home).layers[3].type == "GlobalAveragePooling2D"
    assert at.caption == []


def test_each_repair_says_what_it_does(own_home: Path) -> None:
    at = opened(advice, own_home, PRESETS["L3"].architecture)
    shown = [text.value.replace("\\", "") for text in at.caption]
    assert shown[0] == "Dense gets 576 instead of 3×3×64 · output 10 · 93,322 parameters · 2,794,240 MACs"
    assert len(shown) == len([button for button in at.button if button.key.startswith("repair-")]) == 3


def test_more_than_three_notices_are_folded_and_what_blocks_is_in_sight(own_home: Path) -> None:
    conv, wide = Conv2D(filters=8, kernel_size=3), Conv2D(filters=8, kernel_size=26, activation="relu")
    end = (Flatten(), Dense(units=12, activation="relu"), Dropout(rate=0.5), Softmax())
    at = opened(advice, own_home, stack(conv, wide, MaxPooling2D(padding="same"), *end))
    assert "12 outputs" in at.markdown[0].value
    assert [folded.label for folded in at.expander] == ["2 more hints"]
    assert len(at.expander[0].button) == 2
    assert at.button(key="fix-units-0").label


def test_a_network_is_compared_with_what_it_was(own_home: Path) -> None:
    at = opened(compare, own_home, L1.replace(0, L1.layers[0].changed(filters=16)))
    assert at.selectbox[0].value == "preset:L1"
    assert "filters: 32 → <b>16</b>" in html(at)
    assert "1 layer changed, 5 the same" in at.markdown[0].value.replace("\\", "")


def test_runs_and_saved_networks_are_offered_too(own_home: Path) -> None:
    small = stack(Flatten(), Dense(units=10, activation="softmax")).with_name("small **one**")
    Networks(own_home / "networks").save(small, "digits")
    with Store.open(Settings.from_env()) as store:
        for _ in range(2):
            run = store.create_run(small.with_name("run <b>"), "digits", RunSettings())
    at = opened(compare, own_home, PRESETS["LeNet-5"].architecture)
    assert at.selectbox[0].value == f"run:{run.run_id}"
    titles = at.selectbox[0].options
    assert titles[:2] == ["Run run <b> · queued", "Saved small **one**"]
    assert "run <b>" not in html(at)
    at.selectbox[0].set_value("preset:LeNet-5").run()
    assert "same network" in at.markdown[0].value
    assert not at.exception


def test_a_network_that_does_not_fit_is_compared_up_to_there(own_home: Path) -> None:
    at = opened(compare, own_home, PRESETS["L3"].architecture)
    assert "does not fit at layer 6" in at.caption[0].value


@pytest.mark.parametrize(("name", "chosen"), [("L1", "b"), ("other", "b"), ("named", "c")])
def test_the_first_choice_differs_and_has_the_same_name_if_possible(name: str, chosen: str) -> None:
    found = {
        "a": Other("same", L1.with_name("x")),
        "b": Other("newest", PRESETS["L2"].architecture),
        "c": Other("same name", PRESETS["LeNet-5"].architecture.with_name("named")),
    }
    assert first_choice(L1.with_name(name), found) == chosen


def test_a_network_too_large_for_this_machine_is_told(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_MEMORY_LIMIT_MB", "2000")
    large = L1.replace(4, Dense(units=200_000_000))
    at = opened(advice, own_home, large)
    said = next(text.value for text in at.markdown if "of memory" in text.value)
    assert "the limit here is 2.0 GB" in said
    assert "Layer 5 (Dense) takes most" in said


def test_a_network_that_fits_the_machine_is_not(own_home: Path) -> None:
    at = opened(advice, own_home, L1)
    assert not any("of memory" in text.value for text in at.markdown)
