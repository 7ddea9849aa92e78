"""Documents in files, so that neither a reload nor a restart loses anything."""

import re
import secrets
from pathlib import Path

from cnn_builder.documents import document_file
from cnn_builder.documents.document import Document, DocumentError
from cnn_builder.files import PRIVATE, write_whole

_ID = re.compile(r"[a-z0-9]{12,32}")

Stamp = tuple[int, int]


class DocumentStore:
    """Documents as files in ``folder``, one an id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def new_id() -> str:
        """An id nobody can guess: whoever has it can open the document."""
        return secrets.token_hex(8)

    @staticmethod
    def is_id(text: str | None) -> bool:
        """Whether ``text`` can be a document's id (and nothing that leads out of the folder)."""
        return text is not None and _ID.fullmatch(text) is not None

    def save(self, document_id: str, document: Document) -> None:
        """Replace the file at once. Raises DocumentError when it cannot be written."""
        try:
            write_whole(self._path(document_id), document_file.write_document(document), mode=PRIVATE)
        except OSError as error:
            raise DocumentError(f"The network could not be saved in {self.folder}: {error.strerror}.") from None

    def load(self, document_id: str) -> Document | None:
        """The document, or None when there is none. Raises DocumentError when it cannot be read."""
        try:
            return document_file.read_document(self._path(document_id).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise DocumentError("The saved network cannot be read. A new one was started.") from None

    def stamp(self, document_id: str) -> Stamp | None:
        """What changes whenever the document is saved, by whomever; None when there is none."""
        return stamp_of(self._path(document_id))

    def _path(self, document_id: str) -> Path:
        if not self.is_id(document_id):
            raise DocumentError("A document's id has 12 to 32 letters and digits.")
        return self.folder / f"{document_id}.json"


def stamp_of(path: Path) -> Stamp | None:
    """What changes whenever a file is replaced; None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
