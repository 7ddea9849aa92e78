"""Subclassed models in pasted code: a ``call`` that is one stack is read, everything else is refused."""

import pytest

from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code

HEAD = "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
INIT = """
class Net(%s):
    def __init__(self, filters=8, classes=10, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = layers.Conv2D(filters, 3, activation="relu")
        self.pool = layers.MaxPooling2D()
        self.flatten = layers.Flatten()
        self.drop = layers.Dropout(0.5)
        self.out = layers.Dense(classes, activation="softmax")
"""
CALL = """
    def call(self, inputs, training=None):
        x = self.conv1(inputs)
        x = self.pool(x)
        x = self.flatten(x)
        x = self.drop(x, training=training)
        return self.out(x)
"""
NET = HEAD + INIT % "keras.Model" + CALL
TYPES = "Conv2D MaxPooling2D Flatten Dropout Dense"
BUILD = "\nmodel = Net()\nmodel.build((None, 28, 28, 1))\nmodel.summary()"


def types(source: str) -> str:
    network = keras_code.parse_code(source)
    assert network.input_shape == (28, 28, 1)
    return " ".join(layer.type for layer in network.layers)


SHAPES = {
    "build": BUILD,
    "build by name": "\nmodel = Net()\nmodel.build(input_shape=(None, 28, 28, 1))",
    "zeros": "\nmodel = Net()\nmodel(tf.zeros((1, 28, 28, 1)))",
    "an Input": "\nmodel = Net()\nmodel(keras.Input(shape=(28, 28, 1)))",
    "fit": "\n(x, y), _ = keras.datasets.mnist.load_data()\nx = x[..., None] / 255\nmodel = Net()\n"
    "model.compile('adam')\n"
    "model.fit(x, y, epochs=3)",
    "a functional model around it": "\ni = keras.Input((28, 28, 1))\nmodel = keras.Model(i, Net()(i))",
    "a Sequential around it": "\nmodel = keras.Sequential([keras.Input((28, 28, 1)), Net()])",
    "added to a Sequential": "\nm = keras.Sequential()\nm.add(keras.Input((28, 28, 1)))\nm.add(Net())",
    "in a function": "\ndef make():\n  net = Net()\n  net.build((None, 28, 28, 1))\n  return net\nmodel = make()",
    "call of a model": "\nclass More(Net):\n  def model(self):\n    x = keras.Input((28, 28, 1))\n"
    "    return keras.Model(inputs=[x], outputs=self.call(x))\nMore().model().summary()",
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_input_shape_of_a_class_is_found(name: str) -> None:
    assert types(NET + SHAPES[name]) == TYPES


def test_a_class_takes_its_input_shape_from_its_first_layer() -> None:
    for given in ("input_shape=(28, 28, 1), ", "batch_input_shape=(None, 28, 28, 1), "):
        assert types(NET.replace('activation="relu"', given + "activation='relu'") + "\nNet()") == TYPES
    held = NET.replace("        self.pool", "        self.start = layers.InputLayer((28, 28, 1))\n        self.pool")
    assert types(held + "\nNet()") == TYPES
    assert types(held.replace("self.conv1(inputs)", "self.conv1(self.start(inputs))")) == TYPES
    assert keras_code.parse_code(held + "\nNet(name='mine')").name == "mine"


def network(init: str, call: str, after: str = BUILD) -> str:
    lines = [f"        {line}" for line in ["super().__init__()", *init.split("\n")]]
    body = [f"        {line}" for line in call.split("\n")]
    return "\n".join([HEAD, "class Net(tf.keras.Model):", "    def __init__(self):", *lines,
                      "    def call(self, x, training=False):", *body]) + after  # fmt: skip


PARTS = "self.a = layers.Conv2D(4, 3)\nself.f = layers.Flatten()\nself.d = layers.Dense(3)"
STYLES = {
    "a list of layers": (
        "self.all = [layers.Conv2D(n, 3) for n in (4, 8)]\nself.f = layers.Flatten()",
        "for layer in self.all:\n    x = layer(x)\nreturn self.f(x)",
        "Conv2D Conv2D Flatten",
    ),
    "a list with append": (
        "self.all = []\nfor n in (4, 8):\n    self.all.append(layers.Conv2D(n, 3))",
        "for layer in self.all:\n    x = layer(x)\nreturn x",
        "Conv2D Conv2D",
    ),
    "a Sequential inside": (
        "self.body = keras.Sequential([layers.Conv2D(4, 3), layers.ReLU()])\nself.f = layers.Flatten()",
        "return self.f(self.body(x))",
        "Conv2D ReLU Flatten",
    ),
    "nested calls": (PARTS, "return self.d(self.f(self.a(x)))", "Conv2D Flatten Dense"),
    "activations by function": (
        PARTS,
        "x = tf.nn.relu(self.a(x))\nx = self.f(x)\nreturn keras.activations.softmax(self.d(x))",
        "Conv2D Activation Flatten Dense Activation",
    ),
    "an activation kept": (
        PARTS + "\nself.act = tf.nn.relu",
        "return self.f(self.act(self.a(x)))",
        "Conv2D Activation Flatten",
    ),
    "an activation's layer": (
        "self.a = layers.Conv2D(4, 3, activation=layers.LeakyReLU(0.1))",
        "return self.a(x)",
        "Conv2D LeakyReLU",
    ),
    "only in training": (
        PARTS + "\nself.drop = layers.Dropout(0.1)",
        "x = self.f(self.a(x))\nif training:\n    x = self.drop(x, training=training)\nreturn self.d(x)",
        "Conv2D Flatten Dropout Dense",
    ),
    "a method of its own": (PARTS, "return self.d(self.body(x))\ndef_ = 0", "Conv2D Flatten Dense"),
    "a number for the depth": (
        "self.depth = 2\nself.all = [layers.Conv2D(4, 3) for n in range(self.depth)]",
        "for n in range(self.depth):\n    x = self.all[n](x)\nreturn x",
        "Conv2D Conv2D",
    ),
    "a head that is changed": (PARTS + "\nself.d = layers.Dense(7)", "return self.d(self.f(x))", "Flatten Dense"),
}


@pytest.mark.parametrize("name", STYLES)
def test_a_call_that_is_one_stack_is_read(name: str) -> None:
    init, call, expected = STYLES[name]
    after = "\n    def body(self, x):\n        return self.f(self.a(x))" if "self.body(x))\ndef_" in call else ""
    assert types(network(init, call, after + BUILD)) == expected


def test_classes_inside_classes_are_read() -> None:
    block = HEAD + (
        "class Block(layers.Layer):\n    def __init__(self, n):\n        super().__init__()\n        self.n = n\n"
        "    def build(self, shape):\n        self.c = layers.Conv2D(self.n, 3)\n        self.b = layers.ReLU()\n"
        "    def call(self, x):\n        return self.b(self.c(x))\n"
    )
    stacked = "m = keras.Sequential([keras.Input((28, 28, 1)), Block(4), Block(8), layers.Flatten()])"
    assert types(block + stacked) == "Conv2D ReLU Conv2D ReLU Flatten"
    inside = network("self.one, self.two = Block(4), Block(8)", "return self.two(self.one(x))").removeprefix(HEAD)
    assert types(block + inside) == "Conv2D ReLU Conv2D ReLU"
    functional = "i = keras.Input((28, 28, 1))\nx = Block(3)(i)\nm = keras.Model(i, layers.Flatten()(x))"
    assert types(block + functional) == "Conv2D ReLU Flatten"


def test_a_class_that_gives_its_inputs_and_outputs_is_read() -> None:
    source = HEAD + (
        "class Net(keras.Model):\n    def __init__(self, n=4):\n        i = keras.Input((28, 28, 1))\n"
        "        o = layers.Flatten()(layers.Conv2D(n, 3)(i))\n        super().__init__(inputs=i, outputs=o)\n"
        "net = Net()"
    )
    assert types(source) == "Conv2D Flatten"


def test_a_class_nobody_uses_is_read() -> None:
    held = NET.replace("super().__init__(**kwargs)", "super().__init__()\n        self.i = keras.Input((28, 28, 1))")
    assert types(held) == TYPES


REFUSED = {
    "no input shape": (
        NET + "\nmodel = Net()",
        "Line 21: the model Net has no input shape. Call it once after it is made: model",
    ),
    "nobody makes it": (NET, "the model Net has no input shape. Call it once after it is made: model"),
    "a skip": (network(PARTS, "return self.f(self.a(x) + x)"), "Flatten is applied to arithmetic"),
    "a skip at the end": (
        network(PARTS, "return self.a(x) + x"),
        "Line 11: Net.call gives arithmetic, where one stack",
    ),
    "joined": (network(PARTS, "return layers.concatenate([self.f(x), self.f(x)])"), "joins branches"),
    "two outputs": (network(PARTS, "return self.f(x), self.a(x)"), "Net.call gives something else, where one stack"),
    "nothing": (network(PARTS, "self.f(x)"), "Net.call gives something else, where one stack"),
    "a dead branch": (
        network(PARTS, "y = self.a(x)\nreturn self.f(x)"),
        "Line 8: Net.call branches: this Conv2D is not",
    ),
    "shared weights": (network(PARTS, "return self.a(self.a(x))"), "this Conv2D is used more than once"),
    "a branch on data": (network(PARTS, "if deep:\n    x = self.a(x)\nreturn self.f(x)"), "applied to a branch whose"),
    "other layers in training": (
        network(PARTS, "if training:\n    x = self.a(x)\nreturn self.f(x)"),
        "has other layers in training than outside it",
    ),
    "another function": (
        network(PARTS, "return self.f(tf.image.flip_left_right(x))"),
        "Flatten is applied to the call of tensorflow.image",
    ),
    "settings of an activation": (
        network(PARTS, "return self.f(tf.nn.leaky_relu(x, 0.3))"),
        "Write the Keras layer that",
    ),
    "weights of its own": (network("self.w = self.add_weight((3,))", "return x * self.w"), "add_weight"),
    "an unknown layer": (network("self.a = layers.Lambda(abs)", "return self.a(x)"), "custom code are not allowed"),
    "no call": (HEAD + INIT % "keras.Model" + BUILD, "Line 5: the class Net has no method call"),
    "a frozen part": (network(PARTS, "return self.f(x)", BUILD + "\nmodel.a.trainable = False"), "changes a layer"),
    "a frozen network": (network(PARTS, "return self.f(x)", BUILD + "\nmodel.trainable = False"), "changes an object"),
    "a part of a model changed": (network(PARTS, "return self.f(x)", BUILD + "\nmodel.layers.pop()"), "Line"),
    "a call that calls itself": (network(PARTS, "return self(x)"), "more than 20 deep"),
    "a call that calls itself twice": (network(PARTS, "self.call(x)\nreturn self.call(x)"), "more than 20 deep"),
    "an argument without a default": (NET.replace("filters=8", "filters"), "filters depends on the argument 'filters'"),
    "two networks": (
        NET + BUILD + "\nb = Net(9)\nb.build((None, 28, 28, 1))",
        "several models that differ, on lines 21, 24",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_call_that_is_no_stack_is_refused(name: str) -> None:
    source, says = REFUSED[name]
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        keras_code.parse_code(source)
    assert "\n" not in str(caught.value)
    assert " object at 0x" not in str(caught.value)
