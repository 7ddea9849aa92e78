"""`runs export`, `formats`, `again` and `compare` on runs that have ended."""

import json
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Metric, Run, RunSettings, Store
from cnn_builder.runs.exports.formats import CHECKED_FORMATS, available_formats
from cnn_builder.runs.exports.kept import keep_export
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support.command_line import run as command
from tests.support.converted import FACTS


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


def ended(settings: Settings, accuracy: float, preset: str = "LeNet-5", **asked: int) -> Run:
    """A finished run with a verified model."""
    with Store.open(settings) as store:
        store.create_run(PRESETS[preset].architecture, "digits", RunSettings(**asked))
        claimed = store.claim_next(9)
        assert claimed is not None
        folder = settings.run_folder(claimed.run_id)
        folder.mkdir(parents=True)
        (folder / BEST).write_bytes(b"a model")
        store.append(claimed.run_id, [Metric(1, 8, "epoch", 1.5, 0.5, 1.25, 0.625, seconds=1.0)])
        model = {"verified": True, "images": 100, "difference": 0.0, "sha256": digest(folder / BEST)}
        score = {"test_accuracy": accuracy, "test_loss": 0.2, "best_epoch": 1, "seconds": 1.0}
        versions = {"keras": "3.15.1"}
        evaluation = {"images": 360, "model": model, "versions": versions}
        store.finish(claimed.run_id, "finished", None, {**score, "evaluation": evaluation})
        return store.get(claimed.run_id)


def test_a_format_that_is_kept_is_not_made_anew(settings: Settings, tmp_path: Path) -> None:
    run = ended(settings, 0.75)
    (tmp_path / "made").write_bytes(b"converted")
    for form in CHECKED_FORMATS:
        keep_export(run, settings, form, tmp_path / "made", FACTS)
    done = command("runs", "export", run.run_id, "--to", "litert", "-o", str(tmp_path / "model.tflite"), "--json")
    facts = json.loads(done.stdout)
    assert (tmp_path / "model.tflite").read_bytes() == b"converted" and facts["bytes"] == 9
    assert facts["agreement"] == 0.99 and facts["changed"] == [7] and facts["lost"] == 1
    lines = [json.loads(line) for line in command("runs", "formats", run.run_id, "--json").stdout.splitlines()]
    assert [line["format"] for line in lines] == list(available_formats()) and "pictures" not in lines[0]
    assert {name: lines[1][name] for name in facts if name in lines[1]} == {
        name: value for name, value in facts.items() if name in lines[1]
    }
    assert all(line["worth"] for line in lines)
    assert "1 changed" in command("runs", "formats", run.run_id).stdout


def test_the_card_is_written(settings: Settings) -> None:
    done = command("runs", "export", ended(settings, 0.75).run_id, "--to", "card")
    assert done.stdout.startswith("# LeNet-5\n") and "**Test accuracy 0.7500**, 95 % confidence" in done.stdout


def test_two_networks_are_compared_over_their_seeds(settings: Settings) -> None:
    first = [ended(settings, 0.70 + seed / 100, seed=seed) for seed in (0, 1, 2)]
    second = [ended(settings, 0.90 + seed / 100, "L2", seed=seed) for seed in (0, 1, 2)]
    done = command("runs", "compare", first[0].run_id, second[1].run_id, "--json")
    found = json.loads(done.stdout)
    assert found["seeds"]["seeds"] == [0, 1, 2] and found["seeds"]["distinguishable"] is True
    assert found["seeds"]["difference"] == pytest.approx(0.2) and found["paired"] is False
    assert "Seeds: " in command("runs", "compare", first[0].run_id, second[0].run_id).stdout


def test_wrong_usage_is_told(settings: Settings) -> None:
    run_id = ended(settings, 0.75).run_id
    for form, said in (("onnx", "A model cannot be printed"), ("tensorboard", "Event files"), ("mlflow", "5000")):
        done = command("runs", "export", run_id, "--to", form)
        assert done.exit_code == 2 and said in done.stderr
    assert command("runs", "again", run_id, "--seeds", "0").exit_code == 2
    both = command("train", "L1", "--dataset", "digits", "--seeds", "2", "--weights-of", run_id)
    assert both.exit_code == 2 and "leave out --weights-of" in both.stderr
