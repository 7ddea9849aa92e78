"""Chooses the next question: of the level asked for, as varied as the network allows."""

from __future__ import annotations

import random
from collections.abc import Collection

from cnn_builder.architecture import Architecture, trace
from cnn_builder.learn.drills.changes import halving_drills, padding_drills
from cnn_builder.learn.drills.counts import counting_drills
from cnn_builder.learn.drills.drill import HARDEST, Drill
from cnn_builder.learn.drills.misfits import misfit_drills
from cnn_builder.learn.errors import DrillError

MOST = 1_000
"""Drills of one request."""


def all_drills(architecture: Architecture, rng: random.Random) -> list[Drill]:
    """Every question that can be asked about the network; `rng` orders choices and picks what is broken."""
    traced = trace(architecture)
    return [
        *counting_drills(architecture, traced),
        *halving_drills(architecture, traced, rng),
        *padding_drills(architecture, traced),
        *misfit_drills(architecture, traced, rng),
    ]


def next_drill(
    architecture: Architecture, level: int, rng: random.Random, asked: Collection[str] = (), last_kind: str = ""
) -> Drill:
    """A question of the level, or of the nearest one that the network has.

    Args:
        level: from 1 to HARDEST.
        rng: decides; the same state gives the same question.
        asked: keys of the questions that were asked before, passed over as long as there are others.
        last_kind: the kind to follow with another one, where there is one.

    Raises DrillError for a network about which nothing can be asked.
    """
    return _chosen(all_drills(architecture, rng), level, rng, asked, last_kind)


def _chosen(found: list[Drill], level: int, rng: random.Random, asked: Collection[str], last_kind: str) -> Drill:
    if not found:
        raise DrillError(
            "There is nothing to ask about this network: expected at least one layer that changes its input's shape "
            "or has parameters. Add one, or choose a preset."
        )
    fresh = [drill for drill in found if drill.key not in asked] or found
    # Nearest level first; of two as near, the easier one.
    nearest = min({drill.level for drill in fresh}, key=lambda one: (abs(one - level), one))
    there = [drill for drill in fresh if drill.level == nearest]
    kinds = sorted({drill.kind for drill in there})
    kinds = [kind for kind in kinds if kind != last_kind] or kinds
    kind = rng.choice(kinds)
    return rng.choice([drill for drill in there if drill.kind == kind])


def drill_series(architecture: Architecture, count: int, seed: int, level: int | None = None) -> list[Drill]:
    """`count` questions, the same for the same seed; from easy to hard, or all of one level.

    Raises DrillError: see `next_drill`; also for a count or a level out of range.
    """
    if not 1 <= count <= MOST:
        raise DrillError(f"count: expected 1 to {MOST:,} drills, received {count:,}.")
    if level is not None and not 1 <= level <= HARDEST:
        raise DrillError(f"level: expected 1 to {HARDEST}, received {level}.")
    rng = random.Random(seed)
    found = all_drills(architecture, rng)
    drills: list[Drill] = []
    for place in range(count):
        wanted = level or 1 + place * HARDEST // count
        asked = {drill.key for drill in drills}
        drills.append(_chosen(found, wanted, rng, asked, drills[-1].kind if drills else ""))
    return drills
