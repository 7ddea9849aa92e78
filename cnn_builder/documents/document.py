"""What is being built: an architecture, names for its layers, what is selected, and the way back.

A document is immutable; every edit is a new one.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Self

from cnn_builder.architecture import PRESETS, Architecture, Layer
from cnn_builder.architecture.architecture import InputShape
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.limits import MAX_LAYERS

UNDO_STEPS = 100
INPUT = "input"
"""Stands for the input where the id of a layer is expected. No layer is ever named so."""


class DocumentError(CnnBuilderError):
    """A document that cannot be read, written or edited in this way."""


@dataclass(frozen=True)
class UndoStep:
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
        selected: id of the selected layer, ``INPUT``, or None.
        gap: place where the next layer goes when no layer is selected, from 0.
        next_id: number of the next id.
        concealed: whether shapes and counts are hidden, for whoever works them out.
        edit: name of the edit that made this document, when the next one of that name belongs to the same undo step.
    """

    architecture: Architecture
    ids: tuple[str, ...]
    dataset: str
    selected: str | None = None
    gap: int | None = None
    next_id: int = 0
    concealed: bool = False
    edit: str | None = field(default=None, compare=False, repr=False)
    past: tuple[UndoStep, ...] = field(default=(), compare=False, repr=False)
    future: tuple[UndoStep, ...] = field(default=(), compare=False, repr=False)

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

    @property
    def on_input(self) -> bool:
        """Whether the input is selected."""
        return self.selected == INPUT

    def select(self, layer_id: str | None) -> Self:
        """With the layer of this id selected, or the input; an unknown id changes nothing."""
        known = layer_id == INPUT or layer_id in self.ids
        return replace(self, selected=layer_id, gap=None) if known else self

    def select_gap(self, index: int) -> Self:
        """With the place before layer ``index`` waiting for a new layer."""
        return replace(self, selected=None, gap=max(0, min(index, len(self.ids))))

    def step(self, by: int) -> Self:
        """The selection moved ``by`` layers, staying inside the stack."""
        if not self.ids:
            return self
        start = self.index
        if start is None:
            start = -1 if self.on_input else (self.gap or 0) - (1 if by > 0 else 0)
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
        return self if self.index is None else self._place(self.index, self.index + by)

    def place(self, layer_id: str, index: int) -> Self:
        """With the layer of this id, selected, at place ``index`` (from 0, once moved); unknown ids change nothing."""
        return self.select(layer_id)._place(self.ids.index(layer_id), index) if layer_id in self.ids else self

    def repeat(self, first: int, last: int, times: int) -> Self:
        """With the layers ``first … last`` (from 0, both included) standing ``times`` times in a row.

        The copies come after ``last``; the first of them is selected. Raises DocumentError when the places are not in
        the stack, and when there is no room.
        """
        count = len(self.ids)
        if not 0 <= first <= last < count:
            raise DocumentError(
                f"Expected a first and a last layer from 1 to {count}, in this order, "
                f"received {first + 1} and {last + 1}."
            )
        added = (last - first + 1) * (times - 1)
        if times < 1 or count + added > MAX_LAYERS:
            room = 1 + (MAX_LAYERS - count) // (last - first + 1)
            raise DocumentError(
                f"{times:,} times would make {max(count + added, 0):,} layers; a network has at most {MAX_LAYERS}. "
                f"Repeat this block 1 to {room} times, or remove layers first."
            )
        if not added:
            return self
        layers, end = self.architecture.layers, last + 1
        copies = tuple(f"l{self.next_id + number}" for number in range(added))
        new = (*layers[:end], *layers[first:end] * (times - 1), *layers[end:])
        ids = (*self.ids[:end], *copies, *self.ids[end:])
        return self._edit(replace(self.architecture, layers=new), ids, copies[0], next_id=self.next_id + added)

    def with_input_shape(self, input_shape: InputShape, edit: str | None = None) -> Self:
        """With another input, (height, width, channels), (height, width) or (features,); what is selected stays.

        ``edit`` as in ``change``.
        """
        if input_shape == self.architecture.input_shape:
            return self
        return self._continued(
            self._edit(self.architecture.with_input_shape(input_shape), self.ids, self.selected), edit
        )

    def _place(self, index: int, to: int) -> Self:
        to = max(0, min(to, len(self.ids) - 1))
        if to == index:
            return self
        rest = self.ids[:index] + self.ids[index + 1 :]
        return self._edit(self.architecture.move(index, to), (*rest[:to], self.ids[index], *rest[to:]), self.selected)

    def change(self, layer_id: str | None = None, /, *, edit: str | None = None, **settings: Any) -> Self:
        """With settings of a layer replaced, of the selected one unless an id is given; what is selected stays.

        Changes that follow one another under the same ``edit`` are one undo step: the keystrokes of one number.
        An id that is no longer in the stack changes nothing. Raises LayerSettingError.
        """
        name = self.selected if layer_id is None else layer_id
        if name not in self.ids:
            return self
        index = self.ids.index(name)
        layer = self.architecture.layers[index].changed(**settings)
        if layer == self.architecture.layers[index]:
            return self
        return self._continued(self._edit(self.architecture.replace(index, layer), self.ids, self.selected), edit)

    def _continued(self, changed: Self, edit: str | None) -> Self:
        """``changed``, made from this document; one undo step with it where both are of the same edit."""
        if edit is None or edit != self.edit:
            return replace(changed, edit=edit)
        if changed.architecture == self.past[-1].architecture:
            return replace(changed, past=self.past[:-1], edit=None)
        return replace(changed, past=self.past, edit=edit)

    def before(self, edit: str | None) -> Architecture:
        """The network as it was before the edit of this name began; as it is now when that is not the last one."""
        return self.past[-1].architecture if edit is not None and edit == self.edit else self.architecture

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
        stays = self.selected in ids or (not made and (self.on_input or self.selected is None))
        name = self.selected if stays else ids[0] if ids else None
        if made and (not stays or not middle):
            name = made[0]
        changed = self._edit(architecture, ids, name, next_id=self.next_id + fresh)
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

    def conceal(self, on: bool) -> Self:
        """With shapes and counts hidden, or shown; no edit of the network, so nothing to undo."""
        return replace(self, concealed=on)

    def with_steps(self, past: tuple[UndoStep, ...], future: tuple[UndoStep, ...]) -> Self:
        """With another way back and forth."""
        return replace(self, past=past, future=future)

    def now(self) -> UndoStep:
        """What an edit would let undo bring back."""
        return UndoStep(self.architecture, self.ids, self.dataset, self.selected, self.gap)

    def _back(
        self, source: tuple[UndoStep, ...], other: tuple[UndoStep, ...], source_name: str, other_name: str
    ) -> Self:
        if not source:
            return self
        step = source[-1]
        stacks: dict[str, Any] = {source_name: source[:-1], other_name: (*other, self.now())}
        return replace(
            self, architecture=step.architecture, ids=step.ids, dataset=step.dataset, selected=step.selected,
            gap=step.gap, edit=None, **stacks,
        )  # fmt: skip

    def _edit(self, architecture: Architecture, ids: tuple[str, ...], selected: str | None, **more: Any) -> Self:
        past = (*self.past, self.now())[-UNDO_STEPS:]
        gap = None if selected else min(self.gap or 0, len(ids))
        return replace(
            self,
            architecture=architecture,
            ids=ids,
            selected=selected,
            gap=gap,
            past=past,
            future=(),
            edit=None,
            **more,
        )


def first_document(dataset: str) -> Document:
    """What a newcomer sees: the first lesson, on the handwritten digits of that name that are at hand."""
    return Document.of(PRESETS["L1"].architecture, dataset)
