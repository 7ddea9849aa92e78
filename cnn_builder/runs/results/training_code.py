"""A run's training as Keras code: its optimizer, schedule, stopping, limits, seed and validation, for `model.fit`.

The code trains as this app does, with two exceptions that it names: `fit` has its own order of the images when it
shuffles them, and with mixed precision it also validates in bfloat16.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.architecture.formats.notebook import NotebookTraining
from cnn_builder.architecture.notices import is_softmax
from cnn_builder.architecture.trace import trace
from cnn_builder.runs.results import own_drawings_code
from cnn_builder.runs.results.best_epoch import chosen_by_validation
from cnn_builder.runs.settings import RunSettings
from cnn_builder.runs.settings.combinations import CLIPPING, OPTIMIZER_OPTIONS
from cnn_builder.runs.store.events import LEARNING_RATE, Event

_RATE_CALLBACK = '''\
class LearningRate(keras.callbacks.Callback):
    """Sets the learning rate before each step: the schedule's factor times a base, which may change on the way."""

    def __init__(self):
        super().__init__()
        self.base, self.step, self.last = {rate}, 0, None

    def factor(self):
{factor}

    def on_epoch_begin(self, epoch, logs=None):
        now = float(self.model.optimizer.learning_rate)
        if self.last:
            self.base *= now / self.last  # what ReduceLROnPlateau multiplied it by

    def on_train_batch_begin(self, batch, logs=None):
        self.base = {changes}.get(self.step, self.base)
        self.model.optimizer.learning_rate = self.base * self.factor()
        self.last = float(self.model.optimizer.learning_rate)
        self.step += 1'''


def run_notebook(
    architecture: Architecture, dataset: str, settings: RunSettings, events: Sequence[Event] = (), drawings: str = ""
) -> str:
    """A notebook that loads the data set, builds the network, trains it with these settings and tests it.

    Args:
        events: what happened to the run: changes of the learning rate by hand are repeated.
        drawings: the name of the `.npz` file with the run's own drawings; without one, a comment says that those the
            settings ask for are left out.
    """
    return notebook.write_notebook(architecture, dataset, training_code(architecture, settings, events, drawings))


def run_script(
    architecture: Architecture, dataset: str, settings: RunSettings, events: Sequence[Event] = (), drawings: str = ""
) -> str:
    """The same as one Python script; reading it back gives the same network."""
    cells = notebook.code(architecture, dataset, training_code(architecture, settings, events, drawings))
    return keras_code.named(architecture) + "\n\n".join(cell.rstrip("\n") for cell in cells) + "\n"


def training_code(
    architecture: Architecture, settings: RunSettings, events: Sequence[Event] = (), drawings: str = ""
) -> NotebookTraining:
    """The parts of the code that follow from the settings."""
    divided = bool(drawings) and chosen_by_validation(settings)
    return NotebookTraining(
        setup="\n".join(_setup(settings)),
        data="\n".join([*_data(settings), *own_drawings_code.adding_drawings(settings, drawings)]),
        train="\n".join(_train(architecture, settings, events, divided)),
        test="\n".join([*_test(architecture, settings), *own_drawings_code.testing_drawings(drawings)]),
    )


def _setup(settings: RunSettings) -> Iterator[str]:
    if settings.deterministic:
        yield "import tensorflow as tf\n"
    yield f"keras.utils.set_random_seed({settings.seed})"
    if settings.deterministic:
        yield "tf.config.experimental.enable_op_determinism()"


def _data(settings: RunSettings) -> Iterator[str]:
    for part, limit in (("train", settings.train_limit), ("test", settings.test_limit)):
        if limit is not None:
            yield f"x_{part}, y_{part} = x_{part}[:{limit}], y_{part}[:{limit}]"


def _train(architecture: Architecture, settings: RunSettings, events: Sequence[Event], divided: bool) -> Iterator[str]:
    """`divided`: the images that validate are apart already, as `x_validation`."""
    classes = _classes(architecture)
    yield from _counts(settings, divided)
    yield from _layers(architecture, settings)
    yield from _weights(settings, classes)
    changed = {event.step: event.value for event in events if event.kind == LEARNING_RATE and not event.text}
    rate, callback = _learning_rate(settings, changed)
    if callback:
        yield f"\n\n{callback}\n\n"
    yield "model.compile("
    yield f"    optimizer=keras.optimizers.{settings.optimizer}({', '.join([rate, *_options(settings)])}),"
    yield f"    loss={_loss(architecture, settings)},"
    yield '    metrics=["accuracy"],'
    yield ")"
    callbacks = [*(["LearningRate()"] if callback else []), *_callbacks(settings)]
    yield "history = model.fit("
    yield f"    x_train, {_labels('y_train', settings, classes)},"
    yield f"    batch_size={settings.batch_size}, epochs={settings.epochs},"
    if settings.validation_data == "test":
        yield f"    validation_data=(x_test, {_labels('y_test', settings, classes)}),"
    elif divided:
        yield f"    validation_data=(x_validation, {_labels('y_validation', settings, classes)}),"
    elif settings.validation_split:
        yield f"    validation_split={settings.validation_split!r},"
    if settings.class_weight is not None:
        yield "    class_weight=class_weight,"
    if not settings.shuffle:
        yield "    shuffle=False,"
    if callbacks:
        yield "    callbacks=["
        yield from (f"        {one}," for one in callbacks)
        yield "    ],"
    yield ")"


def _counts(settings: RunSettings, divided: bool) -> Iterator[str]:
    """How many steps there are, where something depends on it."""
    scheduled = settings.schedule != "constant" or settings.warmup_epochs
    if not scheduled and settings.class_weight != "balanced":
        return
    kept = "len(x_train)"
    if chosen_by_validation(settings) and not divided:
        kept = f"int(len(x_train) * (1 - {settings.validation_split!r}))"
    yield f"images = {kept}  # that train; the rest validate" if "int" in kept else f"images = {kept}"
    if scheduled:
        yield f"steps = -(-images // {settings.batch_size})  # in an epoch"


def _layers(architecture: Architecture, settings: RunSettings) -> Iterator[str]:
    """What changes the layers after they were made: the L2 penalty, the precision."""
    if settings.l2:
        yield "for variable in model.trainable_variables:  # an L2 penalty on every kernel without one of its own"
        yield '    if variable.name in ("kernel", "depthwise_kernel", "pointwise_kernel") and not variable.regularizer:'
        yield f"        variable.regularizer = keras.regularizers.L2({settings.l2!r})"
    if settings.precision == "float32":
        return
    weighted = [row.index for row in trace(architecture).rows if row.params]
    if not weighted:
        return
    # A function, which reading the code back passes over; a loop over the layers could change anything.
    yield "\n\ndef lower(layer):"
    yield '    if not type(layer).__name__.startswith("Random"):'
    yield f'        layer.dtype_policy = "{settings.precision}"\n\n'
    yield f"list(map(lower, model.layers[{weighted[0]}:{weighted[-1]}]))  # the last layer with weights stays float32"


def _weights(settings: RunSettings, classes: int) -> Iterator[str]:
    weights = settings.class_weight
    if weights == "balanced":
        yield "import numpy as np\n"
        yield f"counts = np.bincount(y_train[:images], minlength={classes})"
        yield (
            f"class_weight = {{label: images / ({classes} * count) if count else 0.0 "
            "for label, count in enumerate(counts.tolist())}"
        )
    elif weights is not None:
        yield f"class_weight = {dict(enumerate(weights))!r}"


def _learning_rate(settings: RunSettings, changed: dict[int, Any]) -> tuple[str, str]:
    """The optimizer's learning rate and, where Keras' schedules cannot say it, the callback that sets it."""
    rate, warmup = settings.learning_rate, settings.warmup_epochs
    scheduled = settings.schedule != "constant" or bool(warmup)
    own = bool(changed) or (scheduled and settings.reduce_on_plateau is not None)
    if own or (warmup and settings.schedule != "cosine"):
        # The text of a dictionary, since the class is a text with braces of its own to fill in.
        code = _RATE_CALLBACK.format(rate=repr(rate), factor=_factor(settings), changes=repr(changed))
        return repr(rate), code
    if settings.schedule == "cosine":
        total = f"{settings.epochs} * steps"
        alpha = f", alpha={settings.final_fraction!r}" if settings.final_fraction else ""
        if not warmup:
            return f"keras.optimizers.schedules.CosineDecay({rate!r}, {total}{alpha})", ""
        rise = f"round({warmup!r} * steps)"
        return (
            f"keras.optimizers.schedules.CosineDecay(0.0, max({total} - {rise}, 1){alpha}, "
            f"warmup_target={rate!r}, warmup_steps={rise})"
        ), ""
    if settings.schedule in ("step", "exponential"):
        stairs = ", staircase=True" if settings.schedule == "step" else ""
        decay = f"max(round({settings.decay_epochs!r} * steps), 1), {settings.decay_rate!r}"
        return f"keras.optimizers.schedules.ExponentialDecay({rate!r}, {decay}{stairs})", ""
    return repr(rate), ""


def _factor(settings: RunSettings) -> str:
    """The body of the callback's `factor`."""
    lines = []
    since = "self.step"
    if settings.warmup_epochs:
        lines += [f"warmup = round({settings.warmup_epochs!r} * steps)"]
        lines += ["if self.step < warmup:", "    return self.step / warmup"]
        since = "(self.step - warmup)"
    if settings.schedule == "cosine":
        total = f"{settings.epochs} * steps" + (" - warmup" if settings.warmup_epochs else "")
        low = settings.final_fraction
        lines += ["import math\n", f"done = min({since} / max({total}, 1), 1)"]
        lines += [f"return (1 - {low!r}) * 0.5 * (1 + math.cos(math.pi * done)) + {low!r}"]
    elif settings.schedule in ("step", "exponential"):
        division = "//" if settings.schedule == "step" else "/"
        lines += [
            f"return {settings.decay_rate!r} ** ({since} {division} max(round({settings.decay_epochs!r} * steps), 1))"
        ]
    else:
        lines += ["return 1.0"]
    return "\n".join(f"        {line}" if line.strip() else line for line in lines)


def _options(settings: RunSettings) -> Iterator[str]:
    """The optimizer's options that are not its defaults."""
    defaults = RunSettings()
    for name in (*OPTIMIZER_OPTIONS[settings.optimizer], "weight_decay", *CLIPPING):
        value = getattr(settings, name)
        if value != getattr(defaults, name):
            yield f"{name}={value!r}"


def _loss(architecture: Architecture, settings: RunSettings) -> str:
    logits = not (architecture.layers and is_softmax(architecture.layers[-1]))
    if not settings.label_smoothing:
        return f"keras.losses.SparseCategoricalCrossentropy(from_logits={logits})"
    return f"keras.losses.CategoricalCrossentropy(from_logits={logits}, label_smoothing={settings.label_smoothing!r})"


def _labels(name: str, settings: RunSettings, classes: int) -> str:
    """Label smoothing is a loss of one-hot labels."""
    return f"keras.utils.to_categorical({name}, {classes})" if settings.label_smoothing else name


def _classes(architecture: Architecture) -> int:
    shape = trace(architecture).output_shape
    return int(shape[-1]) if shape else 0


def _callbacks(settings: RunSettings) -> Iterator[str]:
    watched = f'monitor="{settings.monitor}", min_delta={settings.min_delta!r}'
    if settings.reduce_on_plateau is not None:
        yield (
            f"keras.callbacks.ReduceLROnPlateau({watched}, patience={settings.reduce_on_plateau}, "
            f"factor={settings.plateau_factor!r})"
        )
    if settings.early_stopping is not None:
        yield f"keras.callbacks.EarlyStopping({watched}, patience={settings.early_stopping})"
    if chosen_by_validation(settings):  # the model that is kept
        yield (
            'keras.callbacks.ModelCheckpoint("best.weights.h5", monitor="val_accuracy", save_best_only=True, '
            "save_weights_only=True)"
        )


def _test(architecture: Architecture, settings: RunSettings) -> Iterator[str]:
    if chosen_by_validation(settings):
        yield 'model.load_weights("best.weights.h5")  # of the epoch with the highest validation accuracy'
    labels = _labels("y_test", settings, _classes(architecture))
    yield f"loss, accuracy = model.evaluate(x_test, {labels}, verbose=0)"
    yield 'print(f"Test accuracy {accuracy:.4f}, loss {loss:.4f}")'
