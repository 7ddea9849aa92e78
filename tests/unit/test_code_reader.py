"""Keras code in: what is read, what is refused, and that nothing is ever run."""

import pathlib

import pytest

from cnn_builder.architecture import PRESETS, Architecture, keras_code
from cnn_builder.architecture.errors import ArchitectureFileError

L1 = PRESETS["L1"].architecture

SEQUENTIAL = """
import tensorflow as tf
from tensorflow.keras import layers, models
from tensorflow.keras.datasets import mnist

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train.reshape((60000, 28, 28, 1)) / 255.0
model = models.Sequential([
    layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(64, (3, 3), activation='relu'),
    layers.Flatten(),
    layers.Dense(64, activation=tf.nn.relu),
    layers.Dense(10, activation='softmax')
])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, y_train, epochs=5, validation_data=(x_test, y_test))
print(f"accuracy {history.history['accuracy'][-1]}")
"""

ADDED = """
from keras.models import Sequential
from keras.layers import *
SIZE, CLASSES = 28, 5 * 2
m = Sequential()
m.add(Input((SIZE, SIZE, 1)))
for i, filters in enumerate([32, 64]):
    m.add(Conv2D(filters=filters, kernel_size=3, activation="relu"))
    if i == 0:
        m.add(MaxPool2D())
m.add(Flatten())
m.add(Dense(2 ** 6, "relu"))
m.add(Dense(CLASSES, activation="softmax"))
"""

FUNCTIONAL = """
import keras
from keras import layers as L
def build(units, classes=10):
    inputs = keras.Input(shape=(28, 28, 1))
    x = L.Conv2D(32, 3, activation="relu")(inputs)
    x = L.MaxPooling2D()(x)
    x = L.Conv2D(64, 3, activation="relu")(x)
    x = L.Flatten()(x)
    x = L.Dense(units, activation="relu")(x)
    return keras.Model(inputs, L.Dense(classes, activation="softmax")(x))
if __name__ == "__main__":
    model = build(64)
    model.summary()
"""


@pytest.mark.parametrize("source", [SEQUENTIAL, ADDED, FUNCTIONAL], ids=["sequential", "added", "functional"])
def test_reads_the_same_network_in_every_style(source: str) -> None:
    assert keras_code.parse(source).layers == L1.layers


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_written_is_read_back(name: str) -> None:
    network = PRESETS[name].architecture
    assert keras_code.parse(keras_code.write(network)) == network
    odd = network.with_name("a/b 'c' \"d\" \\")
    assert keras_code.parse(keras_code.write(odd)) == odd


HEAD = "import keras, os\nfrom keras import layers\nfrom keras.layers import *\n"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "model = keras.Sequential([\n    layers.Flatten(),\n",
            "Line 4, column 26: this is not Python: .*never closed",
        ),
        ("keras.Sequential([Input((8, 8, 1)), Lambda(lambda x: x)])", "Line 4: unknown layer 'Lambda'"),
        ("keras.Sequential([Input((8, 8, 1)), __import__('os').system('x')])", "Line 4: a layer depends on"),
        ("import sys\nkeras.Sequential([Input((8, 8, 1)), Dense(len(sys.argv))])", "Line 5: Dense's units depends on"),
        ("keras.Sequential([Dense(3)])", "Line 4: the model has no input shape"),
        ("print('hello')", "No model found"),
        ("keras.Sequential([Input((8, 8, 1)), Dense(-3)])", "Line 4: Dense: units: expected .*, received -3"),
        ("keras.Sequential([Input((8, 8, 1)), Dense])", "Line 4: Dense is a layer's class"),
        (
            "a = keras.Sequential([Input((8, 8, 1)), Flatten()])\nb = keras.Sequential([Input((8, 8, 1)), ReLU()])",
            "several models that differ, on lines 4, 5",
        ),
        (
            "m = keras.Sequential([Input((8, 8, 1))])\nwhile True:\n    m.add(Flatten())",
            "Line 5: a while loop cannot be",
        ),
        ("m = keras.Sequential([Input((8, 8, 1))])\nif os.name:\n    m.add(Flatten())", "Line 5: a branch whose"),
        ("m = keras.Sequential()\nfor i in range(10**9):\n    m.add(Flatten())", "Line 5: a loop of 1,000,000,000"),
        ("i = Input((8, 8, 1))\nAdd()([Flatten()(i), Flatten()(i)])", "Line 5: unknown layer 'Add'"),
        ("x = 10 ** 10 ** 10\nkeras.Sequential([Input((8, 8, 1)), Dense(x)])", "very large values"),
        ("def f():\n    return f()\nf()", "functions call each other"),
        ("m = keras.Sequential([Input((8, 8, 1))])\nfor i in range(200):\n    m.add(Flatten())", "at most 100 layers"),
        ("keras.Sequential(" + "[" * 5000 + "]" * 5000 + ")", "nest"),
        ("x = 1\0", "not Python"),
        ("#" * 10_000_000, "too long: expected at most 200,000 characters"),
    ],
)
def test_what_cannot_be_read_names_the_line(code: str, says: str) -> None:
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        keras_code.parse(HEAD + code)
    assert "\n" not in str(caught.value)


def test_code_is_never_run(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "made"
    source = (
        SEQUENTIAL + f"\nimport pathlib\npathlib.Path({str(target)!r}).write_text('x')\nopen({str(target)!r}, 'w')\n"
    )
    assert keras_code.parse(source).layers == L1.layers
    assert not target.exists()


def test_shared_blocks_and_comprehensions() -> None:
    source = HEAD + (
        "block = [Conv2D(f, 3, padding='same') for f in (8, 16)]\n"
        "base = keras.Sequential([Input(shape=[8, 8, 3]), *block])\n"
        "model = keras.Sequential([base, GlobalAvgPool2D(), Dense(3)])\n"
    )
    read = keras_code.parse(source)
    assert read.input_shape == (8, 8, 3)
    assert [layer.type for layer in read.layers] == ["Conv2D", "Conv2D", "GlobalAveragePooling2D", "Dense"]


def test_l3_as_the_lesson_has_it_is_read_once_its_list_is_closed() -> None:
    source = "from keras import layers, models\nmodel = models.Sequential([layers.Input((28,28,1)), layers.Dense(10)"
    with pytest.raises(ArchitectureFileError, match="Line 2, column 27: this is not Python"):
        keras_code.parse(source)
    assert isinstance(keras_code.parse(source + "])"), Architecture)
