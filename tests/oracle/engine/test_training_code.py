"""The code of a run, run elsewhere by Keras' own `fit`, against the run itself: the same curves."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import pytest

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.formats import keras_code, notebook
from cnn_builder.data import load_dataset
from cnn_builder.engine.train import train
from cnn_builder.runs import Event, Metric, Run, RunSettings, Store, StoreError
from cnn_builder.runs.results.model_file import model_with_optimizer
from cnn_builder.runs.results.training_code import run_notebook, run_script
from cnn_builder.settings import Settings

# Keras' own way of turning TensorFlow's variables into arrays is not yet NumPy 2's.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "a small one",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "Conv2D", "filters": 8, "kernel_size": 3, "strides": 2, "activation": "relu"},
            {"type": "MaxPooling2D"},
            {"type": "Flatten"},
            {"type": "Dense", "units": 16, "activation": "relu"},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)
# 320 images, of which 256 train in whole batches: `fit` counts a smaller last one as a whole. In their own order, since
# `fit` shuffles otherwise.
SAME: dict[str, Any] = {
    "batch_size": 16, "train_limit": 320, "test_limit": 100, "validation_split": 0.2, "shuffle": False, "epochs": 4,
}  # fmt: skip
ASKED: dict[str, RunSettings] = {
    "cosine": RunSettings(**SAME, schedule="cosine", warmup_epochs=1.0, final_fraction=0.1, seed=3),
    "sgd": RunSettings(
        **{**SAME, "validation_split": 0.0, "train_limit": 256}, optimizer="SGD", momentum=0.9, nesterov=True,
        learning_rate=0.05, schedule="step", decay_epochs=2.0, l2=0.001, clipnorm=1.0, validation_data="test",
    ),
    "plateau": RunSettings(
        **SAME, schedule="exponential", warmup_epochs=0.5, learning_rate=0.02, reduce_on_plateau=1, min_delta=0.3,
        label_smoothing=0.1, class_weight="balanced",
    ),
    "stopping": RunSettings(**{**SAME, "epochs": 20}, early_stopping=2, monitor="val_accuracy", learning_rate=0.01),
    "lowered": RunSettings(**SAME, precision="mixed_bfloat16", deterministic=True),
    "changed": RunSettings(**SAME, class_weight=(2.0, *[1.0] * 9)),
}  # fmt: skip
CHANGE_AFTER, CHANGED_RATE = 16, 0.0002
RUN = """
import json, os, runpy, sys
for script in sys.argv[1:]:
    os.chdir(os.path.dirname(script))
    ran = runpy.run_path(script)
    print("RAN", json.dumps([ran["history"].history, ran["accuracy"]]))
"""


def trained(store: Store, settings: Settings, name: str) -> tuple[Run, list[Metric]]:
    asked = ASKED[name]
    store.create_run(SMALL, "digits", asked)
    if name == "changed":
        store.request_learning_rate(store.list(1)[0].run_id, CHANGED_RATE)
    run = store.claim_next(1)
    assert run is not None
    images = load_dataset("digits").limited(asked.train_limit, asked.test_limit)
    train(run, store, settings, lambda: images)
    return store.get(run.run_id), store.metrics(run.run_id, kind="epoch")


def test_the_code_of_a_run_gives_the_curves_of_the_run(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    scripts, ran = [], {}
    with Store.open(settings) as store:
        for name in ASKED:
            run, epochs = trained(store, settings, name)
            assert run.status == "finished", run.reason
            ran[name] = (run, epochs)
            scripts.append(tmp_path / name / "run.py")
            scripts[-1].parent.mkdir()
            source = run_script(run.architecture, run.dataset, run.settings, store.events(run.run_id))
            assert keras_code.parse_code(source) == SMALL  # what was written is read back
            cells = run_notebook(run.architecture, run.dataset, run.settings, store.events(run.run_id))
            assert "\n\n".join(notebook.code_cells(cells.encode())) in source
            scripts[-1].write_text(source, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", RUN, *map(str, scripts)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = [json.loads(line.removeprefix("RAN ")) for line in done.stdout.splitlines() if line.startswith("RAN ")]
    for (name, (run, epochs)), (history, accuracy) in zip(ran.items(), told, strict=True):
        for measure in ("loss", "accuracy", "val_loss", "val_accuracy"):
            expected = [getattr(row, measure) for row in epochs]
            # In bfloat16, which has 8 bits, the curves are the same but for its rounding.
            near = {"rel": 0.1, "abs": 0.1} if name == "lowered" else {"rel": 2e-3, "abs": 6e-3}
            assert history[measure] == pytest.approx(expected, **near), (name, measure)
        assert accuracy == pytest.approx(run.test_accuracy, abs=0.1 if name == "lowered" else 0.011), name
    assert len(told[3][0]["loss"]) < 20  # it stopped early, at the same epoch


def test_a_model_with_its_optimizer_is_trained_on_in_keras(tmp_path: Path) -> None:
    """Four epochs of the run, then one in Keras from the exported file: the same as five of a run."""
    settings = Settings(home=tmp_path)
    with Store.open(settings) as store:
        run, _ = trained(store, settings, "changed")
        store.create_run(SMALL, "digits", run.settings.model_copy(update={"epochs": 5}))
        store.request_learning_rate(store.list(1)[0].run_id, CHANGED_RATE)
        longer = store.claim_next(1)
        assert longer is not None
        images = load_dataset("digits").limited(run.settings.train_limit, run.settings.test_limit)
        train(longer, store, settings, lambda: images)
        last = store.metrics(longer.run_id, kind="epoch")[-1]
        path = tmp_path / "trainable.keras"
        path.write_bytes(model_with_optimizer(run, settings))
        for name in ("last.checkpoint", "previous.checkpoint"):
            (settings.run_folder(longer.run_id) / name).unlink(missing_ok=True)
        with pytest.raises(StoreError, match="has no checkpoint"):
            model_with_optimizer(store.get(longer.run_id), settings)
    model = keras.saving.load_model(path)
    assert float(model.optimizer.learning_rate) == pytest.approx(CHANGED_RATE)
    assert int(model.optimizer.iterations) == 4 * 16
    scaled = images.x_train.astype("float32") / 255
    weights = {label: 2.0 if label == 0 else 1.0 for label in range(10)}
    history = model.fit(
        scaled[:256], images.y_train[:256], 16, validation_data=(scaled[256:], images.y_train[256:]), shuffle=False,
        class_weight=weights, verbose=0,
    ).history  # fmt: skip
    assert history["val_loss"][0] == pytest.approx(last.val_loss, rel=2e-3)
    assert history["loss"][0] == pytest.approx(last.loss, rel=2e-3)


def test_a_changed_learning_rate_is_in_the_code() -> None:
    events = [Event("learning_rate", 16, 1, 0.0002), Event("learning_rate", 32, 2, 2e-5, "nothing better for a while")]
    source = run_script(SMALL, "digits", ASKED["changed"], events)
    assert "{16: 0.0002}.get(self.step" in source and "2e-05" not in source
    assert "class LearningRate" not in run_script(SMALL, "digits", ASKED["changed"])
