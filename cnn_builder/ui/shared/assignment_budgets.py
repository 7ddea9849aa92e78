"""The budgets of the open assignment, filled by the network: on Learn, and on Build while one builds."""

from html import escape

import streamlit as st

from cnn_builder.architecture import Architecture, Trace
from cnn_builder.figures.locale_text import number_text
from cnn_builder.learn.assignments import AssignmentPack, network_reasons
from cnn_builder.ui import server, state


def open_assignment() -> AssignmentPack | None:
    """The assignment that this learner has open; None where none is."""
    if not state.known_learner():
        return None
    pack_id = state.learner_progress().assignment
    return server.classroom().get(pack_id) if pack_id else None


def assignment_budgets(network: Architecture, traced: Trace) -> None:
    """How full the budgets are, and what keeps the network from passing; nothing where no assignment is open."""
    pack = open_assignment()
    if pack is not None:
        st.html(budgets_html(pack, network, traced))


def budgets_html(pack: AssignmentPack, network: Architecture, traced: Trace) -> str:
    """The budgets as bars, and the reasons in sentences."""
    counted = (
        ("parameters", traced.total_params, pack.max_params),
        ("MACs an image", traced.total_macs, pack.max_macs),
    )
    bars = "".join(_bar(what, have, most) for what, have, most in counted if most is not None)
    reasons = network_reasons(pack, network)
    told = "".join(f"<li>{escape(reason.told)}</li>" for reason in reasons)
    verdict = f"<ul>{told}</ul>" if told else "<p>Within the budgets, and no locked layer was changed.</p>"
    return f'<div class="cnn-budgets"><b>{escape(pack.name)}</b>{bars}{verdict}</div>'


def _bar(what: str, have: int, most: int) -> str:
    over = have > most
    words = f"{number_text(have)} of {number_text(most)} {what}" + (
        f", {number_text(have - most)} too many" if over else ""
    )
    share = min(100.0, 100 * have / most)
    return (
        f'<div class="budget{" over" if over else ""}"><span>{words}</span>'
        f'<div class="bar" role="img" aria-label="{words}"><i style="width:{share:.1f}%"></i></div></div>'
    )
