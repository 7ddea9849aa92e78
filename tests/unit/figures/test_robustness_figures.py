"""What breaks a network, as a table, as curves and in the report."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DATASETS
from cnn_builder.figures.report import Reported, report
from cnn_builder.figures.robustness_chart import robustness_chart
from cnn_builder.figures.robustness_table import levels_table, robustness_table
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.robustness.curve import RobustnessCurve
from cnn_builder.runs.robustness.kept import Robustness, model_digest, write_robustness
from cnn_builder.runs.robustness.perturbations import PERTURBATIONS
from cnn_builder.runs.robustness.rerun import queue_rerun
from cnn_builder.runs.robustness.rows import RobustnessRow, robustness_rows
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings


def curve_of(key: str, levels: tuple[float, ...], percents: tuple[int, ...]) -> RobustnessCurve:
    """A curve over 100 images of which so many are read right, the first ones."""
    right = np.arange(100)[np.newaxis] < np.array(percents)[:, np.newaxis]
    return RobustnessCurve(key, PERTURBATIONS[key].neutral, levels, right)


BEFORE = curve_of("rotation", (-30, 0, 30), (60, 99, 95))
AFTER = curve_of("rotation", (-30, 0, 30), (90, 98, 96))


def test_the_table_says_where_it_breaks_and_what_helped() -> None:
    rows = [
        RobustnessRow("rotation", BEFORE, "RandomRotation", AFTER),
        RobustnessRow("shift", curve_of("shift", (0, 1), (99, 50)), "RandomTranslation"),
        RobustnessRow("thickness", "no <strokes>", "RandomZoom"),
    ]
    text = robustness_table(rows)
    assert "falls below 90 % from −7° (clockwise)" in text
    assert "+30.00 points at −30°, +1.00 points at 30° (can be chance)" in text
    assert "<td>RandomTranslation</td><td>–</td>" in text
    assert "not measured: no &lt;strokes&gt;" in text
    numbers = levels_table({"a": BEFORE, "<b>": AFTER})
    assert "&lt;b&gt;" in numbers and "60.0\u00a0% ↓" in numbers and "95.0\u00a0%<" in numbers


def test_the_chart_has_a_line_a_run_and_one_at_ninety() -> None:
    figure = robustness_chart({"a": BEFORE, "b": AFTER})
    assert [list(line.x) for line in figure.data] == [[-30, 0, 30]] * 2
    assert list(figure.data[1].y) == [0.9, 0.98, 0.96]
    assert figure.layout.shapes[0].y0 == 0.9 and figure.layout.xaxis.title.text == "Rotation, degrees"
    steps = robustness_chart({"a": curve_of("pgd", (0, 1, 2), (99, 90, 50))})
    assert list(steps.data[0].x) == ["0 of 255", "1 of 255", "2 of 255"]


def test_the_report_tells_what_is_kept_of_the_run_and_of_its_rerun(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with Store.open(settings) as store:
        run = store.create_run(PRESETS["L1"].architecture, "digits", RunSettings())
        assert robustness_rows(run, settings, store.list(None)) == []
        assert "What breaks it" not in report(Reported(run, [], None))
        rerun = queue_rerun(store, settings, run, "rotation", DATASETS["digits"])
        for one, curve in ((run, BEFORE), (rerun, AFTER)):
            folder = settings.run_folder(one.run_id)
            folder.mkdir(parents=True)
            (folder / BEST).write_bytes(one.run_id.encode())
            write_robustness(folder, Robustness(model_digest(folder), "images", {"rotation": curve}, {}))
        rows = robustness_rows(run, settings, store.list(None))
        assert [(row.key, row.layer) for row in rows] == [("rotation", "RandomRotation")]
        assert rows[0].after is not None and rows[0].rerun is not None
        text = report(Reported(run, [], None, [], rows))
    assert "What breaks it" in text and "+30.00 points at −30°" in text
    assert 'aria-label="Rotation by degrees: this run ends at 0.95, with RandomRotation ends at 0.96"' in text
    other = replace(rows[0], after=None)
    assert "with RandomRotation ends" not in report(Reported(run, [], None, [], [other]))
