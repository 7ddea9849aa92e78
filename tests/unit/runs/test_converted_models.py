"""Converted models: what is kept of them, which is worth having, and the process that makes them."""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import Run, RunSettings, Store, StoreError
from cnn_builder.runs.exports import formats
from cnn_builder.runs.exports.background import Conversions
from cnn_builder.runs.exports.conversion import ConversionStep, checked_export, convert_model
from cnn_builder.runs.exports.kept import FormatCheck, keep_export, kept_check, kept_content
from cnn_builder.runs.exports.worth import worth_words
from cnn_builder.runs.results.model_file import digest
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support.converted import FACTS

PATIENCE = 20.0


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


@pytest.fixture
def run(settings: Settings) -> Iterator[Run]:
    """A finished run with a verified model."""
    with Store.open(settings) as store:
        store.create_run(PRESETS["LeNet-5"].architecture, "digits", RunSettings())
        claimed = store.claim_next(1)
        assert claimed is not None
        folder = settings.run_folder(claimed.run_id)
        folder.mkdir(parents=True)
        (folder / BEST).write_bytes(b"a model")
        model = {"verified": True, "images": 100, "difference": 0.0, "sha256": digest(folder / BEST)}
        score = {"test_accuracy": 0.75, "test_loss": 0.2, "best_epoch": 1, "seconds": 1.0}
        store.finish(claimed.run_id, "finished", None, {**score, "evaluation": {"images": 100, "model": model}})
        yield store.get(claimed.run_id)


def keep(run: Run, settings: Settings, form: str = "litert") -> FormatCheck:
    made = settings.home / "made"
    made.write_bytes(b"converted")
    return keep_export(run, settings, form, made, FACTS)


def test_what_is_kept_is_read_again(run: Run, settings: Settings) -> None:
    check = keep(run, settings)
    assert kept_check(run, settings, "litert") == check and check.bytes == 9 and check.pictures[0].after == "5"
    assert kept_content(run, settings, "litert") == b"converted" and kept_check(run, settings, "onnx") is None
    assert checked_export(run, settings, "litert") == check  # nothing is made anew


@pytest.mark.parametrize("what", ["model", "file", "facts"])
def test_what_belongs_to_another_model_is_not_offered(run: Run, settings: Settings, what: str) -> None:
    keep(run, settings)
    folder = settings.run_folder(run.run_id)
    changed = {"model": folder / BEST, "file": folder / "exports" / "litert", "facts": folder / "exports/litert.json"}
    changed[what].write_text("{}")
    assert kept_check(run, settings, "litert") is None


def check(form: str, size: int, ms: float, changed: int = 0, lost: int = 0) -> FormatCheck:
    return FormatCheck(
        form, size, 10_000, 0.99 - lost / 10_000, 1 - changed / 10_000, tuple(range(changed)), 0, lost, 0.1 if changed
        else 1e-6, ms,
    )  # fmt: skip


def test_a_small_network_gains_nothing_by_int8() -> None:
    small = {"keras": check("keras", 90_000, 2.0), "litert": check("litert", 60_000, 0.03)}
    words = worth_words({**small, "litert-int8": check("litert-int8", 20_000, 0.02, 3, 1)})
    same = "The same answer for all 10,000 test images, with the same probabilities."
    assert words["litert"] == f"{same} Worth it: 66.7 times faster than Keras."
    changed = "3 of 10,000 answers changed; a difference in accuracy (−0.01 points) cannot be told from chance."
    assert words["litert-int8"].startswith(changed)
    assert words["litert-int8"].endswith(
        "It gains nothing that matters on so small a network: 20.0 kB instead of 60.0 kB, 0.02 ms instead of 0.03 ms."
    )


def test_a_large_network_gains_by_int8_unless_it_loses_accuracy() -> None:
    large = {"keras": check("keras", 9_000_000, 2.0), "litert": check("litert", 8_000_000, 3.0)}
    words = worth_words({**large, "litert-int8": check("litert-int8", 2_000_000, 1.0)})
    assert words["litert-int8"].endswith("Worth it: 4.0 times smaller and 3.0 times faster than LiteRT float32.")
    words = worth_words({**large, "litert-int8": check("litert-int8", 2_000_000, 1.0, 300, 300)})
    assert "3.00 points less accurate, which is not chance" in words["litert-int8"]
    assert words["litert-int8"].endswith("worth it only where that matters more than accuracy.")


def test_onnx_is_offered_only_where_its_packages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == "tf2onnx" else object())
    assert formats.available_formats() == ("keras", "litert", "litert-int8", "savedmodel")
    assert "ONNX needs tf2onnx, which is not installed here" in formats.missing_words("onnx")


def process(*lines: object, code: int = 0, stderr: str = "") -> list[str]:
    """A command that prints these lines, as the conversion's process does."""
    printed = "\n".join(json.dumps(line) if isinstance(line, dict) else str(line) for line in lines)
    script = f"import sys; print({printed!r}); print({stderr!r}, file=sys.stderr); sys.exit({code})"
    return [sys.executable, "-c", script]


def test_the_process_is_followed_and_what_it_refuses_is_told(run: Run, settings: Settings) -> None:
    told: list[ConversionStep] = []
    command = process(
        {"form": "litert", "place": 1, "of": 2}, "a line of TensorFlow's", {"form": "litert", "done": True},
        {"form": "onnx", "place": 2, "of": 2}, {"form": "onnx", "failed": "No such operation."},
    )  # fmt: skip
    failed = convert_model(run, settings, ["litert", "onnx"], told.append, command)
    assert failed == {"onnx": "No such operation."}
    assert [(step.place, step.words.partition(":")[0]) for step in told[1:]] == [(1, "LiteRT float32"), (2, "ONNX")]


def test_a_process_that_dies_is_told_with_its_last_line(run: Run, settings: Settings) -> None:
    command = process({"form": "litert", "place": 1, "of": 1}, code=1, stderr="noise\nThe images are gone.")
    with pytest.raises(StoreError, match=r"cannot be converted: The images are gone\.$"):
        convert_model(run, settings, ["litert"], command=command)
    with pytest.raises(StoreError, match="was not converted within 0 s"):
        slow = [sys.executable, "-c", "import time; time.sleep(60)"]
        convert_model(run, settings, ["litert"], command=slow, seconds=0.01)


def test_conversions_go_on_in_the_background_one_at_a_time(run: Run, settings: Settings) -> None:
    begun, go = threading.Semaphore(0), threading.Event()
    made: list[Sequence[str]] = []

    def convert(
        run: Run, settings: Settings, forms: Sequence[str], told: Callable[[ConversionStep], None]
    ) -> dict[str, str]:
        made.append(forms)
        told(ConversionStep("Halfway", 1, 2))
        begun.release()
        assert go.wait(PATIENCE)
        if forms == ("bad",):
            raise StoreError("It cannot be.")
        return {"onnx": "No."}

    conversions = Conversions(settings, convert)
    conversions.start(run, ["litert"])
    conversions.start(run, ["a second click"])
    assert begun.acquire(timeout=PATIENCE) and conversions.state(run.run_id).step.words == "Halfway"
    go.set()
    ended(conversions, run)
    assert conversions.state(run.run_id).failed == {"onnx": "No."} and made == [("litert",)]
    conversions.start(run, ["bad"])
    ended(conversions, run)
    assert (conversions.state(run.run_id).status, conversions.state(run.run_id).reason) == ("failed", "It cannot be.")


def ended(conversions: Conversions, run: Run) -> None:
    end = threading.Event()
    while conversions.state(run.run_id).status == "running":
        end.wait(0.001)
