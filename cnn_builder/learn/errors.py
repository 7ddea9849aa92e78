"""What can be wrong with what a learner or a teacher brings."""

from cnn_builder.architecture.errors import CnnBuilderError


class LearnError(CnnBuilderError):
    """Root of the errors of lessons, drills and assignments."""


class DrillError(LearnError):
    """A network that no drill can be made from, or a request for drills that cannot be met."""


class LessonError(LearnError):
    """A lesson's file that cannot be read, or is not a lesson; the message names the step and the field."""


class ProgressError(LearnError):
    """What a learner has done cannot be kept."""


class AssignmentError(LearnError):
    """An assignment or a submission that cannot be read, kept or graded; the message names the field."""
