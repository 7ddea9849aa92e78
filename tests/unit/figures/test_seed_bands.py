"""The band of several seeds: the mean, between the lowest and the highest run."""

from cnn_builder.figures.many_curves import HUES, ComparedRun
from cnn_builder.figures.seed_bands import BandPoint, SeedBand, band_points, seed_bands
from cnn_builder.runs import Metric


def curve(*values: float | None) -> ComparedRun:
    rows = [Metric(epoch, epoch, "epoch", 1.0, 0.5, 1.0, value) for epoch, value in enumerate(values, 1)]
    return ComparedRun("run", rows)


def test_a_point_is_of_the_epochs_that_two_runs_have() -> None:
    runs = [curve(0.5, 0.75, 0.875), curve(0.25, 0.5), curve(None, 0.25)]
    assert band_points(runs, "Validation accuracy") == [
        BandPoint(1, 0.375, 0.25, 0.5, 2),
        BandPoint(2, 0.5, 0.25, 0.75, 3),
    ]
    assert [point.mean for point in band_points([curve(0.5, 0.75)], "Validation accuracy")] == [0.5, 0.75]
    assert band_points(runs, "Learning rate") == []


def test_a_band_has_the_colour_of_its_run_and_a_single_run_is_a_line() -> None:
    many, one = SeedBand("<b>", [curve(0.5, 0.75), curve(0.25, 0.5)], 2), SeedBand("one", [curve(0.5)], 3)
    area, mean, line = seed_bands([many, one], "Validation accuracy").data
    assert list(area.x) == [1, 2, 2, 1] and list(area.y) == [0.5, 0.75, 0.5, 0.25] and area.fill == "toself"
    assert list(mean.y) == [0.375, 0.625] and mean.name == "&lt;b&gt;" and mean.line.color == HUES[2]
    assert line.line.color == HUES[3] and mean.customdata[0] == " (0.25 to 0.5, 2 seeds)" and line.customdata[0] == ""
