"""What is wrong or unwise about the stack, in words, each with its fixes as buttons."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from cnn_builder.architecture import Architecture, Notice, Repair, Trace, notices, repairs
from cnn_builder.architecture.memory import bytes_text, heaviest, training_memory
from cnn_builder.data import find_dataset
from cnn_builder.documents.document import Document
from cnn_builder.figures.locale_text import localized_numbers
from cnn_builder.runs.forecast import ADAM_SLOTS
from cnn_builder.ui import server, state
from cnn_builder.ui.shared import analysis_state
from cnn_builder.ui.shared.errors import callback
from cnn_builder.ui.shared.text import plain

MOST_REPAIRS = 4
SURELY_FITS = 1_000_000_000
"""Bytes; below that nobody asks what this machine has."""
IN_SIGHT = 3
"""Notices shown at once; what stops training always is."""


def found_notices(document: Document, traced: Trace) -> tuple[Notice, ...]:
    """What there is to say about a stack that fits, for both of the places where it is said.

    Nothing while shapes and counts are hidden: a notice names them.
    """
    if traced.error is not None or document.concealed:
        return ()
    info = find_dataset(document.dataset)
    classes, shape = (len(info.classes), info.input_shape) if info else (None, None)
    return notices(document.architecture, classes, shape, traced)


def problems(document: Document, traced: Trace, found: tuple[Notice, ...]) -> None:
    """The layer that does not fit with its repairs, else what will not train, learn or read as meant."""
    if traced.error is not None:
        _misfit(document, traced)
        return
    if document.concealed:
        return  # it names counts
    _too_large(traced)
    if not all(notice.hint for notice in found):
        with st.container(key="notices", border=True, gap="small"):
            _notices(document.architecture, traced, found)


def hints(document: Document, traced: Trace, found: tuple[Notice, ...]) -> None:
    """What can be learned or saved where nothing is wrong: it can wait, and stands without a box."""
    if found and all(notice.hint for notice in found):
        with st.container(key="notices", gap="small"):
            _notices(document.architecture, traced, found)


def _misfit(document: Document, traced: Trace) -> None:
    assert traced.error is not None
    place = traced.error.index
    with st.container(key="misfit", border=True, gap="small"):
        with st.container(key="notice-misfit", horizontal=True, gap="small"):
            st.markdown(f":red[:material/error:] {plain(localized_numbers(traced.error.message))}", width="stretch")
            if document.index != place:
                # In a long stack the layer may be out of sight.
                show, name = f"Show layer {place + 1}", document.ids[place]
                st.button(show, key="show-misfit", type="tertiary", on_click=_select, args=(name,))
        for number, repair in enumerate(repairs(document.architecture)[:MOST_REPAIRS]):
            with st.container(key=f"row-{number}", horizontal=True, vertical_alignment="center", gap="small"):
                _fix(repair, f"repair-{number}", "primary" if number == 0 else "secondary")
                st.caption(plain(localized_numbers(str(repair.effect(document.architecture, traced)))), width="content")


@callback
def _select(layer_id: str) -> None:
    state.set_document(state.document().select(layer_id))


def _too_large(traced: Trace) -> None:
    """That training it needs more memory than a run may have, and which layer takes most of that."""
    batch = analysis_state.batch_size()
    needed = training_memory(traced, batch, ADAM_SLOTS)
    if not traced.rows or needed.total <= SURELY_FITS or needed.total <= (limit := server.settings().memory_limit):
        return
    place = heaviest(traced, batch, ADAM_SLOTS)
    with st.container(key="too-large", border=True):
        st.markdown(
            f":orange[:material/warning:] Training needs about {bytes_text(needed.total)} of memory with a batch of "
            f"{batch}; the limit here is {bytes_text(limit)}. Layer {place + 1} ({traced.rows[place].type}) takes most."
        )


def _notices(architecture: Architecture, traced: Trace, found: tuple[Notice, ...]) -> None:
    in_sight = max(IN_SIGHT, sum(notice.blocks_training for notice in found))
    for number, notice in enumerate(found[:in_sight]):
        _notice(architecture, traced, notice, number)
    count = len(found) - in_sight
    if count > 0:
        with st.expander(f"{count} more hint{'s' if count > 1 else ''}"):
            for number, notice in enumerate(found[in_sight:], in_sight):
                _notice(architecture, traced, notice, number)


def _notice(architecture: Architecture, traced: Trace, notice: Notice, number: int) -> None:
    """What it is about and what its fix changes, and the fix as a button beside it."""
    fix = notice.fix
    changes = fix.effect(architecture, traced).changes() if fix is not None else ()
    with st.container(key=f"notice-{number}", horizontal=True, vertical_alignment="center", gap="small"):
        _say(notice, changes)
        if fix is not None:
            _fix(fix, f"fix-{notice.code}-{number}", "tertiary" if notice.hint else "secondary")


def _say(notice: Notice, changes: Sequence[str]) -> None:
    """What it is about and, under it, what its fix changes; in one element, since each is a message at every edit."""
    effect = f"  \n:small[{plain(localized_numbers(' · '.join(changes)))}]" if changes else ""
    message = plain(localized_numbers(notice.message))
    if notice.hint:
        st.caption(f":material/lightbulb: {message}{effect}", width="stretch")
        return
    mark = ":orange[:material/warning:]" if notice.blocks_training else ":material/info:"
    st.markdown(f"{mark} {message}{effect}", width="stretch")


def _fix(repair: Repair, key: str, kind: Literal["primary", "secondary", "tertiary"]) -> None:
    icon = ":material/auto_fix_high:" if kind == "tertiary" else None
    st.button(plain(repair.title), key=key, type=kind, icon=icon, on_click=_use, args=(repair.architecture,), wrap=True)


@callback
def _use(architecture: Architecture) -> None:
    state.set_document(state.document().with_architecture(architecture))
