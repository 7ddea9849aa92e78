"""An assignment on this server: its pack, how each student stands, what was handed in, and the grades."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from cnn_builder import limits
from cnn_builder.architecture import Architecture, trace
from cnn_builder.files import PRIVATE, write_whole
from cnn_builder.learn.assignments.checking import network_reasons
from cnn_builder.learn.assignments.grading import Grade
from cnn_builder.learn.assignments.pack import AssignmentPack, read_pack
from cnn_builder.learn.assignments.submission import Submission
from cnn_builder.learn.errors import AssignmentError

_ID = re.compile(r"[0-9a-f]{16}")
MOST_PACKS, MOST_STUDENTS = 200, 500
COLUMNS = ("submission", "passed", "test_accuracy", "total_params", "total_macs", "reasons")


@dataclass(frozen=True)
class StudentState:
    """How a student stands: what was built last, and, once handed in, what came of it.

    Args:
        learner: id of the student's browser, which nobody else can guess.
        student: the name that was given, "" before.
        where: in a few words: "building", what is over budget, "handed in".
        seen: when, in unix seconds.
        total_params: of what was built last.
        grading_run: id of the run that grades it, "" before.
    """

    learner: str
    student: str = ""
    where: str = ""
    seen: float = 0.0
    total_params: int = 0
    grading_run: str = ""


class Classroom:
    """The assignments in ``folder``, each with its students. ``clock`` gives unix seconds."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder, self._clock = folder, clock

    def packs(self) -> list[AssignmentPack]:
        """The assignments on this server, the newest first; files that cannot be read are left out."""
        found = []
        for path in self.folder.glob("*/pack.json"):
            try:
                found.append((path.stat().st_mtime, read_pack(path)))
            except (AssignmentError, OSError):
                continue
        return [pack for _, pack in sorted(found, key=lambda one: -one[0])]

    def add(self, pack: AssignmentPack, maker: str = "") -> str:
        """Keep an assignment; its id. ``maker`` is the learner id of who made it. Raises AssignmentError."""
        folder = self._pack(pack.pack_id)
        if not folder.is_dir() and sum(1 for _ in self.folder.glob("*/pack.json")) >= MOST_PACKS:
            raise AssignmentError(f"At most {MOST_PACKS} assignments are kept here. Delete the folder of an old one.")
        known = (folder / "pack.json").is_file()
        self._write(folder / "pack.json", pack.to_json())
        if maker and not known:
            self._write(folder / "maker", _safe(maker))
        return pack.pack_id

    def maker(self, pack_id: str) -> str:
        """Learner id of who made the assignment here; "" where it came from elsewhere."""
        try:
            return (self._pack(pack_id) / "maker").read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def get(self, pack_id: str) -> AssignmentPack | None:
        """The assignment of this id, None where there is none that can be read."""
        try:
            return read_pack(self._pack(pack_id) / "pack.json")
        except AssignmentError:
            return None

    # Students ---------------------------------------------------------------------------------------------

    def notice(self, pack: AssignmentPack, learner: str, network: Architecture) -> None:
        """Remember what a student is building: written only where it has changed."""
        before = self.student(pack.pack_id, learner)
        if before is not None and before.where.startswith("handed in"):
            return
        reasons, traced = network_reasons(pack, network), trace(network)
        where = reasons[0].told if reasons else "within the budgets"
        now = replace(before or StudentState(learner), where=where, total_params=traced.total_params)
        if before is None or (now.where, now.total_params) != (before.where, before.total_params):
            self._keep(pack.pack_id, replace(now, seen=self._clock()))

    def student(self, pack_id: str, learner: str) -> StudentState | None:
        return next((one for one in self.students(pack_id) if one.learner == learner), None)

    def students(self, pack_id: str) -> list[StudentState]:
        """Everybody who has opened the assignment, by name."""
        found = []
        for path in sorted(self._pack(pack_id).glob("student-*.json"))[:MOST_STUDENTS]:
            try:
                found.append(StudentState(**json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError):
                continue
        return sorted(found, key=lambda one: (one.student == "", one.student.lower()))

    def hand_in(self, pack: AssignmentPack, learner: str, submission: Submission) -> None:
        """Keep a submission in place of an earlier one. Raises AssignmentError."""
        folder = self._pack(pack.pack_id)
        if sum(1 for _ in folder.glob("student-*.json")) >= MOST_STUDENTS:
            raise AssignmentError(f"At most {MOST_STUDENTS} students can hand in.")
        self._write(folder / f"submission-{_safe(learner)}.json", submission.to_json())
        total = trace(submission.architecture).total_params
        state = StudentState(learner, submission.student, "handed in", self._clock(), total)
        self._keep(pack.pack_id, state)

    def submission(self, pack_id: str, learner: str) -> Submission | None:
        """What a student has handed in; None where nothing was, or it cannot be read."""
        try:
            content = (self._pack(pack_id) / f"submission-{_safe(learner)}.json").read_bytes()
            return Submission.from_json(content[: limits.MAX_TEXT_BYTES + 1])
        except (OSError, AssignmentError):
            return None

    def set_grading_run(self, pack_id: str, student: StudentState, run_id: str) -> None:
        """Remember which run grades a student's submission."""
        self._keep(pack_id, replace(student, grading_run=run_id))

    # Files ------------------------------------------------------------------------------------------------

    def _pack(self, pack_id: str) -> Path:
        if not _ID.fullmatch(pack_id):
            raise AssignmentError("An assignment's id has 16 letters and digits.")
        return self.folder / pack_id

    def _keep(self, pack_id: str, state: StudentState) -> None:
        self._write(self._pack(pack_id) / f"student-{_safe(state.learner)}.json", json.dumps(asdict(state)))

    def _write(self, path: Path, content: str) -> None:
        try:
            write_whole(path, content, mode=PRIVATE)
        except OSError as error:
            raise AssignmentError(f"The assignment could not be saved in {self.folder}: {error.strerror}.") from None


def _safe(learner: str) -> str:
    if not _ID.fullmatch(learner):
        raise AssignmentError("A learner's id has 16 letters and digits.")
    return learner


def grades_csv(grades: Sequence[Grade]) -> str:
    """The table as CSV with a head; what a spreadsheet would take for a formula is quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in grades:
        values = one.to_dict()
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    text = " ".join(value) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text[:1] in ("=", "+", "-", "@") else "" if text is None else text


def spread(values: Sequence[float]) -> str:
    """Lowest, median and highest of some accuracies, in words; "" of none."""
    if not values:
        return ""
    return f"lowest {min(values):.4f} · median {median(values):.4f} · highest {max(values):.4f}"
