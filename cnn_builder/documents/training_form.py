"""The training settings that belong to a document, in a file beside it, so that a reload does not lose them.

Not a part of the document: undo in the network leaves them alone.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnn_builder.documents.autosave import DocumentStore, Stamp, stamp_of
from cnn_builder.documents.document import DocumentError
from cnn_builder.files import PRIVATE, write_whole

VERSION = 1


@dataclass(frozen=True)
class TrainingForm:
    """The form's values by field, and the image limits by data set for those switched away from. Plain JSON values.

    ``sweep``: the fields of a sweep that are not at their defaults.
    """

    values: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, dict[str, Any]] = field(default_factory=dict)
    sweep: dict[str, Any] = field(default_factory=dict)


class TrainingForms:
    """Training settings as files in ``folder``, one for each document's id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, document_id: str, form: TrainingForm) -> None:
        """Replace the file: the old one or the new one, never half. Raises DocumentError when it can't be written."""
        content = {"version": VERSION, "values": form.values, "limits": form.limits, "sweep": form.sweep}
        try:
            write_whole(self._path(document_id), json.dumps(content, ensure_ascii=False), mode=PRIVATE)
        except OSError as error:
            raise DocumentError(
                f"The training settings could not be saved in {self.folder}: {error.strerror}. "
                "They are lost when the page is reloaded."
            ) from None

    def load(self, document_id: str) -> TrainingForm:
        """The saved settings; empty where there are none, or the file is damaged: each field then has its default."""
        try:
            content = json.loads(self._path(document_id).read_text(encoding="utf-8"))
            parts = values, limits, sweep = content["values"], content["limits"], content.get("sweep", {})
            if content["version"] != VERSION or not all(isinstance(part, dict) for part in parts):
                return TrainingForm()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return TrainingForm()
        return TrainingForm(values, {name: kept for name, kept in limits.items() if isinstance(kept, dict)}, sweep)

    def stamp(self, document_id: str) -> Stamp | None:
        """What changes whenever the settings are saved, by whomever; None when there are none."""
        return stamp_of(self._path(document_id))

    def _path(self, document_id: str) -> Path:
        if not DocumentStore.is_id(document_id):
            raise DocumentError("A document's id has 12 to 32 letters and digits.")
        return self.folder / f"{document_id}.training.json"
