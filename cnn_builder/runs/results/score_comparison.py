"""How good a run's model is on the test images, and how sure that is; and whether two models differ."""

from dataclasses import dataclass

from cnn_builder.data import find_dataset, same_test_images
from cnn_builder.runs.image_kind import settings_for_run
from cnn_builder.runs.models import Run
from cnn_builder.runs.results.confidence_interval import Interval, paired_difference, separate_difference, wilson
from cnn_builder.runs.results.evaluation import Evaluation, both_right


@dataclass(frozen=True)
class Scored:
    """`right` of `images` test images, and the 95 % interval of the share."""

    right: int
    images: int
    interval: Interval


def images_tested(run: Run) -> int | None:
    """How many test images scored the run; None where this version does not know its data set."""
    recorded = (run.evaluation or {}).get("images")
    if recorded:
        return int(recorded)
    info = find_dataset(run.dataset, settings_for_run(run))
    return None if info is None else min(run.settings.test_limit or info.test_size, info.test_size)


def scored(run: Run) -> Scored | None:
    """The run's test score; None where it has none, or it is not known of how many images."""
    images = images_tested(run)
    if run.test_accuracy is None or not images or not 0 <= run.test_accuracy <= 1:
        return None
    right = round(run.test_accuracy * images)
    return Scored(right, images, wilson(right, images))


@dataclass(frozen=True)
class Verdict:
    """The second model's accuracy minus the first's, with its 95 % confidence interval.

    paired: judged image by image on the same `images`; then `gained` and `lost` are those that only the second and
    only the first reads right.
    """

    difference: float
    interval: Interval
    images: int
    paired: bool
    gained: int = 0
    lost: int = 0

    @property
    def distinguishable(self) -> bool:
        return not self.interval.holds_zero


def verdict(first: Run, second: Run, details: tuple[Evaluation | None, Evaluation | None]) -> Verdict | None:
    """Judge two runs, image by image where both kept what they read; None where there is nothing to judge by.

    Runs on the same test images read them in the same order; of different lengths, the first ones count.
    """
    if not same_test_images(first.dataset, second.dataset):
        return None
    one, two = details
    if one is not None and two is not None:
        images, gained, lost = both_right(one.right, two.right)
        if images:
            difference = (gained - lost) / images
            return Verdict(difference, paired_difference(gained, lost, images), images, True, gained, lost)
    before, after = scored(first), scored(second)
    if before is None or after is None:
        return None
    counts = (before.right, before.images), (after.right, after.images)
    difference = after.right / after.images - before.right / before.images
    return Verdict(difference, separate_difference(*counts), min(before.images, after.images), False)
