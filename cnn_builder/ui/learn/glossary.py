"""The glossary: the words of the pages' tooltips, in one place to be read and searched."""

from html import escape

import streamlit as st

from cnn_builder.architecture import LAYER_TYPES
from cnn_builder.learn.glossary import GLOSSARY
from cnn_builder.runs.settings import ABOUT


def glossary_entries() -> dict[str, dict[str, str]]:
    """Part → term → meaning. Layers and settings are told as the palette and the Train form tell them."""
    settings = {name.replace("_", " ").capitalize(): about.help for name, about in ABOUT.items() if about.help}
    return {
        "Terms": dict(GLOSSARY),
        "Layers": {name: kind.summary for name, kind in LAYER_TYPES.items()},
        "Settings of a run": dict(sorted(settings.items())),
    }


def glossary_view() -> None:
    """All terms, or those that contain what is searched for."""
    wanted = st.text_input("Search", key="glossary-search", placeholder="padding").strip().lower()
    found = False
    for part, terms in glossary_entries().items():
        shown = {term: text for term, text in terms.items() if wanted in f"{term} {text}".lower()}
        if not shown:
            continue
        found = True
        st.header(part, anchor=False)
        rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in shown.items())
        st.html(f'<dl class="cnn-glossary">{rows}</dl>')
    if not found:
        st.info("No term contains this. Try a shorter word.")
