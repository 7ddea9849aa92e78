"""The part of a run's Keras code that adds the user's own drawings to the training images."""

from collections.abc import Iterator

from cnn_builder.runs.results.best_epoch import chosen_by_validation
from cnn_builder.runs.settings import RunSettings

_READ = 'drawings["{key}"].reshape(-1, *shape).astype("float32") / 255'


def adding_drawings(settings: RunSettings, file: str) -> Iterator[str]:
    """Lines after the images were loaded, with `shape` at hand. The drawings train; they never validate.

    Args:
        file: the name of the `.npz` file with the drawings; "" where there is none.
    """
    if not settings.own_drawings:
        return
    if not file:
        yield "# Your own drawings are left out: they are kept with each run that was trained on them."
        return
    yield "import numpy as np\n"
    yield f'drawings = np.load("{file}")  # the own drawings of this run, which it offers to download'
    if chosen_by_validation(settings):
        yield f"kept = int(len(x_train) * (1 - {settings.validation_split!r}))  # that train; the rest validate"
        yield "x_validation, y_validation = x_train[kept:], y_train[kept:]"
        yield "x_train, y_train = x_train[:kept], y_train[:kept]"
    yield f"x_train = np.concatenate([x_train, {_READ.format(key='x_train')}])"
    yield 'y_train = np.concatenate([y_train, drawings["y_train"]])'


def testing_drawings(file: str) -> Iterator[str]:
    """Lines after the test: the drawings that were never trained on."""
    if file:
        yield f"predicted = model.predict({_READ.format(key='x_test')}, verbose=0).argmax(axis=1)"
        yield 'right = int((predicted == drawings["y_test"]).sum())'
        yield 'print(f"Own test drawings: {right} of {len(predicted)}")'
