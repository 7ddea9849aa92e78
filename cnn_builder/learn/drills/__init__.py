"""Questions made from a network, with answers from its trace."""

from cnn_builder.learn.drills.drill import HARDEST, KINDS, Drill
from cnn_builder.learn.drills.making import drill_series, next_drill
from cnn_builder.learn.drills.marking import is_right, read_answer
from cnn_builder.learn.drills.streak import Streak

__all__ = [
    "HARDEST",
    "KINDS",
    "Drill",
    "Streak",
    "drill_series",
    "is_right",
    "next_drill",
    "read_answer",
]
