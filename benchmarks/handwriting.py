"""What runs read in drawings by many hands (`benchmarks.hands`), and how sure they say they are."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.hands import HELD_OUT, NO_DIGITS, TUNED, Hand, Style, paint, scribble, some_style, written
from cnn_builder.data import DatasetInfo, Prepared, describe, prepare
from cnn_builder.runs import Run, ServiceClient
from cnn_builder.runs.workers.service_api import Questions
from cnn_builder.settings import Settings
from cnn_builder.ui.shared.confidence import CONFIDENT, STRANGE, confidence_statement

SCRIBBLES = 10
RIGHT, TURNED_AWAY, NOT_CONFIDENT = 0.975, 0.02, 0.8
"""The targets: digits read right, digits turned away (at most), letters and scribbles not confidently a digit."""


@dataclass(frozen=True)
class Drawn:
    """One drawing, made to look like the data set's images."""

    group: str
    label: str
    hand: str
    style: str
    prepared: Prepared


@dataclass(frozen=True)
class Outcome:
    """What became of one drawing. `right` is for digits; `said` is the verdict's kind, "refused" without one."""

    group: str
    hand: str
    style: str
    right: bool
    said: str


def styles(random: np.random.Generator) -> dict[str, Style]:
    """One usual style, and the same hand with pens, sizes and places that are hard to read."""
    usual = some_style(random)
    return {
        "usual": usual,
        "thin pen": replace(usual, pen=float(random.uniform(12, 30))),
        "thick pen": replace(usual, pen=float(random.uniform(125, 150))),
        "cut off": replace(usual, cut=float(random.uniform(0.05, 0.15))),
        "small": replace(usual, height=float(random.uniform(180, 300)), pen=float(random.uniform(30, 50))),
        "slanted": replace(
            usual, slant=float(random.choice([-0.35, 0.4])), turn=float(random.choice([-14.0, 14.0]))
        ),
    }  # fmt: skip


def drawings(count: int, seed: int) -> Iterator[tuple[str, Hand, str, np.ndarray]]:
    """(group, hand, style, canvas picture): `count` usual drawings by each hand, and one of each hard style a third."""
    random = np.random.default_rng(seed)
    scribbles = tuple(scribble(random) for _ in range(SCRIBBLES))
    groups = {"hands tuned on": TUNED, "hands held out": HELD_OUT, "no digits": (*NO_DIGITS, *scribbles)}
    for group, hands in groups.items():
        for hand in hands:
            for turn in range(count):
                for name, style in styles(random).items():
                    if name == "usual" or turn % 3 == 0:
                        yield group, hand, name, paint(written(hand, style, random), style.pen)


def prepared(count: int, seed: int, info: DatasetInfo) -> list[Drawn]:
    """The drawings as a run on this data set sees them."""
    return [
        Drawn(group, hand.label, f"{hand.label} {hand.name}".strip(), style, prepare(picture, info))
        for group, hand, style, picture in drawings(count, seed)
    ]


def outcomes(run: Run, settings: Settings, drawn: Sequence[Drawn]) -> list[Outcome]:
    """Every drawing asked of the run, as `predict` and the Draw page do."""
    info = describe(run.dataset)
    service = ServiceClient(settings)
    try:
        asked = Questions(service, run.run_id)
        while not asked.read(np.zeros(info.input_shape, np.uint8)).settled:
            time.sleep(0.1)  # it measures how sure it may be
        return [_outcome(asked, info, each) for each in drawn]
    finally:
        service.close()


def _outcome(asked: Questions, info: DatasetInfo, drawn: Drawn) -> Outcome:
    if drawn.prepared.image is None:
        return Outcome(drawn.group, drawn.hand, drawn.style, False, "refused")
    answer = asked.read(drawn.prepared.image)
    right = info.classes[int(answer.probabilities.argmax())] == drawn.label
    kind = confidence_statement(answer, info, len(drawn.prepared.warnings)).kind
    return Outcome(drawn.group, drawn.hand, drawn.style, right, kind)


def table(found: dict[str, list[Outcome]]) -> str:
    """The shares read right by hand and by style, and what is said of digits and of no digits: a column a run."""
    lines = [f"{'':34}" + "".join(f"{name[:18]:>20}" for name in found)]

    def row(title: str, shares: Sequence[float]) -> None:
        lines.append(f"{title:34}" + "".join(f"{share:>20.1%}" for share in shares))

    for group in ("hands tuned on", "hands held out"):
        own = {name: [each for each in all_ if each.group == group] for name, all_ in found.items()}
        first = next(iter(own.values()))
        lines.append(f"\n{group}, read right")
        for hand in dict.fromkeys(each.hand for each in first):
            row(f"  {hand}", [_share(all_, hand=hand) for all_ in own.values()])
        for style in dict.fromkeys(each.style for each in first):
            row(f"  · {style}", [_share(all_, style=style) for all_ in own.values()])
        row("  all", [_share(all_) for all_ in own.values()])
        row("  turned away (at most 2 %)", [turned_away(all_) for all_ in own.values()])
        row("  called a digit with confidence", [_said(all_, CONFIDENT) for all_ in own.values()])
    nothing = [[each for each in all_ if each.group == "no digits"] for all_ in found.values()]
    lines.append("\nletters and scribbles")
    row("  not confidently a digit (≥ 80 %)", [1 - _said(all_, CONFIDENT) for all_ in nothing])
    return "\n".join(lines)


def is_good(all_: Sequence[Outcome]) -> bool:
    """Whether a run reads the usual drawings by held-out hands, turns few digits away and is seldom wrongly sure."""
    digits = [each for each in all_ if each.group != "no digits"]
    usual = [each for each in digits if each.group == "hands held out" and each.style == "usual"]
    unsure = 1 - _said([each for each in all_ if each.group == "no digits"], CONFIDENT)
    return _share(usual) >= RIGHT and turned_away(digits) <= TURNED_AWAY and unsure >= NOT_CONFIDENT


def turned_away(all_: Sequence[Outcome]) -> float:
    """The share of digits of which it is said that they are none."""
    return _said(all_, STRANGE) + _said(all_, "refused")


def _said(all_: Sequence[Outcome], kind: str) -> float:
    return float(np.mean([each.said == kind for each in all_]))


def _share(all_: Sequence[Outcome], hand: str | None = None, style: str | None = None) -> float:
    return float(
        np.mean([each.right for each in all_ if hand in (None, each.hand) and style in (None, each.style)])
    )  # fmt: skip
