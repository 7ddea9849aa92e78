"""Assignments: a task with budgets and a goal, what students hand in, and the grade on test images nobody saw."""

from cnn_builder.learn.assignments.checking import Reason, network_reasons, submission_reasons
from cnn_builder.learn.assignments.pack import AssignmentPack
from cnn_builder.learn.assignments.submission import Submission

__all__ = ["AssignmentPack", "Reason", "Submission", "network_reasons", "submission_reasons"]
