"""Start from code: pasted and opened, what is wrong with it, and what it says of training."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.formats import keras_code
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.runs import RunSettings
from cnn_builder.runs.results.training_code import run_notebook
from cnn_builder.ui.build.code_excerpt import quoted
from tests.support.build_app import undo
from tests.support.paths import APP

DOC = "0123456789abcdef"
PASTE = "code-paste"
L1, L3 = PRESETS["L1"].architecture, PRESETS["L3"].architecture
BROKEN = "import keras\n\nmodel = keras.Sequential([\n    keras.Input((28, 28, 1)),\n\nmodel.summary()\n"
TRAINED = """
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train = x_train[:15000, ..., None] / 255
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", "mae"])
model.fit(x_train, y_train[:15000], epochs=7, batch_size=64, validation_split=0.2)
"""

Open = Callable[[], AppTest]


@pytest.fixture
def start(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the Build page on L1, and the panel for code by "Start from"."""
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)

    def make() -> AppTest:
        at = AppTest.from_file(APP, default_timeout=60)
        DocumentStore(own_home / "documents").save(DOC, Document.of(L1, "digits"))
        at.query_params["doc"] = DOC
        at.run()
        at.selectbox(key="bar-preset").set_value("Paste Keras code").run()
        assert not at.exception
        return at

    return make


def document(home: Path) -> Document:
    found = DocumentStore(home / "documents").load(DOC)
    assert found is not None
    return found


def saved(home: Path) -> Architecture:
    return document(home).architecture


def read(at: AppTest, text: str) -> AppTest:
    at.text_area(key=PASTE).set_value(text)
    at.button(key="code-read").click().run()
    assert not at.exception
    return at


def keys(at: AppTest) -> set[str | None]:
    return {element.key for element in [*at.text_area, *at.button]}


def test_pasted_code_opens_and_undo_brings_the_old_network_back(start: Open, own_home: Path) -> None:
    at = read(start(), keras_code.write_code(L3))
    assert saved(own_home) == L3
    assert "7 layers, layer 6 does not fit" in at.success[0].value
    assert PASTE not in keys(at), "the panel closes, so that the network is in sight"
    undo(at)
    assert saved(own_home) == L1


def test_the_panel_can_be_closed_and_keeps_what_was_typed(start: Open) -> None:
    at = start()
    at.text_area(key=PASTE).set_value("half a thought").run()
    at.button(key="code-cancel").click().run()
    assert PASTE not in keys(at)
    at.selectbox(key="bar-preset").set_value("Paste Keras code").run()
    assert at.text_area(key=PASTE).value == "half a thought"


def test_pasted_json_opens(start: Open, own_home: Path) -> None:
    at = read(start(), PRESETS["L2"].architecture.to_json())
    assert saved(own_home) == PRESETS["L2"].architecture
    assert "421,642 parameters" in at.success[0].value
    assert "training-close" not in keys(at), "JSON says nothing of training"


def test_an_unclosed_list_is_shown_where_it_opens_and_the_text_stays(start: Open, own_home: Path) -> None:
    at = read(start(), BROKEN)
    assert "Line 3, column 26" in at.error[0].value
    assert "Add ]) after line 4." in at.error[0].value.replace("\\", "")
    quote = next(code.value for code in at.code if "│" in code.value)
    line, caret = quote.splitlines()[-2:]
    assert line == "3 │ model = keras.Sequential(["
    assert caret.index("^") == line.index("[")
    assert at.text_area(key=PASTE).value == BROKEN
    assert saved(own_home) == L1


def test_an_unclosed_list_is_closed_in_one_click(start: Open, own_home: Path) -> None:
    at = read(start(), BROKEN)
    close = at.button(key="code-close")
    assert close.label.replace("\\", "") == "Close it: add ]) after line 4"
    close.click().run()
    assert not at.error
    assert saved(own_home).input_shape == (28, 28, 1)
    assert not saved(own_home).layers


def test_what_no_bracket_mends_has_no_such_button(start: Open) -> None:
    assert "code-close" not in keys(read(start(), "model = = 3"))


def test_what_the_code_says_of_training_goes_to_the_training_form(start: Open, own_home: Path) -> None:
    at = read(start(), TRAINED)
    said = next(one.value for one in at.markdown if "trained" in one.value).replace("\\", "")
    assert "Fashion-MNIST · SGD · learning rate 0.01 · 7 epochs · batch size 64 · first 15,000 training images" in said
    assert said.endswith(" · validation split 20 %")
    assert "'mae'" in next(one.value for one in at.caption if "Passed over" in one.value).replace("\\", "")
    assert document(own_home).dataset == "digits", "nothing is taken before it is asked for"
    at.button(key="training-use").click().run()
    assert document(own_home).dataset == "fashion_mnist"
    assert "training-use" not in keys(at)
    at.switch_page("pages/train.py").run()
    # A field that was filled from elsewhere has another key than before.
    shown = {widget.key.split("-")[1]: widget.value for widget in (*at.number_input, *at.selectbox) if widget.key}
    expected = {
        "epochs": 7,
        "batch_size": 64,
        "learning_rate": 0.01,
        "split": 20,
        "train_limit": 15000,
        "optimizer": "SGD",
    }
    assert {name: shown[name] for name in expected} == expected


def test_settings_that_no_run_can_have_are_passed_over(start: Open) -> None:
    at = read(start(), TRAINED.replace("epochs=7", "epochs=0"))
    said = next(one.value for one in at.caption if "Passed over" in one.value).replace("\\", "")
    assert "epochs: expected a whole number from 1 to 10000" in said
    at.button(key="training-close").click().run()
    assert "training-use" not in keys(at)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.keras", b"no zip", "not a whole"),
        ("a.py", BROKEN.encode(), "Line 3, column 26"),
        ("a.ipynb", b"{}", "not a notebook"),
        ("a.json", b'{"version": 9}', "version 9"),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(
    start: Open, own_home: Path, name: str, content: bytes, says: str
) -> None:
    at = start()
    at.file_uploader(key="code-upload").set_value((name, content, "application/octet-stream")).run()
    assert not at.exception
    assert says in at.error[0].value.replace("\\", "")
    assert saved(own_home) == L1


def test_a_file_opens(start: Open, own_home: Path) -> None:
    at = start()
    content = run_notebook(L3, "mnist", RunSettings()).encode()
    at.file_uploader(key="code-upload").set_value(("a.ipynb", content, "application/json")).run()
    assert saved(own_home) == L3


@pytest.mark.parametrize(
    ("source", "line", "column", "expected"),
    [
        ("a\nbc", 2, 2, "1 │ a\n2 │ bc\n  │  ^"),
        ("  a", 1, None, "1 │   a\n  │   ^"),
        ("a", 5, 1, ""),
        ("", 1, 1, ""),
        ("\ta\x00", 1, 2, "1 │  a·\n  │  ^"),
    ],
)
def test_a_line_is_quoted_with_a_caret(source: str, line: int, column: int | None, expected: str) -> None:
    assert quoted(source, line, column) == expected


def test_a_long_line_is_cut_around_the_caret() -> None:
    line, caret = quoted("x" * 500 + "!" + "y" * 500, 1, 501).splitlines()
    assert line[caret.index("^")] == "!"
    assert len(line) < 90
