"""The same network written as Keras code in the styles of different people, for reading it back and for running it."""

import re
from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from cnn_builder.architecture import Architecture, Layer, trace
from cnn_builder.architecture.formats.keras_code import layer_call
from tests.support.strategies import layer

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers\n"
SHAPE = (28, 28, 1)
INPUT = "keras.Input(shape=(28, 28, 1))"
ON_MAPS = (
    "Conv2D", "MaxPooling2D", "AveragePooling2D", "BatchNormalization", "Dropout", "ReLU", "LeakyReLU", "ELU",
    "Activation", "SpatialDropout2D", "ZeroPadding2D",
)  # fmt: skip
ON_VECTORS = ("Dense", "Dropout", "BatchNormalization", "Activation", "LeakyReLU", "ELU", "ReLU", "Softmax", "PReLU")
CARRIED = ("ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Activation")
"""Layers that can be written as the activation of the layer before."""


@st.composite
def small_network(draw: st.DrawFn) -> Architecture:
    """A network on images of 28×28×1 that Keras can build."""
    body = draw(st.lists(layer(ON_MAPS), max_size=4))
    head = draw(st.lists(layer(ON_VECTORS), max_size=3))
    end = draw(st.sampled_from(["Flatten", "GlobalAveragePooling2D"]))
    stack = [*body, draw(layer((end,))), *head, draw(layer(("Dense",)))]
    made = Architecture(SHAPE, tuple(stack))
    while (error := trace(made).error) is not None:
        del stack[error.index]
        made = Architecture(SHAPE, tuple(stack))
    return made


def calls(network: Architecture) -> list[str]:
    """``layers.Conv2D(…)`` for each layer."""
    return [f"layers.{layer_call(one)}" for one in network.layers]


def listed(lines: Iterable[str]) -> str:
    return "[" + ", ".join(lines) + "]"


def indented(lines: Iterable[str], depth: int = 1) -> str:
    return "\n".join("    " * depth + line for line in lines)


def sequential(network: Architecture, spelling: int) -> str:
    given = listed([INPUT, *calls(network)])
    return [
        f"model = keras.Sequential({given})",
        f"stack = {given}\nmodel = keras.models.Sequential(layers=stack)",
        f"model = tf.keras.Sequential([*{given}])",
    ][spelling % 3]


def added(network: Architecture, spelling: int) -> str:
    lines = ["model = keras.Sequential()", f"model.add({INPUT})", *(f"model.add({call})" for call in calls(network))]
    if spelling % 2:
        lines = ["model = keras.Sequential()", f"for one in {listed([INPUT, *calls(network)])}:", "    model.add(one)"]
    return "\n".join(lines)


def functional(network: Architecture, spelling: int) -> str:
    steps = [f"x = {call}(x)" for call in calls(network)]
    end = ["keras.Model(i, x)", "keras.Model(inputs=i, outputs=x)", "keras.models.Model([i], [x])"][spelling % 3]
    return "\n".join([f"x = i = {INPUT}", *steps, f"model = {end}"])


def function(network: Architecture, spelling: int) -> str:
    if spelling % 2:
        body = ["m = keras.Sequential()", f"m.add({INPUT})", *(f"m.add({call})" for call in calls(network)), "return m"]
        return f"def build():\n{indented(body)}\nmodel = build()"
    steps = [f"x = {call}(x)" for call in calls(network)]
    made = f"i = {INPUT}\nmodel = keras.Model(i, apply(i))"
    return f"def apply(x):\n{indented([*steps, 'return x'])}\n{made}"


def builder(network: Architecture, spelling: int) -> str:
    """A class whose methods put the layers on ``self.model``."""
    names, loose = with_names(network, "self.{}")
    head = ["class Builder:", f"    def __init__(self, {', '.join(f'{name}={value}' for name, value in names)}):"]
    stored = [*(f"self.{name} = {name}" for name, _ in names), "self.model = keras.Sequential()"]
    method = ["    def put(self, layer):", "        self.model.add(layer)", "        return self"]
    steps = [f"self.put({INPUT})", *(f"self.put({call})" for call in loose), "return self.model"]
    if spelling % 2:
        steps = [f"self.put({INPUT})" + "".join(f".put({call})" for call in loose), "return self.model"]
    body = [*head, indented(stored, 2), *method, "    def build(self):", indented(steps, 2)]
    return "\n".join(body) + "\nmodel = Builder().build()"


