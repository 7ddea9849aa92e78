"""Shapes out of data in pasted code: known where the code tells them, and refused where it does not."""

import pytest

from cnn_builder.architecture.errors import ArchitectureFileError
from cnn_builder.architecture.formats import keras_code

HEAD = (
    "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
)
MNIST = HEAD + "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
CHANNEL = MNIST + "x_train = x_train[..., np.newaxis] / 255.0\n"
IMAGE = (28, 28, 1)


def read(source: str, shape: str, units: str = "10") -> tuple[tuple[int, ...], int]:
    """The input shape and the last layer's units."""
    model = f"\nmodel = keras.Sequential([keras.Input({shape}), layers.Flatten(), layers.Dense({units})])"
    network = keras_code.parse_code(source + model)
    return network.input_shape, network.layers[-1].settings()["units"]


SETS = {
    "mnist": (MNIST, "x_train.shape[1:] + (1,)", IMAGE),
    "fashion_mnist": ("(a, b), _ = tf.keras.datasets.fashion_mnist.load_data()", "(*a.shape[1:], 1)", IMAGE),
    "cifar10": ("from keras.datasets import cifar10\n(a, b), (c, d) = cifar10.load_data()", "c.shape[1:]", (32, 32, 3)),
    "cifar100": ("data = keras.datasets.cifar100.load_data(label_mode='fine')\n(a, b), (c, d) = data", "a[0].shape",
                 (32, 32, 3)),
    "two names": ("train, test = tf.keras.datasets.cifar10.load_data()\nx, y = train", "x.shape[1:]", (32, 32, 3)),
    "a module's own name": ("mnist = tf.keras.datasets.mnist\n(a, b), (c, d) = mnist.load_data()",
                            "(a.shape[1], a.shape[2], 1)", IMAGE),
    "imports left out": ("(a, b), _ = mnist.load_data()", "(*a[0].shape, 1)", IMAGE),
    "in a function": (HEAD + "def load():\n  (a, b), _ = keras.datasets.mnist.load_data()\n"
                      "  return a[..., None], b\nx, y = load()", "x.shape[1:]", IMAGE),
}  # fmt: skip
X = "x_train.shape[1:]"
MADE = {
    "reshape to numbers": ("x_train = x_train.reshape(60000, 28, 28, 1)", X),
    "reshape to a tuple": ("x_train = x_train.reshape((-1, 28, 28, 1))", X),
    "reshape to a list": ("x_train = x_train.reshape([-1, 28, 28, 1])", X),
    "np.reshape": ("x_train = np.reshape(x_train, (len(x_train), 28, 28, 1))", X),
    "tf.reshape": ("x_train = tf.reshape(x_train, [-1, 28, 28, 1])", X),
    "reshape with its own sizes": ("x_train = x_train.reshape(x_train.shape[0], 28, 28, 1)", X),
    "reshape with names": ("n, h, w = x_train.shape\nx_train = x_train.reshape(n, h, w, 1)", X),
    "reshape with its whole shape": ("x_train = x_train.reshape(x_train.shape + (1,))", X),
    "reshape with *": ("x_train = x_train.reshape(*x_train.shape, 1)", X),
    "reshape with the rest open": ("x_train = x_train.reshape(60000, 28, 28, -1)", X),
    "np.expand_dims": ("x_train = np.expand_dims(x_train, -1)", X),
    "np.expand_dims by name": ("x_train = np.expand_dims(x_train, axis=3)", X),
    "tf.expand_dims": ("x_train = tf.expand_dims(x_train, axis=-1)", X),
    "np.newaxis": ("x_train = x_train[..., np.newaxis]", X),
    "tf.newaxis": ("x_train = x_train[..., tf.newaxis].astype('float32')", X),
    "None": ("x_train = x_train[:, :, :, None]", X),
    "scaled": ("x_train = x_train.astype('float32')[..., None] / 255", X),
    "scaled in place": ("x_train = x_train[..., None]\nx_train /= 255.0", X),
    "scaled by its largest": ("x_train = (x_train / np.max(x_train))[..., None]", X),
    "standardized": ("x_train = ((x_train - x_train.mean()) / x_train.std())[..., None]", X),
    "inverted": ("x_train = 1 - x_train[..., None] / 255", X),
    "two at once": ("x_train, x_test = x_train[..., None] / 255.0, x_test / 255.0", X),
    "cast": ("x_train = tf.cast(x_train[..., None], tf.float32) / 255.0", X),
    "rows": ("x_train = x_train[..., None]\nx_val, x_train = x_train[:10000], x_train[10000:]", X),
    "rows by number": ("n = 500\nx_train = x_train[:n, ..., None]", X),
    "one image": ("x_train = x_train[..., None]", "x_train[0].shape"),
    "the test images": ("x_test = x_test[..., None]", "x_test.shape[1:]"),
    "by place": ("", "(x_train.shape[1], x_train.shape[-1], 1)"),
    "a name": ("input_shape = x_train.shape[1:] + (1,)", "input_shape"),
    "a list": ("", "list(x_train.shape[1:]) + [1]"),
    "a part of the images": ("from sklearn.model_selection import train_test_split\nx_train = x_train[..., None]\n"
                             "a, b, c, d = train_test_split(x_train, y_train, test_size=0.2)", "b.shape[1:]"),
    "a part, reshaped": ("a, b = train_test_split(x_train)\na = a.reshape(a.shape[0], 28, 28, 1)", "a.shape[1:]"),
    "both sets": ("x = np.concatenate([x_train, x_test])[..., None]", "x.shape[1:]"),
    "a condition on its shape": ("if len(x_train.shape) == 3:\n  x_train = x_train[..., None]", X),
    "a condition on its rank": ("if x_train.ndim != 3:\n  x_train = x_train[0]\nx_train = x_train[..., None]", X),
    "not known, then reshaped": ("x_train = np.load('a.npz')['x']\nx_train = x_train.reshape(-1, 28, 28, 1)", X),
    "a table, reshaped": ("x_train = frame.drop(columns='label').values.reshape(-1, 28, 28, 1) / 255", X),
    "made of noise": ("x_train = np.random.rand(100, 28, 28, 1)", X),
    "made of zeros": ("x_train = tf.zeros((100, 28, 28, 1))", X),
    "padded and cut": ("x_train = np.pad(x_train[..., None], ((0, 0), (2, 2), (2, 2), (0, 0)))[:, 2:-2, 2:30]", X),
    "three equal channels, one": ("x_train = np.repeat(x_train[..., None], 3, axis=-1)[..., :1]", X),
    "resized": ("x_train = tf.image.resize(tf.zeros((9, 64, 64, 1)), (28, 28))", X),
    "channels moved": ("x_train = np.zeros((9, 1, 28, 28)).transpose(0, 2, 3, 1)", X),
    "flat": ("x_train = x_train.reshape(60000, 784).reshape(-1, 28, 28, 1)", X),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_the_shapes_of_kerass_data_sets_are_known(name: str) -> None:
    source, given, shape = SETS[name]
    assert read(source, given) == (shape, 10)


@pytest.mark.parametrize("name", MADE)
def test_what_keeps_or_makes_a_shape_is_followed(name: str) -> None:
    change, shape = MADE[name]
    assert read(MNIST + change, shape) == (IMAGE, 10)


CLASSES = {
    "one-hot": ("y = keras.utils.to_categorical(y_train, 7)", "y.shape[1]", 7),
    "one-hot of all": ("y_train = keras.utils.to_categorical(y_train)", "y_train.shape[-1]", 10),
    "different labels": ("", "len(np.unique(y_train))", 10),
    "the largest label": ("", "int(y_train.max()) + 1", 10),
    "the number of pixels": ("n = np.prod(x_train.shape[1:3])", "n", 784),
    "rows left": ("x_val = x_train[:64]", "len(x_val)", 64),
}


@pytest.mark.parametrize("name", CLASSES)
def test_numbers_out_of_data_are_followed(name: str) -> None:
    change, units, expected = CLASSES[name]
    assert read(CHANNEL + change, X, units) == (IMAGE, expected)


BUILT = {
    "fit": "model.fit(x_train, y_train)",
    "fit by name": "model.fit(x=x_train, y=y_train)",
    "a call": "model(tf.zeros((1, 28, 28, 1)))",
    "a few images": "model(x_train[:1])",
    "build": "model.build((None, *x_train.shape[1:]))",
    "build with the data's shape": "model.build(x_train.shape)",
}


@pytest.mark.parametrize("name", BUILT)
def test_a_model_without_an_input_shape_takes_it_from_its_first_data(name: str) -> None:
    source = CHANNEL + "model = keras.Sequential([layers.Flatten(), layers.Dense(10)])\n" + BUILT[name]
    assert keras_code.parse_code(source).input_shape == IMAGE


REFUSED = {
    "a number of images": ("", f"({X}[0], 28, 1)", "len(a)", "Dense's units depends on the call of len"),
    "rows after a split": ("a, b = train_test_split(x_train)", X, "len(a)", "Dense's units depends on"),
    "a mask": ("x_train = x_train[y_train == 3]", X, "10", "the input shape depends on"),
    "a file": ("x_train = np.load('x.npy')", X, "10", "the input shape depends on"),
    "a reshape that does not fit": ("x_train = x_train.reshape(-1, 29, 29, 1)", X, "10", "sizes that do not fit"),
    "a reshape to names": ("x_train = x_train.reshape(-1, rows, 28, 1)", X, "10", "the input shape depends on"),
    "shapes that do not fit": ("x_train = x_train + np.zeros((1, 3, 3, 1))", X, "10", "that do not fit"),
    "data as a number": ("", X, "x_train", "expected a value, received an array"),
    "a shape in place": ("x_train.shape = (60000, 784)", X, "10", "Line 7: .shape = … changes data"),
    "a resize in place": ("x_train.resize((9, 28, 28, 1))", X, "10", "Line 7: .resize changes data"),
    "setattr": ("setattr(x_train, 'shape', (60000, 784))", X, "10", "Line 7: setattr changes data"),
    "resize by its class": ("np.ndarray.resize(x_train, (9, 28, 28, 1))", X, "10", "numpy.*resize changes data"),
    "a shape in a branch": ("if deep:\n  x_train.shape = (9, 9)", X, "10", "Line 7: a branch"),
    "a reshape in a branch": ("if deep:\n  x_train = x_train[0]", X, "10", "the input shape depends on a branch"),
    "a loop over data": ("for x_train in x_train:\n  pass", X, "10", "the input shape depends on a loop"),
    "a last part of the labels": ("", X, "len(np.unique(y_train[:9]))", "Dense's units depends on"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_shape_that_is_not_known_is_refused(name: str) -> None:
    change, shape, units, says = REFUSED[name]
    with pytest.raises(ArchitectureFileError, match=says) as caught:
        read(CHANNEL + change, shape, units)
    assert "\n" not in str(caught.value)


def test_shapes_without_end_are_no_work() -> None:
    for change in (
        "x_train = x_train.reshape([9 ** 12] * 9000)",
        "x_train = np.zeros([10 ** 12] * 9999)",
        "for i in range(99):\n  x_train = np.expand_dims(x_train, 0)",
        "for i in range(99):\n  x_train = np.concatenate([x_train, x_train])",
    ):
        with pytest.raises(ArchitectureFileError, match="input shape"):
            read(CHANNEL + change, X)
