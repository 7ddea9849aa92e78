"""Keras code as people really write it: documentation, books, notebooks, forums. Each is read into the same stack."""

import pytest

from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code

KERAS_MNIST = '''
"""Title: Simple MNIST convnet"""
import numpy as np
import keras
from keras import layers

num_classes = 10
input_shape = (28, 28, 1)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
x_train = np.expand_dims(x_train, -1)
print("x_train shape:", x_train.shape)
y_train = keras.utils.to_categorical(y_train, num_classes)
model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(num_classes, activation="softmax"),
    ]
)
model.summary()
batch_size = 128
model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(1e-3), metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=batch_size, epochs=15, validation_split=0.1,
          callbacks=[keras.callbacks.EarlyStopping(patience=2)])
score = model.evaluate(x_test, y_test, verbose=0)
print(f"Test loss: {score[0]:.3f}")
'''

OLD_KERAS = """
from __future__ import print_function
import keras
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten
from keras.layers import Conv2D, MaxPooling2D
from keras import backend as K
img_rows, img_cols = 28, 28
if K.image_data_format() == 'channels_first':
    x_train = x_train.reshape(x_train.shape[0], 1, img_rows, img_cols)
    input_shape = (1, img_rows, img_cols)
else:
    x_train = x_train.reshape(x_train.shape[0], img_rows, img_cols, 1)
    input_shape = (img_rows, img_cols, 1)
model = Sequential()
model.add(Conv2D(32, kernel_size=(3, 3), activation='relu', input_shape=input_shape))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(10, activation='softmax'))
"""

LENET_CLASS = """
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import BatchNormalization, Conv2D, MaxPooling2D, Activation, Flatten, Dense
from tensorflow.keras import backend as K

class MiniNet:
    @staticmethod
    def build(width, height, depth, classes, finalAct="softmax"):
        model = Sequential()
        inputShape = (height, width, depth)
        chanDim = -1
        if K.image_data_format() == "channels_first":
            inputShape = (depth, height, width)
            chanDim = 1
        model.add(Conv2D(32, (3, 3), padding="same", input_shape=inputShape))
        model.add(Activation("relu"))
        model.add(BatchNormalization(axis=chanDim))
        model.add(Flatten())
        model.add(Dense(classes))
        model.add(Activation(finalAct))
        return model

model = MiniNet.build(width=28, height=28, depth=1, classes=10)
"""

PARTIAL = """
from functools import partial
import tensorflow as tf
DefaultConv2D = partial(tf.keras.layers.Conv2D, kernel_size=3, padding="same", activation="relu",
                        kernel_initializer="he_normal")
model = tf.keras.Sequential([
    DefaultConv2D(filters=64, kernel_size=7, input_shape=[28, 28, 1]),
    tf.keras.layers.MaxPool2D(),
    DefaultConv2D(filters=128),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(units=10, activation="softmax")
])
"""

AUGMENTED = """
import tensorflow as tf
from tensorflow.keras import layers
IMG = 32
prep = tf.keras.Sequential([layers.Rescaling(1./255)], name=f"prep_{IMG}")
model = tf.keras.Sequential([
  layers.Input((IMG, IMG, 3)),
  prep,
  layers.Conv2D(16, 3, padding='same', activation='relu'),
  layers.GlobalAveragePooling2D(),
  layers.Dense(5)
])
"""

CLOSURE = """
from keras import Input, Model, layers
def conv(filters, **more):
    def apply(x):
        x = layers.Conv2D(filters, 3, use_bias=False, **more)(x)
        x = layers.BatchNormalization()(x)
        return layers.ReLU()(x)
    return apply
inputs = Input((28, 28, 1))
x = conv(8)(inputs)
x = conv(16, padding="same")(x)
x = layers.GlobalAveragePooling2D()(x)
model = Model(inputs=[inputs], outputs=[layers.Dense(10)(x)], name="net")
"""

TABLE = """
from keras import layers, Sequential
cfg = {"filters": [8, 16], "dense": dict(units=10, activation="softmax")}
stack = []
for i, f in enumerate(cfg["filters"]):
    stack += [layers.Conv2D(f, 3)]
    if i % 2 == 0 and f is not None:
        stack.append(layers.MaxPool2D(2))
net = Sequential([layers.InputLayer(input_shape=(28, 28, 1)), *stack, layers.Flatten(), layers.Dense(**cfg["dense"])])
"""