def with_names(network: Architecture, place: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The first number of each layer taken out under a name, and the layers with ``place`` for that name."""
    names, loose = [("seed", "1")], []
    for number, call in enumerate(calls(network)):
        found = re.match(r"(layers\.\w+\()(\d+)\b(?!\.)(.*)", call)
        if found:
            names.append((f"n{number}", found[2]))
            call = found[1] + place.format(f"n{number}") + found[3]
        loose.append(call)
    return names, loose


def settings(network: Architecture, spelling: int) -> str:
    """The numbers in an object of settings."""
    names, loose = with_names(network, "cfg.{}")
    plain = ", ".join(f"{name}={value}" for name, value in names)
    fields = indented(f"{name}: int = {value}" for name, value in names)
    flags = "\n".join(f"parser.add_argument('--{name}', type=int, default={value})" for name, value in names)
    made = [
        f"from dataclasses import dataclass\n@dataclass\nclass Config:\n{fields}\ncfg = Config()",
        f"from typing import NamedTuple\nclass Config(NamedTuple):\n{fields}\ncfg = Config()",
        f"from types import SimpleNamespace\ncfg = SimpleNamespace({plain})",
        f"import argparse\nparser = argparse.ArgumentParser()\n{flags}\ncfg = parser.parse_args([])",
        f"class cfg:\n{fields}",
        f"from collections import namedtuple\ncfg = namedtuple('C', {[name for name, _ in names]})({plain})",
    ][spelling % 6]
    return f"{made}\nmodel = keras.Sequential({listed([INPUT, *loose])})"


def while_loop(network: Architecture, spelling: int) -> str:
    stack = f"stack = {listed([INPUT, *calls(network)])}\nmodel = keras.Sequential()\n"
    return (
        stack
        + [
            "n = 0\nwhile n < len(stack):\n    model.add(stack[n])\n    n += 1",
            "while stack:\n    model.add(stack.pop(0))",
            "n = -1\nwhile True:\n    n = n + 1\n    if n == len(stack):\n        break\n    model.add(stack[n])",
        ][spelling % 3]
    )


def subclass(network: Architecture, spelling: int) -> str:
    """A class made on keras.Model, its layers made in __init__ and used in call."""
    made = [f"self.l{number} = {call}" for number, call in enumerate(calls(network))]
    steps = [f"x = self.l{number}(x)" for number in range(len(made))]
    if spelling % 3 == 1:
        made, steps = [f"self.stack = {listed(calls(network))}"], ["for one in self.stack:", "    x = one(x)"]
    elif spelling % 3 == 2:
        made, steps = [f"self.body = keras.Sequential({listed(calls(network))})"], ["x = self.body(x)"]
    lines = ["super().__init__()", *made]
    call = ["def call(self, x, training=None):", indented([*steps, "return x"])]
    text = f"class Net(keras.Model):\n    def __init__(self):\n{indented(lines, 2)}\n"
    text += "\n".join(f"    {line}" for part in call for line in part.split("\n"))
    built = ["model.build((None, 28, 28, 1))", "model(tf.zeros((1, 28, 28, 1)))", f"model({INPUT})"]
    return f"{text}\nmodel = Net()\n{built[spelling // 3 % 3]}"


def data_shape(network: Architecture, spelling: int, load: str = "x = np.zeros((5, 28, 28))") -> str:
    """The input shape out of data."""
    change, shape = [
        ("x = x.reshape((-1, 28, 28, 1))", "x.shape[1:]"),
        ("x = np.expand_dims(x, -1) / 255.0", "x[0].shape"),
        ("x = x[..., np.newaxis].astype('float32')", "x[:2].shape[1:]"),
        ("x = x.reshape(x.shape[0], 28, 28, 1)", "(x.shape[1], x.shape[2], 1)"),
        ("x = (x - x.mean()) / 255", "x.shape[1:] + (1,)"),
        ("x = np.reshape(x, (len(x), 28, 28, 1))", "(*x.shape[1:3], x.shape[-1])"),
    ][spelling % 6]
    return f"{load}\n{change}\nmodel = keras.Sequential({listed([f'keras.Input({shape})', *calls(network)])})"


def mnist_shape(network: Architecture, spelling: int) -> str:
    return data_shape(network, spelling, "(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()")


def carried(network: Architecture, spelling: int) -> str:
    """Activation layers written as the activation of the layer before, where Keras computes the same."""
    found: list[str] = []
    before: Layer | None = None
    for one, call in zip(network.layers, calls(network), strict=True):
        free = before is not None and before.settings().get("activation", "") is None and before.type != "Activation"
        if free and one.type in CARRIED:
            found[-1] = f"{found[-1][:-1]}, activation={call})"
            before = None
        else:
            found.append(call)
            before = one
    return f"model = keras.Sequential({listed([INPUT, *found])})"


Style = Callable[[Architecture, int], str]
RUNNABLE: tuple[Style, ...] = (
    sequential, added, functional, function, builder, settings, while_loop, subclass, data_shape, carried,
)  # fmt: skip
STYLES: tuple[Style, ...] = (*RUNNABLE, mnist_shape)


@st.composite
def written(draw: st.DrawFn, styles: tuple[Style, ...] = STYLES) -> tuple[Architecture, str]:
    """A small network, and code for it in one of the styles."""
    network = draw(small_network())
    style = draw(st.sampled_from(styles))
    return network, f"{HEAD}{style(network, draw(st.integers(0, 17)))}\n"
