"""What keeps a network or a submission from passing, before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from cnn_builder.architecture import Architecture, trace
from cnn_builder.data import dataset_title, find_dataset, load_dataset
from cnn_builder.learn.assignments.pack import AssignmentPack
from cnn_builder.learn.assignments.submission import Submission
from cnn_builder.learn.drills.drill import call_of
from cnn_builder.learn.errors import AssignmentError
from cnn_builder.settings import Settings


@dataclass(frozen=True)
class Reason:
    """Why something does not pass: `code` is one of params, macs, epochs, seconds, locked, misfit, output, data,
    test_images, deadline, assignment, training, accuracy; `told` is a sentence."""

    code: str
    told: str


def network_reasons(pack: AssignmentPack, network: Architecture) -> list[Reason]:
    """Of the network alone: that it fits, its budgets, its locked layers."""
    traced, reasons = trace(network), []
    if traced.error is not None:
        reasons.append(Reason("misfit", traced.error.message))
    if network.input_shape != pack.architecture.input_shape:
        wanted = list(pack.architecture.input_shape)
        reasons.append(Reason("misfit", f"The input is {list(network.input_shape)}; the assignment's is {wanted}."))
    info = find_dataset(pack.dataset)
    if traced.error is None and info is not None and traced.output_shape != (len(info.classes),):
        reasons.append(Reason("output", f"The output is not one number for each of the {len(info.classes)} classes."))
    for code, have, most, what in (
        ("params", traced.total_params, pack.max_params, "parameters"),
        ("macs", traced.total_macs, pack.max_macs, "MACs an image"),
    ):
        if most is not None and have > most:
            reasons.append(Reason(code, f"{have:,} {what}; the budget is {most:,}. Remove {have - most:,}."))
    return reasons + locked_reasons(pack, network)


def locked_reasons(pack: AssignmentPack, network: Architecture) -> list[Reason]:
    """Locked layers that are not there unchanged, in their order."""
    at, reasons = 0, []
    for place in pack.locked:
        layer = pack.architecture.layers[place]
        found = next((i for i in range(at, len(network.layers)) if network.layers[i] == layer), None)
        if found is None:
            told = (
                f"Layer {place + 1} of the assignment, {call_of(layer)}, is locked, but was changed, moved or removed."
            )
            reasons.append(Reason("locked", told))
        else:
            at = found + 1
    return reasons


def submission_reasons(pack: AssignmentPack, submission: Submission, settings: Settings) -> list[Reason]:
    """Of everything that was handed in; reads the data sets where the submission names another one."""
    reasons = network_reasons(pack, submission.architecture)
    if submission.assignment != pack.pack_id:
        reasons.append(Reason("assignment", "It was handed in for another assignment, or for another version of it."))
    reasons += _data_reasons(pack, submission, settings)
    asked = submission.settings
    if pack.max_epochs is not None and asked.epochs > pack.max_epochs:
        reasons.append(Reason("epochs", f"{asked.epochs} epochs; the budget is {pack.max_epochs}."))
    if asked.validation_data == "test":
        told = "It validates on test images, so its epochs could be chosen by them. Use a validation split."
        reasons.append(Reason("test_images", told))
    if asked.test_limit is None or asked.test_limit > pack.shown_images:
        told = (
            f"Its run was scored on test images that are held out for the grading: expected the first "
            f"{pack.shown_images:,} only. Set the test limit to that."
        )
        reasons.append(Reason("test_images", told))
    if asked.own_drawings:
        reasons.append(Reason("data", "It trains on drawings besides the assignment's data set. Turn that off."))
    if pack.deadline and submission.submitted and _moment(submission.submitted) > _moment(pack.deadline):
        reasons.append(Reason("deadline", f"Handed in at {submission.submitted}, after {pack.deadline}."))
    return reasons


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _data_reasons(pack: AssignmentPack, submission: Submission, settings: Settings) -> list[Reason]:
    """Another data set; and how many of the assignment's test images are among those it trains on."""
    if submission.dataset == pack.dataset:
        return []
    told = (
        f"It was trained on {dataset_title(submission.dataset, settings) or 'no data set'}; the assignment is on "
        f"{dataset_title(pack.dataset, settings)}."
    )
    reasons = [Reason("data", told)]
    if find_dataset(submission.dataset, settings) is None or find_dataset(pack.dataset, settings) is None:
        return reasons
    shared = images_shared(
        load_dataset(submission.dataset, settings).x_train, load_dataset(pack.dataset, settings).x_test
    )
    if shared:
        told = f"{shared:,} of the images it trains on are test images of the assignment."
        reasons.append(Reason("test_images", told))
    return reasons


def images_shared(train: np.ndarray, test: np.ndarray) -> int:
    """How many of the images that train are, pixel by pixel, among those that test.

    Both are uint8 (images, height, width, channels).
    """
    if train.shape[1:] != test.shape[1:]:
        return 0
    held = {image.tobytes() for image in test}
    return sum(image.tobytes() in held for image in train)


def student_name(text: str) -> str:
    """A name that can be shown. Raises AssignmentError."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise AssignmentError(f"Give your name, at most 80 characters; received {len(name)}.")
    return name
