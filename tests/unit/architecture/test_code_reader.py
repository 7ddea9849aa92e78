"""Keras code in: what is read, what is refused, and that nothing is ever run."""

import pathlib
import tracemalloc
from time import process_time

import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code

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
    assert keras_code.parse_code(source).layers == L1.layers


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_written_is_read_back(name: str) -> None:
    network = PRESETS[name].architecture
    assert keras_code.parse_code(keras_code.write_code(network)) == network
    odd = network.with_name("a/b 'c' \"d\" \\")
    assert keras_code.parse_code(keras_code.write_code(odd)) == odd


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
            "Line 5: a while loop without an end cannot be",
        ),
        ("m = keras.Sequential([Input((8, 8, 1))])\nif os.name:\n    m.add(Flatten())", "Line 5: a branch whose"),
        ("m = keras.Sequential()\nfor i in range(10**9):\n    m.add(Flatten())", "Line 5: a loop of 1,000,000,000"),
        ("i = Input((8, 8, 1))\nAdd()([Flatten()(i), Flatten()(i)])", "Line 5: unknown layer 'Add'"),
        ("x = 10 ** 10 ** 10\nkeras.Sequential([Input((8, 8, 1)), Dense(x)])", "very large values"),
        ("def f():\n    return f()\nf()", "functions call each other"),
        ("m = keras.Sequential([Input((8, 8, 1))])\nfor i in range(200):\n    m.add(Flatten())", "at most 100 layers"),
        ("keras.Sequential(" + "[" * 5000 + "]" * 5000 + ")", "nest"),
        ("x = 1\0", "not Python"),
        (
            f"m = keras.Sequential([Input((8, 8, 1)), Flatten()], name={'n' * 201!r})",
            "Line 4: expected a name of at most 200 characters, received 201",
        ),
        ("#" * 10_000_000, "too long: expected at most 200,000 characters"),
        ("x=" + "a," * 20_000 + "1", "too long: expected at most 40,000 words and signs"),
    ],
)
def test_what_cannot_be_read_names_the_line(code: str, says: str) -> None:
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        keras_code.parse_code(HEAD + code)
    assert "\n" not in str(caught.value)


