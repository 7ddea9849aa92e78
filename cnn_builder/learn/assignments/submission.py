"""What a student hands in: a network, how it is to be trained, and what the own run came to."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.errors import shown
from cnn_builder.learn.assignments.pack import AssignmentPack
from cnn_builder.learn.assignments.values import json_object, moment_field, network_field, text_field
from cnn_builder.learn.errors import AssignmentError
from cnn_builder.runs import Run, RunSettings
from cnn_builder.runs.settings import RunSettingsError

VERSION = 1
_FIELDS = ("version", "assignment", "student", "dataset", "architecture", "settings", "test_accuracy", "submitted")


@dataclass(frozen=True)
class Submission:
    """What was handed in.

    Args:
        assignment: the pack's id.
        student: the name that was given.
        dataset, architecture, settings: of the student's run.
        test_accuracy: of that run, on the images that are not held out; None where there was none.
        submitted: when, as ISO 8601, or None.
    """

    assignment: str
    student: str
    dataset: str
    architecture: Architecture
    settings: RunSettings
    test_accuracy: float | None = None
    submitted: str | None = None

    @classmethod
    def of_run(cls, pack: AssignmentPack, student: str, run: Run, submitted: str) -> Submission:
        """A run, handed in."""
        return cls(pack.pack_id, student, run.dataset, run.architecture, run.settings, run.test_accuracy, submitted)

    @classmethod
    def of_network(cls, pack: AssignmentPack, student: str, architecture: Architecture) -> Submission:
        """A network without a run: it is trained as the pack says."""
        return cls(pack.pack_id, student, pack.dataset, architecture, pack.run_settings())

    def to_json(self) -> str:
        data = {
            "version": VERSION, "assignment": self.assignment, "student": self.student, "dataset": self.dataset,
            "test_accuracy": self.test_accuracy, "submitted": self.submitted,
            "settings": self.settings.model_dump(mode="json"), "architecture": self.architecture.to_dict(),
        }  # fmt: skip
        return json.dumps(data, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, content: str | bytes) -> Submission:
        """Raises AssignmentError, naming the field."""
        data = json_object(content, "submission", _FIELDS)
        if data.get("version") != VERSION:
            raise AssignmentError(f"version: expected {VERSION}, received {shown(data.get('version'))}.")
        accuracy = data.get("test_accuracy")
        if accuracy is not None and (isinstance(accuracy, bool) or not isinstance(accuracy, int | float)):
            raise AssignmentError(f"test_accuracy: expected a number or null, received {shown(accuracy)}.")
        settings = data.get("settings", {})
        if not isinstance(settings, dict):
            raise AssignmentError(f"settings: expected an object, received {shown(settings)}.")
        try:
            made = RunSettings(**settings)
        except RunSettingsError as error:
            raise AssignmentError(f"settings: {error}") from None
        return cls(
            text_field(data, "assignment"), text_field(data, "student"), text_field(data, "dataset", required=False),
            network_field(data), made, accuracy, moment_field(data, "submitted"),
        )  # fmt: skip
