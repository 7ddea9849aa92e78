"""The lesson's own script: a plain Keras program for Fashion-MNIST, the yardstick `cnn_builder train` is measured by.

Run it with ``CNN_BUILDER_DATA`` naming the folder that holds ``fashion_mnist.npz``, or let Keras download it.
With a file's name as its argument it also writes the seconds of each epoch there, a line each.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np


def data() -> tuple[Any, Any, Any, Any]:
    """The lesson's first 15,000 training and first 3,000 test images, pixels in 0..1."""
    folder = os.environ.get("CNN_BUILDER_DATA")
    if folder:
        with np.load(Path(folder) / "fashion_mnist.npz") as file:
            x_train, y_train, x_test, y_test = (file[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    else:
        (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
    x_train = x_train[:15_000].reshape(-1, 28, 28, 1) / 255.0
    x_test = x_test[:3_000].reshape(-1, 28, 28, 1) / 255.0
    return x_train, y_train[:15_000], x_test, y_test[:3_000]


class Stopwatch(keras.callbacks.Callback):
    """Writes the seconds of each epoch, validation included, to a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        with self.path.open("a") as file:
            file.write(f"{time.perf_counter() - self.began}\n")


def main(epochs: int = 6, times: str | None = None) -> None:
    x_train, y_train, x_test, y_test = data()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), padding="same", activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), padding="same", activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    callbacks = [Stopwatch(Path(times))] if times else []
    model.fit(x_train, y_train, batch_size=64, epochs=epochs, validation_split=0.2, callbacks=callbacks)
    loss, accuracy = model.evaluate(x_test, y_test)
    print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
    print(model.predict(x_test[:5]).argmax(axis=1))


if __name__ == "__main__":
    main(times=sys.argv[1] if len(sys.argv) > 1 else None)