UNCALLED = """
def create_model(num_classes=10):
    model = keras.Sequential(name="mine")
    model.add(layers.Input(shape=(28, 28, 1)))
    model.add(layers.Flatten())
    model.add(layers.Dense(num_classes, activation=tf.nn.softmax))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
"""

NOTEBOOK_CELL = """%matplotlib inline
!pip install -q keras
import os
if "COLAB" in "x":
    !pip install more
files = !ls
?keras
keras.Sequential?
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])
%time model.fit(x, y)
"""

PROMPTS = """>>> model = keras.Sequential()
>>> model.add(keras.Input(shape=(16, 16, 3)))
>>> for units in (8, 4):
...     model.add(keras.layers.Conv2D(units, 3))
>>> model.output_shape
(None, 12, 12, 4)
"""

FENCED = """```python
    model = Sequential([
        Input((8, 8, 1)),
        Flatten(),
    ])
```"""

HEAD = "import keras\nfrom keras import layers, regularizers\n"
START = HEAD + "model = keras.Sequential([keras.Input((28, 28, 1)), "

CASES = {
    "the documentation's MNIST convnet": (
        KERAS_MNIST, "Conv2D MaxPooling2D Conv2D MaxPooling2D Flatten Dropout Dense"),
    "the first generation's example": (OLD_KERAS, "Conv2D MaxPooling2D Flatten Dense"),
    "a class with a build function": (
        LENET_CLASS, "Conv2D Activation BatchNormalization Flatten Dense Activation"),
    "functools.partial": (PARTIAL, "Conv2D MaxPooling2D Conv2D Flatten Dense"),
    "a nested Sequential": (AUGMENTED, "Rescaling Conv2D GlobalAveragePooling2D Dense"),
    "functions that return functions": (
        CLOSURE, "Conv2D BatchNormalization ReLU Conv2D BatchNormalization ReLU GlobalAveragePooling2D Dense"),
    "tables and lists": (TABLE, "Conv2D MaxPooling2D Conv2D Flatten Dense"),
    "a function nobody calls": (UNCALLED, "Flatten Dense"),
    "a notebook's cell": (NOTEBOOK_CELL, "Flatten Dense"),
    "a Python prompt": (PROMPTS, "Conv2D Conv2D"),
    "a fenced, indented block": (FENCED, "Flatten"),
    "kernel_size by name": (START + "layers.Conv2D(32, kernel_size=3, strides=(2))])", "Conv2D"),
    "l2 in lower case": (START + "layers.Conv2D(8, 3, kernel_regularizer=regularizers.l2(1e-4))])", "Conv2D"),
    "l2 by its old name": (START + "layers.Dense(8, kernel_regularizer=regularizers.l2(l=.01))])", "Dense"),
    "L2 as a class": (START + "layers.Conv2D(8, 3, kernel_regularizer=keras.regularizers.L2(0.1))])", "Conv2D"),
    "l1 and l2": (START + "layers.Dense(8, kernel_regularizer=regularizers.l1_l2(l1=.01, l2=.02))])", "Dense"),
    "l2 as text": (START + "layers.Conv2D(8, 3, kernel_regularizer='l2')])", "Conv2D"),
    "an initializer's object": (START + "layers.Dense(8, kernel_initializer=keras.initializers.HeNormal(seed=3))])",
                                "Dense"),
    "an initializer's old name": (START + "layers.Dense(8, kernel_initializer='uniform')])", "Dense"),
    "a dataset user's padding": (START + "layers.Conv2D(filters = 32, kernel_size = (5,5),padding = 'Same')])",
                                 "Conv2D"),
    "strides and padding by position": (START + "layers.Conv2D(8, (3, 3), (2, 2), 'same')])", "Conv2D"),
    "pool and stride by position": (START + "layers.MaxPooling2D(2, 2)])", "MaxPooling2D"),
    "the same padding on all sides": (START + "layers.ZeroPadding2D(((1, 1), (2, 2)))])", "ZeroPadding2D"),
    "alpha of LeakyReLU": (START + "layers.LeakyReLU(alpha=0.1)])", "LeakyReLU"),
    "a layer as an activation": (START + "layers.Conv2D(8, 3, activation=layers.LeakyReLU(alpha=0.1))])",
                                 "Conv2D LeakyReLU"),
    "layers as activations by position": ("from keras.layers import PReLU, ELU\nact = ELU(0.5)\n" + START
                                          + "layers.Dense(3, PReLU()), layers.Dense(3, act), layers.Dense(4, act)])",
                                          "Dense PReLU Dense ELU Dense ELU"),
    "an activation layer added": ("m = Sequential()\nm.add(Conv2D(3, 3, activation=ReLU(6.0), input_shape=(8, 8, 1)))\n"
                                  "m.add(Flatten())\nm.add(Dense(3, activation=keras.layers.Softmax()))",
                                  "Conv2D ReLU Flatten Dense Softmax"),
    "an activation layer on a tensor": ("i = Input((8, 8, 1))\nx = Conv2D(3, 3, activation=LeakyReLU(0.1))(i)\n"
                                        "m = Model(i, Flatten()(x))", "Conv2D LeakyReLU Flatten"),
    "an activation layer taken off": ("m = Sequential([Input((8, 8, 1)), Flatten(), Dense(3, activation=ELU())])\n"
                                      "m.pop()\nm.add(Dense(4))", "Flatten Dense"),
    "an activation layer taken off and put on": (
        "m = Sequential([Input((8, 8, 1)), Flatten(), Dense(3, activation=ELU())])\n"
        "last = m.pop()\nm.add(ReLU())\nm.add(last)", "Flatten ReLU Dense ELU"),
    "a layer in Activation": (START + "layers.Activation(layers.LeakyReLU(0.3))])", "LeakyReLU"),
    "a layer in Activation first": ("m = Sequential([Activation(PReLU(), input_shape=(8, 8, 1)), Flatten()])",
                                    "PReLU Flatten"),
    "activation as a function": (START + "layers.Dense(3, activation=keras.activations.relu)])", "Dense"),
    "one channel last": (START + "layers.Flatten(data_format='channels_last'), layers.Softmax(axis=-1)])",
                         "Flatten Softmax"),
    "batch_shape": ("model = Sequential([InputLayer(batch_shape=(None, 8, 8, 1)), Flatten()])", "Flatten"),
    "build gives the shape": ("m = Sequential([Flatten()])\nm.build((None, 8, 8, 1))", "Flatten"),
    "batch_input_shape": ("m = Sequential([Flatten(batch_input_shape=(32, 8, 8, 1))])", "Flatten"),
    "compat": ("import tensorflow.compat.v1 as tf\n"
               "m = tf.keras.Sequential([tf.keras.layers.Flatten(input_shape=(8, 8, 1))])",
               "Flatten"),
    "the model is guarded": ("with strategy.scope():\n  m = Sequential([Input((8, 8, 1)), Flatten()])\n"
                             "if __name__ == '__main__':\n  m.fit(x)", "Flatten"),
    "try and except": ("try:\n  import keras\nexcept ImportError:\n  from tensorflow import keras\n"
                       "m = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])", "Flatten"),
    "a head on a base": ("base = Sequential([Input((8, 8, 1)), Flatten()])\nx = Dense(3)(base.output)\n"
                         "m = Model(base.input, x)", "Flatten Dense"),
    "a softmax put on later": ("m = Sequential([Input((8, 8, 1)), Flatten(), Dense(3)])\n"
                               "probability = Sequential([m, layers.Softmax()])", "Flatten Dense Softmax"),
    "a model for looking inside": ("m = Sequential([Input((8, 8, 1)), Flatten(), Dense(3)])\n"
                                   "maps = Model(inputs=m.inputs, outputs=[l.output for l in m.layers])",
                                   "Flatten Dense"),
    "unknown layers that are not used": ("norm = layers.Normalization()\nnorm.adapt(x)\n"
                                         "m = Sequential([Input((8, 8, 1)), Flatten()])", "Flatten"),
    "pop and add": ("m = Sequential([Input((8, 8, 1)), Flatten(), Dense(3)])\n"
                    "m.pop()\nm.add(Dense(4))", "Flatten Dense"),
    "a comprehension with a condition": (START + "*[layers.Dense(n) for n in (4, 0, 2) if n]])", "Dense Dense"),
    "a slice": ("sizes = [1, 2, 3]\n" + START + "*[layers.Dense(n) for n in sizes[1:]]])", "Dense Dense"),
    "break and continue": ("m = Sequential([Input((8, 8, 1))])\nfor n in range(9):\n  if n == 1:\n    continue\n"
                           "  if n > 2:\n    break\n  m.add(Dense(n + 1))", "Dense Dense"),
    "non-breaking spaces of a web page": ("m =\xa0Sequential([Input((8, 8, 1)),\xa0Flatten()])", "Flatten"),
    "a conditional value": ("fast = True\n" + START + "layers.Dense(3 if fast else 9), fast and layers.ReLU()])",
                            "Dense ReLU"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_style_is_read(name: str) -> None:
    source, types = CASES[name]
    assert [layer.type for layer in keras_code.parse_code(source).layers] == types.split()


def test_values_arrive() -> None:
    read = keras_code.parse_code(PARTIAL)
    first, _, third = read.layers[:3]
    assert first.settings() | {"filters": 64, "kernel_size": (7, 7), "padding": "same"} == first.settings()
    assert (third.settings()["kernel_size"], third.settings()["kernel_initializer"]) == ((3, 3), "he_normal")
    regularized = keras_code.parse_code(START + "layers.Conv2D(8, 3, kernel_regularizer=regularizers.l2(1e-4))])")
    assert regularized.layers[0].to_dict()["kernel_regularizer"] == {"class_name": "L2", "config": {"l2": 1e-4}}
    assert keras_code.parse_code(AUGMENTED).input_shape == (32, 32, 3)
    assert keras_code.parse_code(CLOSURE).name == "net"
    leaky = keras_code.parse_code(START + "layers.Dense(3, activation=layers.LeakyReLU(0.1))])").layers
    assert (leaky[0].settings()["activation"], leaky[1].settings()["negative_slope"]) == (None, 0.1)
    named = keras_code.parse_code("size = 3\nm = Sequential([Input((8, 8, 1)), Flatten()], name=f'net {size}')")
    assert named.name == "net 3"


REFUSED = {
    "a lambda layer": (START + "layers.Lambda(lambda x: x)])", "custom code are not allowed"),
    "a vocabulary": (START + "layers.StringLookup(vocabulary='/etc/passwd')])", "read files are not supported"),
    "a residual block": (
        "i = Input((8, 8, 1))\nx = Conv2D(1, 3, padding='same')(i)\nm = Model(i, layers.add([x, i]))",
        "Line 3: unknown layer 'add': it joins branches",
    ),
    "an inception block": (
        "i = Input((8, 8, 1))\nx = layers.Concatenate()([Flatten()(i), Flatten()(i)])\nm = Model(i, x)",
        "Line 2: unknown layer 'Concatenate': it joins branches",
    ),
    "two inputs": ("a, b = Input((8, 8, 1)), Input((8, 8, 1))\nm = Model([a, b], Flatten()(a))", "one input and one"),
    "shared weights": (
        "i = Input((8, 8, 1))\nd = Dense(4)\nm = Model(i, d(d(Flatten()(i))))", "Line 2: this Dense is used more"),
    "the same layer in a list": ("m = Sequential([Input((8, 8, 1))] + [Conv2D(1, 3)] * 2)", "is used more than once"),
    "two layers of one name": (
        "m = Sequential([Input((8, 8, 1)), Flatten(name='a'), Dense(2, name='a')])", "two layers are named 'a'"),
    "a shape out of data": ("m = Sequential([Input(x.shape[1:]), Flatten()])", "Line 1: the input shape depends on"),
    "a shape partly out of data": ("m = Sequential([Input((n, 28, 1)), Flatten()])", "depends on 'n'"),
    "a class of one's own": (
        "class Net(keras.Model):\n  def __init__(self):\n    self.c = Conv2D(3, 3)\nnet = Net()",
        "Line 1: the class Net"),
    "hyperparameters of a tuner": (
        "def build(hp):\n  m = Sequential([Input((8, 8, 1))])\n  m.add(Dense(hp.Int('u', 1, 9)))\n  return m",
        "Line 3: Dense's units depends on",
    ),
    "another layer as an activation": (START + "layers.Dense(3, activation=layers.Dropout(0.1))])",
                                       "Line 3: Dense's activation: .*received a Dropout.*layer of its own, after it"),
    "one activation with weights, twice": (
        "a = PReLU()\nm = Sequential([Input((8, 8, 1)), Conv2D(2, 3, activation=a), Conv2D(2, 3, activation=a)])",
        "Line 1: this PReLU is used more than once"),
    "an activation's class": (START + "layers.Dense(3, activation=layers.LeakyReLU)])", "activation: expected"),
    "channels first": (START + "layers.Conv2D(3, 3, data_format='channels_first')])", "channels_last', the only value"),
    "another padding on each side": (START + "layers.ZeroPadding2D(((0, 1), (0, 1)))])", "ZeroPadding2D: padding: exp"),
    "a constraint": (START + "layers.Dense(3, kernel_constraint=keras.constraints.MaxNorm(2))])", "kernel_constraint"),
    "an initializer with settings": (
        START + "layers.Dense(3, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5))])",
        "kernel_initializer"),
    "a penalty out of data": (START + "layers.Dense(3, kernel_regularizer=regularizers.l1(rate))])", "depends on"),
    "a pretrained base": ("b = keras.applications.VGG16()\nm = Sequential([Input((8, 8, 1)), b])",
                          "Line 1: a layer depends on the call of keras.applications.VGG16"),
    "an input in the middle": ("m = Sequential([Flatten(input_shape=(8, 8, 1)), Input((8, 8, 1))])",
                               "only stand first"),
    "a tensor in a Sequential": ("i = Input((8, 8, 1))\nm = Sequential([Flatten()(i)])", "leave the .x. out"),
    "no list": ("m = Sequential(Flatten())", "Put \\[ and \\] around"),
    "quotes of a word processor": ("m = Sequential(\u201cx\u201d)",
                                   "Line 1, column 16: this is not Python: invalid character"),
    "a missing comma": ("m = Sequential([\n  Flatten()\n  Dense(3)\n])", "Line 2, column 3: .* forgot a comma"),
    "the wrong bracket": ("m = Sequential([\n  Flatten(),\n)", "Line 3, column 1: .* does not match"),
    "two networks": (
        "a = Sequential([Input((8, 8, 1)), Flatten()])\nb = Sequential([Input((8, 8, 1)), ReLU()])", "on lines 1, 2"),
    "a branch on data": (
        "i = Input((8, 8, 1))\nx = Flatten()(i)\nif data:\n  x = Dense(3)(x)\nm = Model(i, Dense(2)(x))",
        "Dense is applied to a branch whose condition",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_says_so(name: str) -> None:
    source, says = REFUSED[name]
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        keras_code.parse_code(source)
    assert "\n" not in str(caught.value)
    assert " object at 0x" not in str(caught.value)


L3 = """from tensorflow.keras import layers, models

model = models.Sequential([
    layers.Conv2D(32, (3,3), activation='relu', input_shape=(28,28,1)),
    layers.MaxPooling2D((2,2)),
    layers.Dense(64, activation='relu'),
    layers.Dense(10, activation='softmax')

model.compile(optimizer='adam',
              loss='sparse_categorical_crossentropy',
              metrics=['accuracy'])
"""


def test_an_unclosed_list_is_pointed_at() -> None:
    with pytest.raises(keras_code.CodeError, match=r"Line 3, column 27: .*'\[' was never closed") as caught:
        keras_code.parse_code(L3)
    assert (caught.value.line, caught.value.column) == (3, 27)


BOMBS = {
    "nested comprehensions": "x = [[[[0 for a in range(99)] for b in range(99)] for c in range(99)] for d in range(9)]",
    "a list that doubles": "x = [0]\nfor i in range(60):\n  x.extend(x)",
    "a list that adds itself": "x = [0]\nfor i in range(60):\n  x = [*x, *x]",
    "a model inside itself": "m = Sequential([Input((8, 8, 1)), Flatten()])\n"
    "for i in range(60):\n  m = Sequential([m, m])",
    "a tensor through a model": "i = Input((8, 8, 1))\nm = Sequential([ReLU()])\n" + "x = m(i)\nfor n in range(999):\n"
    "  x = m(m(x))",
    "functions that call twice": "def f(n):\n  f(n)\n  f(n)\nf(1)",
    "a format width": "x = '%999999999d' % 1\ny = f'{1:999999999}'\nm = Sequential([Input((8, 8, 1)), Dense(x)])",
    "a long product": "x = 'a' * 9999\n" + "x = x * 1000\n" * 9 + "m = Sequential([Input((8, 8, 1)), Dense(x)])",
    "many additions": "x = " + "+".join("1" * 50_000),
    "deep minus": "x = " + "-" * 100_000 + "1",
    "deep calls": "x" + "()" * 50_000,
    "deep blocks": "".join(" " * n + "if 1:\n" for n in range(150)),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_code_meant_to_hang_or_fill_the_memory_ends_in_an_error(name: str) -> None:
    with pytest.raises(ArchitectureFileError):
        keras_code.parse_code(BOMBS[name])
