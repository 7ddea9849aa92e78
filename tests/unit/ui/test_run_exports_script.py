"""Train below a run that has ended: its formats, its seeds, and what came of the coach's advice."""

from collections.abc import Callable, Sequence
from threading import Event as Signal

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Metric, Run, RunSettings, Store
from cnn_builder.runs.exports.background import Conversions
from cnn_builder.runs.exports.conversion import ConversionStep
from cnn_builder.runs.exports.formats import available_formats
from cnn_builder.runs.exports.kept import keep_export
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from cnn_builder.ui import server
from tests.support.converted import FACTS
from tests.support.paths import APP

PATIENCE = 20.0


def ended(store: Store, settings: Settings, accuracy: float = 0.75, preset: str = "L2", **asked: object) -> Run:
    """A finished run with a verified model, whose curve overfits."""
    made = store.create_run(PRESETS[preset].architecture, "digits", RunSettings(epochs=12, **asked))
    while store.get(made.run_id).status == "queued":
        assert store.claim_next(99) is not None
    folder = settings.run_folder(made.run_id)
    folder.mkdir(parents=True)
    (folder / BEST).write_bytes(b"a model")
    store.begin(made.run_id, 120)
    shape = [(0.9 / epoch, 0.5 + epoch / 25, 0.5 + 0.05 * max(0, epoch - 3), 0.7) for epoch in range(1, 13)]
    rows = [Metric(epoch, 10 * epoch, "epoch", *values, seconds=1.0) for epoch, values in enumerate(shape, 1)]
    store.append(made.run_id, rows)
    store.beat(made.run_id, 120, 12)
    model = {"verified": True, "images": 100, "difference": 0.0, "sha256": digest(folder / BEST)}
    score = {"test_accuracy": accuracy, "test_loss": 0.2, "best_epoch": 3, "seconds": 1.0}
    store.finish(made.run_id, "finished", None, {**score, "evaluation": {"images": 360, "model": model}})
    return store.get(made.run_id)


def opened(run: Run) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["run"] = run.run_id
    at.run().switch_page("pages/train.py").run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    texts = [*at.markdown, *at.caption, *at.info, *at.error, *at.warning]
    return "\n".join(text.value.replace("\\", "") for text in texts)


def html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def test_formats_are_converted_in_the_background_and_shown(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ended(store, settings)
    go, begun = Signal(), Signal()

    def convert(
        run: Run, settings: Settings, forms: Sequence[str], told: Callable[[ConversionStep], None]
    ) -> dict[str, str]:
        assert tuple(forms) == available_formats()
        told(ConversionStep("LiteRT int8: converting", 2, 5))
        begun.set()
        assert go.wait(PATIENCE)
        made = settings.home / "made"
        made.write_bytes(b"converted")
        for form in ("keras", "litert", "litert-int8"):
            keep_export(run, settings, form, made, FACTS)
        return {"savedmodel": "It is too large."}

    conversions = Conversions(settings, convert)
    monkeypatch.setattr(server, "conversions", lambda: conversions)
    at = opened(run)
    assert "Each file reads all 360 test images by its own runtime" in said(at)
    at.button("formats-convert").click().run()
    assert begun.wait(PATIENCE)
    assert [bar.proto.text for bar in at.run().get("progress")] == ["LiteRT int8\\: converting"]
    go.set()
    while conversions.state(run.run_id).status == "running":
        begun.wait(0.001)
    at.run()
    assert "LiteRT int8" in html(at) and "It gains nothing that matters" in html(at)
    assert "SavedModel could not be made. It is too large." in said(at)
    assert "Test image 8, 3" in html(at) and "1 of 100 test images" in said(at)
    assert at.button("formats-convert").label == "Convert and check again"
    kept = [button.proto.label for button in at.get("download_button")]
    assert {"LiteRT float32", "LiteRT int8", "Model card", "TensorBoard"} <= set(kept) and "SavedModel" not in kept


def test_a_run_is_trained_again_with_other_seeds(store: Store, settings: Settings) -> None:
    run = ended(store, settings, seed=1)
    at = opened(run)
    assert "seeds**" not in said(at)
    assert at.number_input[-1].value == 4
    at.number_input(f"more-seeds-{run.run_id}-1").set_value(2).run()
    at.button("train-again").click().run()
    assert not at.exception
    assert sorted(one.settings.seed for one in store.list() if one.status == "queued") == [2, 3]
    assert "**3 seeds**" in said(at) and "2 of them wait or train." in said(at)
    for one in store.list():
        if one.status == "queued":
            store.request_stop(one.run_id)
    ended(store, settings, 0.77, seed=5)
    at = opened(run)
    assert "Over 2 seeds (1, 5) the mean test accuracy is 0.7600" in said(at)
    assert "Validation accuracy: the mean of these seeds" in said(at)


def test_the_coachs_advice_is_tested_and_judged(store: Store, settings: Settings) -> None:
    run = ended(store, settings)
    at = opened(run)
    at.button("test-overfitting-0").click().run()
    assert not at.exception
    rerun = next(one for one in store.list() if one.status == "queued")
    assert rerun.settings == run.settings and "Dropout" in rerun.name
    assert "is being tested: the run is queued." in said(at.run())
    store.claim_next(9)
    store.finish(rerun.run_id, "finished", None, {"test_accuracy": 0.9, "test_loss": 0.1})
    at = opened(run)
    assert "The advice was right. Test accuracy 0.7500 before, 0.9000 with it: +15.00 points" in said(at)
    assert "test-overfitting-0" not in {button.key for button in at.button}


def test_networks_are_compared_over_their_seeds(store: Store, settings: Settings) -> None:
    for seed in (0, 1):
        ended(store, settings, 0.7 + seed / 100, seed=seed)
    for seed in (0, 1):
        ended(store, settings, 0.9 + seed / 100, "LeNet-5", seed=seed)
    at = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/compare.py").run()
    assert not at.exception
    assert at.toggle("compare-bands").value and "LeNet-5, 2 seeds" in said(at)
    assert "The two runs differ by their seed alone" in said(at)
    at.selectbox[1].select_index(0).run()  # from an L2 to a LeNet-5
    assert "**C's network is better**" in said(at) and "Over 2 seeds (0, 1), pair by pair" in said(at)
    at.toggle("compare-bands").set_value(False).run()
    assert not at.exception and at.toggle("compare-time").value is False
