"""What is being built: an architecture, names for its layers, what is selected, and the way back.

A document is immutable; every edit is a new one. It is kept in a file, so that a reload of the page loses nothing.
"""

import json
import os
import re
import secrets
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypedDict

from cnn_builder.architecture import LAYER_TYPES, PRESETS, Architecture, Layer
from cnn_builder.architecture.errors import CnnBuilderError

UNDO_STEPS = 100
_ID = re.compile(r"[a-z0-9]{12,32}")


class DocumentError(CnnBuilderError):
    """A saved document that cannot be read or written."""


@dataclass(frozen=True)
class _Step:
    """What undo brings back."""

    architecture: Architecture
    ids: tuple[str, ...]
    dataset: str
    selected: str | None
    gap: int | None


@dataclass(frozen=True)
class Document:
    """A network being edited.

    Args:
        architecture: the network.
        ids: one name a layer; it stays with the layer when the layer moves.
        dataset: name of the data set it is built for.
        selected: id of the selected layer, or None.
        gap: place where the next layer goes when no layer is selected, from 0.
        next_id: number of the next id.
    """

    architecture: Architecture
    ids: tuple[str, ...]
    dataset: str
    selected: str | None = None
    gap: int | None = None
    next_id: int = 0
    past: tuple[_Step, ...] = field(default=(), compare=False)
    future: tuple[_Step, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, architecture: Architecture, dataset: str) -> Self:
        """A fresh document, its first layer selected."""
        count = len(architecture.layers)
        ids = tuple(f"l{number}" for number in range(count))
        return cls(architecture, ids, dataset, ids[0] if ids else None, None if ids else 0, count)

    # What is selected -------------------------------------------------------------------------------------

    @property
    def index(self) -> int | None:
        """Place of the selected layer, from 0."""
        return self.ids.index(self.selected) if self.selected in self.ids else None

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        return None if self.index is None else self.architecture.layers[self.index]

    def select(self, layer_id: str | None) -> Self:
        """With the layer of this id selected; an unknown id changes nothing."""
        return replace(self, selected=layer_id, gap=None) if layer_id in self.ids else self

    def select_gap(self, index: int) -> Self:
        """With the place before layer ``index`` waiting for a new layer."""
        return replace(self, selected=None, gap=max(0, min(index, len(self.ids))))

    def step(self, by: int) -> Self:
        """The selection moved ``by`` layers, staying inside the stack."""
        if not self.ids:
            return self
        start = self.index
        if start is None:
            start = (self.gap or 0) - (1 if by > 0 else 0)
        return self.select(self.ids[max(0, min(start + by, len(self.ids) - 1))])

    # Edits ------------------------------------------------------------------------------------------------

    def insert(self, index: int, layer: Layer) -> Self:
        """With a new layer at place ``index``, selected. Raises CnnBuilderError when the stack is full."""
        name = f"l{self.next_id}"
        ids = (*self.ids[:index], name, *self.ids[index:])
        return self._edit(self.architecture.insert(index, layer), ids, name, next_id=self.next_id + 1)

    def duplicate(self) -> Self:
        """With a copy of the selected layer after it, selected."""
        return self if self.index is None or self.layer is None else self.insert(self.index + 1, self.layer)

    def remove(self) -> Self:
        """Without the selected layer; the one after it becomes selected, or the last."""
        index = self.index
        if index is None:
            return self
        ids = self.ids[:index] + self.ids[index + 1 :]
        name = ids[min(index, len(ids) - 1)] if ids else None
        return self._edit(self.architecture.remove(index), ids, name)

    def move(self, by: int) -> Self:
        """With the selected layer moved ``by`` places, staying inside the stack."""
        index = self.index
        if index is None:
            return self
        to = max(0, min(index + by, len(self.ids) - 1))
        if to == index:
            return self
        rest = self.ids[:index] + self.ids[index + 1 :]
        return self._edit(self.architecture.move(index, to), (*rest[:to], self.ids[index], *rest[to:]), self.selected)

    def change(self, **settings: Any) -> Self:
        """With settings of the selected layer replaced. Raises LayerSettingError."""
        if self.index is None or self.layer is None:
            return self
        layer = self.layer.changed(**settings)
        return (
            self
            if layer == self.layer
            else self._edit(self.architecture.replace(self.index, layer), self.ids, self.selected)
        )

    def with_architecture(self, architecture: Architecture, dataset: str | None = None) -> Self:
        """With another architecture; layers equal at the start and at the end keep their ids and the selection."""
        if architecture == self.architecture and dataset in (None, self.dataset):
            return self
        old, new = self.architecture.layers, architecture.layers
        same = min(len(old), len(new))
        head = next((i for i in range(same) if old[i] != new[i]), same)
        tail = next((i for i in range(same - head) if old[-1 - i] != new[-1 - i]), same - head)
        fresh = len(new) - head - tail
        middle = self.ids[head : head + fresh] if len(old) == len(new) else ()
        made = middle or tuple(f"l{self.next_id + number}" for number in range(fresh))
        ids = self.ids[:head] + made + self.ids[len(old) - tail :]
        name = self.selected if self.selected in ids else None
        if made and (name is None or not middle):
            name = made[0]
        changed = self._edit(architecture, ids, name or (ids[0] if ids else None), next_id=self.next_id + fresh)
        return replace(changed, dataset=dataset or self.dataset)

    def opened(self, architecture: Architecture, dataset: str | None = None) -> Self:
        """With quite another network in place of this one; undo brings this one back."""
        count = len(architecture.layers)
        ids = tuple(f"l{self.next_id + number}" for number in range(count))
        changed = self._edit(architecture, ids, ids[0] if ids else None, next_id=self.next_id + count)
        return replace(changed, dataset=dataset or self.dataset)

    def undo(self) -> Self:
        """As before the last edit."""
        return self._back(self.past, self.future, "past", "future")

    def redo(self) -> Self:
        """As before the last undo."""
        return self._back(self.future, self.past, "future", "past")

    def _now(self) -> _Step:
        return _Step(self.architecture, self.ids, self.dataset, self.selected, self.gap)

    def _back(self, source: tuple[_Step, ...], other: tuple[_Step, ...], source_name: str, other_name: str) -> Self:
        if not source:
            return self
        step = source[-1]
        stacks: dict[str, Any] = {source_name: source[:-1], other_name: (*other, self._now())}
        return replace(
            self, architecture=step.architecture, ids=step.ids, dataset=step.dataset, selected=step.selected,
            gap=step.gap, **stacks,
        )  # fmt: skip

    def _edit(self, architecture: Architecture, ids: tuple[str, ...], selected: str | None, **more: Any) -> Self:
        past = (*self.past, self._now())[-UNDO_STEPS:]
        gap = None if selected else min(self.gap or 0, len(ids))
        return replace(
            self, architecture=architecture, ids=ids, selected=selected, gap=gap, past=past, future=(), **more
        )

    # File -------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """The document without its undo steps."""
        kept = {
            "architecture": self.architecture.to_dict(),
            "ids": self.ids,
            "dataset": self.dataset,
            "selected": self.selected,
            "gap": self.gap,
            "next_id": self.next_id,
        }
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises DocumentError when ``text`` is no document."""
        try:
            kept = json.loads(text)
            architecture = Architecture.from_dict(kept["architecture"])
            document = cls(
                architecture, tuple(map(str, kept["ids"])), str(kept["dataset"]), kept["selected"], kept["gap"],
                int(kept["next_id"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, CnnBuilderError) as error:
            raise DocumentError(f"The saved network cannot be read: {error}. A new one was started.") from None
        if len(set(document.ids)) != len(architecture.layers):
            raise DocumentError("The saved network cannot be read: its layers and names differ. A new one was started.")
        return document


class Ack(TypedDict):
    """The last operation that was taken: who sent it, and its number."""

    client: str
    seq: int


def apply(document: Document, operations: list[dict[str, Any]]) -> Document:
    """The document after operations from the picture of the stack, in order; unknown ones are passed over.

    Raises CnnBuilderError when a layer cannot be added.
    """
    for operation in operations:
        match operation:
            case {"op": "select", "id": str(layer_id)}:
                document = document.select(layer_id)
            case {"op": "gap", "index": int(index)}:
                document = document.select_gap(index)
            case {"op": "step", "by": int(by)}:
                document = document.step(by)
            case {"op": "move", "by": int(by)}:
                document = document.move(by)
            case {"op": "remove"}:
                document = document.remove()
            case {"op": "duplicate"}:
                document = document.duplicate()
            case {"op": "undo"}:
                document = document.undo()
            case {"op": "redo"}:
                document = document.redo()
            case {"op": "insert", "index": int(index), "type": str(name)} if name in LAYER_TYPES:
                document = document.insert(max(0, min(index, len(document.ids))), LAYER_TYPES[name].example())
    return document


def first_document(is_local: bool) -> Document:
    """What a newcomer sees: the first lesson, on real digits; those that come with the app unless MNIST is here."""
    preset = PRESETS["L1"]
    return Document.of(preset.architecture, preset.dataset if is_local else "digits")


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
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self.folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(document.to_json())
            os.replace(draft, self._path(document_id))
        except OSError as error:
            raise DocumentError(f"The network could not be saved in {self.folder}: {error.strerror}.") from None

    def load(self, document_id: str) -> Document | None:
        """The document, or None when there is none. Raises DocumentError when it cannot be read."""
        try:
            return Document.from_json(self._path(document_id).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise DocumentError("The saved network cannot be read. A new one was started.") from None

    def _path(self, document_id: str) -> Path:
        if not self.is_id(document_id):
            raise DocumentError("A document's id has 12 to 32 letters and digits.")
        return self.folder / f"{document_id}.json"
