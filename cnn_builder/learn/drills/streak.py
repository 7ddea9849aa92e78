"""How a learner stands: the level, and how many answers in a row were right. No points: they would mean nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnn_builder.learn.drills.drill import HARDEST

TO_CLIMB = 2
"""Right answers in a row, at one level, that lead to the next."""


@dataclass(frozen=True)
class Streak:
    """Where a learner is.

    Args:
        level: of the next question, from 1.
        here: right answers in a row at this level.
        streak: right answers in a row, over all levels; `longest` the longest ever.
        asked: answers given, `right` of them right.
    """

    level: int = 1
    here: int = 0
    streak: int = 0
    longest: int = 0
    asked: int = 0
    right: int = 0

    def after(self, right: bool) -> Streak:
        """After an answer: two in a row make it harder, a wrong one easier."""
        if not right:
            return replace(self, level=max(1, self.level - 1), here=0, streak=0, asked=self.asked + 1)
        climbs = self.here + 1 >= TO_CLIMB and self.level < HARDEST
        return Streak(
            level=self.level + climbs,
            here=0 if climbs else self.here + 1,
            streak=self.streak + 1,
            longest=max(self.longest, self.streak + 1),
            asked=self.asked + 1,
            right=self.right + 1,
        )
