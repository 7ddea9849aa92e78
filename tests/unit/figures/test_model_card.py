"""The model card: what is in it, and that nothing breaks its Markdown."""

from pathlib import Path

import numpy as np

from cnn_builder.architecture import PRESETS
from cnn_builder.data import load_dataset
from cnn_builder.data.sets.fingerprint import dataset_fingerprint
from cnn_builder.engine.evaluation_counts import evaluated
from cnn_builder.figures.model_card import model_card
from cnn_builder.runs import Imported, Metric, Run, RunSettings
from cnn_builder.runs.exports.kept import FormatCheck
from cnn_builder.runs.results.card_facts import CardFacts
from cnn_builder.runs.results.confidence_interval import Interval
from cnn_builder.runs.results.seeds import SeedScores
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.rows import RobustnessRow
from cnn_builder.settings import Settings

EVALUATION = {"images": 360, "versions": {"keras": "3.15.1"}, "model": {"sha256": "0" * 64}}
RUN = Run(
    "0mwybd8ho-y90ij", "L2 | *mine* <b>", "finished", None, "digits", PRESETS["L2"].architecture,
    RunSettings(epochs=2, l2=0.001), 421_642, 0.0, best_epoch=2, test_loss=0.5, test_accuracy=0.95,
    evaluation=EVALUATION, notes="first\n# second", tags=("a_b",),
)  # fmt: skip


def test_a_card_has_all_that_is_known() -> None:
    digits = load_dataset("digits")
    read = (digits.y_test + (np.arange(len(digits.y_test)) % 20 == 0)) % 10
    details = evaluated(digits, read, np.full((len(read), 10), 0.1))
    checks = {form: FormatCheck(form, 9_000, 360, 0.95, 1.0, (), 0, 0, 0.0, 1.0) for form in ("keras", "litert")}
    seeds = SeedScores((0, 1), (0.95, 0.96), 0.955, Interval(0.9, 1.0))
    rows = [Metric(2, 20, "epoch", 0.25, 0.9, 0.3, 0.8)]
    right = np.array([[True] * 5, [True] * 4 + [False]])
    broken = RobustnessRow("rotation", RobustnessCurve("rotation", 0.0, (0.0, 30.0), right), "RandomRotation")
    card = model_card(CardFacts(RUN, rows, (), details, "0123456789abcdef", seeds, checks, [broken]))
    for line in (
        "# L2 \\| \\*mine\\* \\<b\\>", "\\# second", "Tags: a\\_b", "| Fingerprint | 0123456789abcdef, of all images",
        "| Training images | 1,293 |", "| L2 penalty | 0.001 |",
        "Last epoch (2): training loss 0.2500, accuracy 0.9000; validation loss 0.3000, accuracy 0.8000.",
        "**Test accuracy 0.9500**, 95 % confidence interval 0.9224 to 0.9681 (360 test images).",
        "Over 2 seeds (0, 1) the mean test accuracy is 0.9550", "Best epoch 2 by validation accuracy.",
        "- 3 predicted as 4: ", "| LiteRT float32 | 9.0 kB | 0.9500 | 0 | 1.00 |", "- keras 3.15.1", "`" + "0" * 64,
        "| 1 | Conv2D |", "## What breaks it", "| Rotation | falls below 90 % from 15°",
    ):  # fmt: skip
        assert line in card, line
    assert card.endswith(".\n") and "\n\n\n" not in card


def test_an_imported_run_has_no_settings_in_its_card() -> None:
    imported = Run(
        "0mwybd8ho-y90ij", "theirs", "finished", None, "", PRESETS["L2"].architecture, RunSettings(), 421_642, 0.0,
        imported=Imported("their_model.keras", "1" * 64, "3.1"),
    )  # fmt: skip
    card = model_card(CardFacts(imported))
    assert (
        "What breaks it" not in card
        and "imported from their\\_model.keras" in card
        and "Adam" not in card
        and "There is no test accuracy." in card
    )
    assert (
        "| Fingerprint | not known here |" in card and "The versions that trained this model were not recorded." in card
    )


def test_the_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    first = dataset_fingerprint("digits", Settings(home=tmp_path))
    assert first == dataset_fingerprint("digits", Settings(home=tmp_path)) and len(first or "") == 16
    assert dataset_fingerprint("mnist_sample", Settings(home=tmp_path)) != first
