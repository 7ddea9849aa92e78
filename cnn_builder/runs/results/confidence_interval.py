"""How uncertain an accuracy is, and whether two networks differ. 95 % confidence intervals, in pure Python."""

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""The standard normal's 97.5 % point: what makes an interval one of 95 %."""


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`; shares, or differences of shares."""

    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        return self.low <= 0 <= self.high


def wilson(right: int, images: int) -> Interval:
    """The 95 % interval for a share of `right` in `images`.

    Wilson's score interval, which stays within 0 and 1 and holds for shares near 1: E. B. Wilson, "Probable inference,
    the law of succession, and statistical inference", JASA 22 (1927). Raises ValueError.
    """
    if images < 1 or not 0 <= right <= images:
        raise ValueError(f"expected 0 to n images right of at least one, received {right} of {images}")
    share, spread = right / images, Z * Z / images
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / images + spread / (4 * images))
    return Interval(0.0 if right == 0 else max(middle - half, 0.0), 1.0 if right == images else min(middle + half, 1.0))


def paired_difference(gained: int, lost: int, images: int) -> Interval:
    """The 95 % interval for the second share minus the first, of two networks on the same images.

    Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data",
    J. Educational and Behavioral Statistics 37 (2012). Only images on which the networks disagree tell them apart.

    Args:
        gained: images that the second reads right and the first wrong; `lost`: the other way round.

    Raises ValueError.
    """
    if images < 1 or min(gained, lost) < 0 or gained + lost > images:
        raise ValueError(f"expected two counts of at most {images} images in all, received {gained} and {lost}")
    up, down = (gained + 1) / (images + 2), (lost + 1) / (images + 2)
    half = Z * math.sqrt((up + down - (up - down) ** 2) / (images + 2))
    return Interval(max(up - down - half, -1.0), min(up - down + half, 1.0))


def separate_difference(first: tuple[int, int], second: tuple[int, int]) -> Interval:
    """The 95 % interval for the second share minus the first, each (right, images) of images of its own.

    Newcombe's hybrid of two Wilson intervals: "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998), method 10. Raises ValueError.
    """
    one, two = wilson(*first), wilson(*second)
    share, other = first[0] / first[1], second[0] / second[1]
    low = math.hypot(other - two.low, one.high - share)
    high = math.hypot(two.high - other, share - one.low)
    return Interval(other - share - low, other - share + high)
