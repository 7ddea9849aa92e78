"""What pasted code says of its training; and brackets that are never closed."""

from typing import Any

import pytest

from cnn_builder.architecture.reader import TrainingCode, closed, read_with_training

MODEL = """
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = x_train[..., None] / 255, x_test[..., None] / 255
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])
"""


def said(code: str, model: str = MODEL) -> TrainingCode:
    return read_with_training(model + code)[1]


def test_code_without_training_says_nothing() -> None:
    assert not read_with_training("model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])")[1]
    assert said("") == TrainingCode(dataset="mnist")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("model.compile('adam')", {"optimizer": "Adam", "learning_rate": 0.001}),
        ("model.compile('sgd')", {"optimizer": "SGD", "learning_rate": 0.01}),
        ("model.compile()", {"optimizer": "RMSprop", "learning_rate": 0.001}),
        (
            "R = 0.1 * 3\nmodel.compile(optimizer=SGD(lr=R, momentum=0.9, nesterov=True))",
            {"optimizer": "SGD", "learning_rate": 0.3, "momentum": 0.9, "nesterov": True},
        ),
        (
            "opt = keras.optimizers.AdamW(1e-4, 0.01, clipnorm=1.0)\nmodel.compile(opt)",
            {"optimizer": "AdamW", "learning_rate": 1e-4, "weight_decay": 0.01, "clipnorm": 1.0},
        ),
        ("model.fit(x_train, y_train)", {"epochs": 1, "batch_size": 32, "validation_split": 0.0}),
        (
            "E = 5\nmodel.fit(x_train[:1000], y_train[:1000], 64, E, 2, shuffle=False)\nmodel.evaluate(x_test[:500])",
            {
                "epochs": 5, "batch_size": 64, "validation_split": 0.0, "shuffle": False,
                "train_limit": 1000, "test_limit": 500,
            },
        ),
        (
            "model.fit(x_train, y_train, epochs=2, validation_data=(x_test, y_test))",
            {"epochs": 2, "batch_size": 32, "validation_split": 0.0, "validation_data": "test"},
        ),
        (
            "model.fit(x_train, y_train, callbacks=[EarlyStopping(patience=3, monitor='val_accuracy')])",
            {
                "epochs": 1, "batch_size": 32, "validation_split": 0.0, "early_stopping": 3, "monitor": "val_accuracy",
            },
        ),
        (
            "def train(net, epochs=4):\n    net.fit(x_train, y_train, epochs=epochs)\ntrain(model)",
            {"epochs": 4, "batch_size": 32, "validation_split": 0.0},
        ),
        ("keras.utils.set_random_seed(7)", {"seed": 7}),
    ],
)  # fmt: skip
def test_settings_are_read_with_keras_defaults(code: str, expected: dict[str, Any]) -> None:
    found = said(code)
    assert found.settings == expected
    assert found.dataset == "mnist"
    assert not found.passed_over


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("model.compile('adam', loss='mse')", "the loss 'mse': training here minimizes categorical cross-entropy"),
        ("model.compile('ftrl')", "the optimizer 'ftrl'"),
        ("model.compile('adam', metrics=['mae'])", "the metric 'mae'"),
        ("model.compile(keras.optimizers.Adam(ema_momentum=0.9, use_ema=True))", "use_ema of Adam"),
        (
            "model.compile(Adam(keras.optimizers.schedules.CosineDecay(0.01, 1000)))",
            "the schedule CosineDecay: its first learning rate is taken",
        ),
        ("model.fit(x_train, y_train, epochs=unknown())", "epochs: its value is not known"),
        ("model.fit(x_train, y_train, sample_weight=w)", "sample_weight of fit"),
        ("model.fit(x_train, y_train, callbacks=[keras.callbacks.TensorBoard()])", "the callback TensorBoard"),
        ("model.fit(x_train, y_train, validation_data=(mine, labels))", "validation_data of fit"),
        ("model.fit(x_train, y_train, epochs=1)\nmodel.fit(x_train, y_train, epochs=2)", "the fit on line"),
        ("keras.datasets.cifar10.load_data()", "the data sets mnist and cifar10"),
        ("model.fit(**given)", "the ** arguments of fit"),
    ],
)
def test_what_is_passed_over_is_said(code: str, over: str) -> None:
    assert any(over in text for text in said(code).passed_over)


def test_a_class_of_ones_own_and_the_model_that_is_trained_count() -> None:
    own = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(10)
    def call(self, x):
        return self.out(x)
net = Net()
net.build((None, 784))
net.compile("adam")
"""
    assert said(own, "").settings["optimizer"] == "Adam"
    twice = MODEL.replace("model =", "other =") + MODEL
    assert said("model.compile('sgd')\nother.summary()", twice).settings["optimizer"] == "SGD"


MODEL_LINES = "model = keras.Sequential([\n    keras.Input((4,)),\n    layers.Dense(3),\n"


@pytest.mark.parametrize(
    ("source", "added", "line"),
    [
        (MODEL_LINES, "])", 3),
        (MODEL_LINES + "\nmodel.summary()\n", "])", 3),
        (MODEL_LINES + "    layers.Dense(2)  # ) (\n\nmodel.compile('adam')\nmodel.summary()", "])", 4),
        (MODEL_LINES + ")\nmodel.summary()\n", "]", 3),
        (MODEL_LINES + "    layers.Dense(2\n])\n", ")", 4),
        ("def net():\n    m = keras.Sequential([keras.Input((4,)),\n    layers.Dense(3)\n    return m\nnet()", "])", 3),
    ],
)
def test_an_unclosed_bracket_is_closed_where_a_network_follows(source: str, added: str, line: int) -> None:
    found = closed(source)
    assert found is not None
    assert (found.added, found.line) == (added, line)
    layers = len(read_with_training(found.source)[0].layers)
    assert layers == source.count("layers.")


@pytest.mark.parametrize("source", ["", "x = 1", "print('(')", "((((((", "x = )", MODEL_LINES + "])", "[" * 100_000])
def test_what_cannot_be_closed_is_left_alone(source: str) -> None:
    assert closed(source) is None