def test_code_is_never_run(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "made"
    source = (
        SEQUENTIAL + f"\nimport pathlib\npathlib.Path({str(target)!r}).write_text('x')\nopen({str(target)!r}, 'w')\n"
    )
    assert keras_code.parse_code(source).layers == L1.layers
    assert not target.exists()


def test_shared_blocks_and_comprehensions() -> None:
    source = HEAD + (
        "block = [Conv2D(f, 3, padding='same') for f in (8, 16)]\n"
        "base = keras.Sequential([Input(shape=[8, 8, 3]), *block])\n"
        "model = keras.Sequential([base, GlobalAvgPool2D(), Dense(3)])\n"
    )
    read = keras_code.parse_code(source)
    assert read.input_shape == (8, 8, 3)
    assert [layer.type for layer in read.layers] == ["Conv2D", "Conv2D", "GlobalAveragePooling2D", "Dense"]


def test_l3_as_the_lesson_has_it_is_read_once_its_list_is_closed() -> None:
    source = "from keras import layers, models\nmodel = models.Sequential([layers.Input((28,28,1)), layers.Dense(10)"
    with pytest.raises(ArchitectureFileError, match="Line 2, column 27: this is not Python"):
        keras_code.parse_code(source)
    assert isinstance(keras_code.parse_code(source + "])"), Architecture)


PLAIN = HEAD + "ls = [Input((28, 28, 1)), Flatten(), Dense(9), Dense(3)]\nkw = dict(units=7, activation='relu')\n"
LISTED, LOADED = "\nmodel = keras.Sequential(ls)", "\nmodel = keras.Sequential([*ls[:2], Dense(**kw)])"
MADE = PLAIN + "model = keras.Sequential(ls[:2])\ndense = Dense(4)\n"

FOLLOWED = {
    "insert": (PLAIN + "ls.insert(2, Dense(99))" + LISTED, "Flatten Dense99 Dense9 Dense3"),
    "insert at the end": (PLAIN + "ls.insert(-1, Dense(99))" + LISTED, "Flatten Dense9 Dense99 Dense3"),
    "pop": (PLAIN + "ls.pop(2)" + LISTED, "Flatten Dense3"),
    "pop gives the layer": (PLAIN + "last = ls.pop()\nls.insert(2, last)" + LISTED, "Flatten Dense3 Dense9"),
    "remove": (PLAIN + "d = Dense(5)\nls += [d, Dense(5)]\nls.remove(d)" + LISTED, "Flatten Dense9 Dense3 Dense5"),
    "clear": (PLAIN + "old = ls[:2]\nls.clear()\nls.extend([*old, Dense(1)])" + LISTED, "Flatten Dense1"),
    "reverse": (PLAIN + "tail = ls[2:]\ntail.reverse()\nls = ls[:2] + tail" + LISTED, "Flatten Dense3 Dense9"),
    "sort": (PLAIN + "n = [3, 1]\nn.sort()\nls = ls[:2] + [Dense(i) for i in n]" + LISTED, "Flatten Dense1 Dense3"),
    "+= keeps the list": (
        PLAIN + "other = ls\nls += [Dense(10)]\nmodel = keras.Sequential(other)", "Flatten Dense9 Dense3 Dense10"),
    "*= keeps the list": (PLAIN + "n = m = [2]\nn *= 2\nls += [Dense(i) for i in m]" + LISTED,
                          "Flatten Dense9 Dense3 Dense2 Dense2"),
    "an item": (PLAIN + "n = [1, 2]\nn[1] += 4\nls[2] = Dense(n[1])" + LISTED, "Flatten Dense6 Dense3"),
    "update by name": (PLAIN + "kw.update(units=8)" + LOADED, "Flatten Dense8"),
    "update by a dict": (PLAIN + "kw.update({'units': 6}, activation=None)" + LOADED, "Flatten Dense6"),
    "|=": (PLAIN + "other = kw\nkw |= {'units': 5}\nkw = other" + LOADED, "Flatten Dense5"),
    "pop of a dict": (PLAIN + "ls[3] = Dense(kw.pop('units') + kw.pop('more', 1))" + LISTED, "Flatten Dense9 Dense8"),
    "setdefault": (PLAIN + "del_ = {}\nkw['units'] = del_.setdefault('n', 3)" + LOADED, "Flatten Dense3"),
    "** in a dict": (PLAIN + "kw = {**kw, 'units': 2}" + LOADED, "Flatten Dense2"),
    "global": (
        PLAIN + "model = None\ndef build():\n  global model\n  model = keras.Sequential(ls)\nbuild()\n"
        "model.add(Dense(1))",
        "Flatten Dense9 Dense3 Dense1"),
    "a global number": (MADE + "n = 1\ndef more():\n  global n\n  n = n + 1\ndef use():\n  more()\n  return Dense(n)\n"
                        "model.add(use())\nmodel.add(Dense(n))", "Flatten Dense2 Dense2"),
    "nonlocal": (MADE + "def f():\n  n = 1\n  def g():\n    nonlocal n\n    n = 5\n  g()\n  return n\n"
                 "model.add(Dense(f()))", "Flatten Dense5"),
    "a walrus": (MADE + "model.add(last := Dense(2))\nmodel.add(Dense((n := 6) + n))", "Flatten Dense2 Dense12"),
    "the last of a model": (MADE + "model.add(base := keras.Sequential([Dense(1), Dense(2)]))\nmodel.pop()\n"
                            "model.add(Dense(6))", "Flatten Dense6"),
    "a return at the end": (MADE + "model.add(Dense(6))\nreturn model\nmodel.add(Dense(7))", "Flatten Dense6"),
    "a pasted body": ("    model = keras.Sequential([Input((8, 8, 1)), Flatten()])\n    return model\n", "Flatten"),
    "a deleted name": (MADE + "del dense, kw\nmodel.add(Dense(2))", "Flatten Dense2"),
}  # fmt: skip


def stack(source: str) -> str:
    return " ".join(f"{layer.type}{getattr(layer, 'units', '')}" for layer in keras_code.parse_code(source).layers)


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_change_of_a_list_dict_or_name_is_followed(name: str) -> None:
    source, layers = FOLLOWED[name]
    assert stack(source) == layers


UNFOLLOWED = {
    "del of an item": PLAIN + "del ls[2]" + LISTED,
    "del of a key": PLAIN + "del kw['activation']" + LOADED,
    "del of an attribute": MADE + "del dense.bias",
    "a slice": PLAIN + "ls[2:2] = [Dense(99)]" + LISTED,
    "a slice grows": PLAIN + "ls[2:] += [Dense(99)]" + LISTED,
    "a place that is not known": PLAIN + "ls[n] = Dense(99)" + LISTED,
    "a key that is not known": PLAIN + "kw[key] = 3" + LOADED,
    "an insert that is not known": PLAIN + "ls.insert(n, Dense(99))" + LISTED,
    "a pop that is not known": PLAIN + "ls.pop(n)" + LISTED,
    "a pop beyond the end": PLAIN + "ls.pop(9)" + LISTED,
    "a remove that is not known": PLAIN + "ls.remove(n)" + LISTED,
    "an update that is not known": PLAIN + "kw.update(more)" + LOADED,
    "another method of a list": PLAIN + "ls.__setitem__(2, Dense(99))" + LISTED,
    "another method of a dict": PLAIN + "kw.popitem()" + LOADED,
    "another operator": PLAIN + "kw += more" + LOADED,
    "an attribute of a layer": MADE + "dense.activation = 'relu'\nmodel.add(dense)",
    "an attribute of a layer grows": MADE + "dense.units += 3\nmodel.add(dense)",
    "an attribute in a tuple": MADE + "dense.units, n = 3, 4\nmodel.add(dense)",
    "an attribute in a loop": MADE + "for dense.units in (3, 4):\n  pass",
    "an attribute in a with": MADE + "with open(x) as dense.units:\n  pass",
    "setattr": MADE + "setattr(dense, 'activation', 'relu')\nmodel.add(dense)",
    "a method of a layer": MADE + "dense.quantize('int8')\nmodel.add(dense)",
    "an attribute of a model": MADE + "model.anything = 3",
    "a frozen model": MADE + "model.trainable = False",
    "an attribute of a model's layer": MADE + "model.layers[0].activation = 'relu'",
    "an attribute of a named layer": MADE + "model.get_layer('a').activation = 'relu'",
    "an attribute of each layer": MADE + "for layer in model.layers:\n  layer.trainable = False",
    "a model's list of layers": MADE + "model.layers.pop()",
    "a method of a model": MADE + "model.quantize('int8')",
    "a method handed on": MADE + "list(map(model.add, [Dense(3)]))",
    "a part is changed afterwards": MADE + "both = keras.Sequential([model, Dense(3)])\nmodel.add(Dense(2))",
    "a model in an object": MADE + "t.model = model\nt.model.add(Dense(2))",
    "a model taken from an object": MADE + "t.model = model\nt.model.pop()",
    "a list in an object": MADE + "t.blocks.append(Dense(2))",
    "no model": MADE + "other = None\nother.add(Dense(2))",
    "a class of one's own": "class Net(Sequential):\n  pass\nmodel = Net()\nmodel.add(Dense(2))",
    "match": MADE + "match 1:\n  case 1:\n    model.add(Dense(3))",
    "async": MADE + "async def f():\n  model.add(Dense(3))",
    "a lambda": MADE + "grow = lambda: model.add(Dense(3))\ngrow()",
    "a comprehension": MADE + "[model.add(Dense(n)) for n in sizes]",
    "a set": MADE + "{model.add(Dense(n)) for n in (1, 2)}",
    "a condition that is not known": MADE + "deep and model.add(Dense(3))",
    "a choice that is not known": MADE + "model.add(Dense(3)) if deep else None",
    "a branch with an item": PLAIN + "if deep:\n  ls[2] = Dense(99)" + LISTED,
    "a branch with +=": PLAIN + "other = ls\nif deep:\n  ls += [Dense(99)]\nmodel = keras.Sequential(other)",
    "a branch with an alias": MADE + "if deep:\n  same = model\n  same.add(Dense(3))",
    "a loop with a function": MADE + "def grow(m, n):\n  m.add(Dense(n))\nwhile deep:\n  grow(model, 3)",
    "a break that is not known": MADE + "for n in range(1, 4):\n  if deep:\n    break\n  model.add(Dense(n))",
    "a return that is not known": MADE + "def grow():\n  if deep:\n    return\n  model.add(Dense(3))\ngrow()",
    "a list of unknown length": MADE + "n = [1]\nn.extend(more)\nfor i in n:\n  model.add(Dense(3))",
    "a number of an unknown list": MADE + "n = [1, *more]\nmodel.add(Dense(len(n)))",
    "arguments that are not known": MADE + "def grow(n=3):\n  model.add(Dense(n))\ngrow(**more)",
    "a starred name": MADE + "n = 3\n_, *n = 1, 2\nmodel.add(Dense(n))",
    "a list out of pairs": MADE + "model.add(Dense(3, **dict([('activation', 'relu')])))",
    "a value in a list that is not known": MADE + "if [n] == [3]:\n  model.add(Dense(2))",
    "Keras changed": MADE + "keras.layers.Dense = mine\nmodel.add(Dense(2))",
    "an object in a branch": MADE + "t.model = model\nif deep:\n  t.model.pop()",
    "an unknown object in a branch": MADE + "if deep:\n  t.model.add(Dense(3))",
    "a name given in a branch": MADE + "if deep:\n  same = [model, 1]\nsame[0].add(Dense(3))",
    "an object given in a branch": MADE + "if deep:\n  t.it = model\nt.it.pop()",
    "a global given in a branch": MADE + "n = 1\ndef more():\n  global n\n  n = 2\nif deep:\n  more()\n"
    "model.add(Dense(n))",
    "a branch in a branch": MADE + "if a:\n  model = None\nelse:\n  model.add(Dense(3))",
    "an alias in a branch": MADE + "while a:\n  if b:\n    same = model\n  same.add(Dense(3))",
    "a bound method in a loop": MADE + "put = model.add\nwhile a:\n  put(Dense(3))",
    "a layer in a loop": MADE + "both = [dense]\nwhile a:\n  for one in both:\n    one.units = 3",
    "a class changes a list": PLAIN + "class Wide:\n  ls.append(Dense(3))" + LISTED,
    "a model that is built": MADE + "if model.built:\n  model.add(Dense(3))",
}


@pytest.mark.parametrize("name", UNFOLLOWED)
def test_a_change_that_is_not_followed_is_an_error_and_never_left_out(name: str) -> None:
    with pytest.raises(keras_code.CodeError, match=r"^Line \d+: .*\.$"):
        keras_code.parse_code(UNFOLLOWED[name])


HARMLESS = {
    "a callback": "class Stop(keras.callbacks.Callback):\n  def on_epoch_end(self, epoch, logs):\n"
    "    self.model.stop_training = True\nmodel.fit(x, y, callbacks=[Stop()])",
    "the optimizer": "model.optimizer.learning_rate = 0.1\nmodel.optimizer.lr.assign(0.2)",
    "weights": "model.layers[0].set_weights(w)\nw = model.layers[0].get_weights()[0].shape\nmodel.load_weights('x')",
    "the layers are listed": "for one in model.layers:\n  print(one.name, one.output.shape, one.count_params())",
    "trained layers": "model.trainable = True\nmodel.layers[0].trainable = True",
    "batches": "for step in range(3):\n  if done:\n    break\n  loss = model.train_on_batch(x, y)",
    "figures": "fig, axes = plt.subplots(2)\naxes[0].plot(history.history['loss'])\naxes[0].title = 'x'\n"
    "for ax in axes:\n  ax.imshow(x[0])\n  ax.label += 'x'",
    "data": "x_train[x_train > 3] = 0\nx_train[:, 0] /= 255\nseen = set()\nseen.add(3)\ndata['a'] = {}\ndel data['a']",
    "a confusion matrix": "n = {}\nfor name in ('a', 'b'):\n  n[name] = n.get(name, 0) + 1\nn.items()",
    "a loop over data": "total = 0\nfor batch in data:\n  total += len(batch)\n  rows = []\n  rows.append(batch)",
    "a test": "assert model.output_shape == (None, 3)\ntry:\n  pass\nfinally:\n  del x\nglobal anything",
    "a context": "with open('a') as file, strategy.scope():\n  file.write(model.to_json())",
    "a match": "match mode:\n  case 'train':\n    model.fit(x)",
    "helpers": "def show(m):\n  if m.name:\n    return\n  m.summary()\nwhile True:\n  show(model)",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_changes_no_network_is_passed_over(name: str) -> None:
    assert stack(f"{MADE}model.add(Dense(5))\n{HARMLESS[name]}") == "Flatten Dense5"


EXHAUSTING = {
    "lists of lists as a setting": "a = [1, 1]\n" + "a = [a, a]\n" * 40 + "Conv2D(a, 3)",
    "lists of lists in a dict": "a = [1, 1]\n" + "a = [a, a]\n" * 40 + "Dense(3, kernel_initializer={'config': a})",
    "lists of lists as a shape": "a = [1, 1]\n" + "a = [a, a]\n" * 40 + "Input(a)",
    "lists of lists as an input": "a = [1, 1]\n" + "a = [a, a]\n" * 40 + "m = Sequential([Flatten()(a)])",
    "lists of lists, compared": "a, b = [1], [1]\n" + "a, b = [a, a], [b, b]\n" * 40 + "a == b",
    "tuples of tuples as a key": "a, d = (1, 1), {}\n" + "a = (a, a)\n" * 40 + "d[a] = 3",
    "a list inside itself": "a = [1]\na.append(a)\nConv2D(a, 3)",
    "a table of zeros": "x = [[[0] * 10000 for i in range(1000)] for j in range(60)]",
    "a table of sums": "x = [[0] * 5000 + [1] * 5000 for i in range(1000)]",
    "a table of slices": "a = [0] * 10000\nx = [a[1:] for i in range(1000)]",
    "a table of copies": "a = [0] * 10000\nx = [list(a) for i in range(1000)]\ny = [a.copy() for i in range(1000)]",
    "a table of texts": "x = ['a' * 10000 for i in range(1000)]",
    "a table of models": "m = Sequential([Input((8, 8, 1))] + [ReLU() for i in range(999)])\n"
    "i = Input((8, 8, 1))\nx = [m(i) for i in range(999)]\nx = [m(i) for n in range(999)]",
    "a number with very many digits": "Dense(round(5, -10 ** 9))",
}  # fmt: skip


@pytest.mark.parametrize("name", EXHAUSTING)
def test_code_with_very_many_values_ends_at_once_in_an_error(name: str) -> None:
    started = process_time()
    tracemalloc.start()
    with pytest.raises(ArchitectureFileError) as caught:
        keras_code.parse_code(HEAD + EXHAUSTING[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(str(caught.value)) < 500
    assert process_time() - started < 5
    assert peak < 50_000_000


@pytest.mark.parametrize("word", ["break", "continue"])
def test_a_stray_break_is_an_error(word: str) -> None:
    for source in (f"{MADE}{word}", f"{MADE}def f():\n  {word}\nfor n in range(2):\n  f()"):
        with pytest.raises(keras_code.CodeError, match=rf"Line \d+: this {word} is outside a loop"):
            keras_code.parse_code(source)


@pytest.mark.parametrize("first", ["# name: Alice Smith", "# name: 5", "# name: [1]", "# name: " + "[" * 9_999])
def test_a_comment_that_is_no_name_of_ours_is_only_a_comment(first: str) -> None:
    assert keras_code.parse_code(f"{first}\n{ADDED}") == keras_code.parse_code(ADDED)


LAST = HEAD + "keras.Sequential([Input((8, 8, 1)), %s])"


@pytest.mark.parametrize("kind", ["BatchNormalization", "LayerNormalization"])
def test_the_last_axis_of_a_normalization_may_be_counted_from_the_front(kind: str) -> None:
    for axis in ("axis=3", "axis=[3]", "3", "axis=-1", "axis=[-1]"):
        assert keras_code.parse_code(LAST % f"{kind}({axis})") == keras_code.parse_code(LAST % f"{kind}()")
    for axis in ("1", "[1]"):
        assert stack(LAST % f"Flatten(), {kind}({axis})") == f"Flatten {kind}"
    wrong = [f"{kind}({axis})" for axis in ("1", "[1]", "2", "[1, 3]", "True")]
    for layers in (*wrong, f"Flatten(), {kind}(3)", f"Dense(2), Flatten(), {kind}(2)", f"Conv2D(1, 99), {kind}(1)"):
        with pytest.raises(keras_code.CodeError, match=r"Line 4: .*Normalization: axis: expected .*-1"):
            keras_code.parse_code(LAST % layers)


def test_a_frozen_layer_is_not_read_as_one_that_learns() -> None:
    assert stack(LAST % "Dense(3, trainable=True)") == "Dense3"
    assert stack(LAST % "Flatten(trainable=False)") == "Flatten"
    for value in ("False", "0", "flag"):
        with pytest.raises(keras_code.CodeError, match=r"Line 4: Dense.*trainable"):
            keras_code.parse_code(LAST % f"Dense(3, trainable={value})")
