"""Keys of fields that show what the document says.

With every click the browser sends what all its fields hold. When the document was changed meanwhile by something else
(undo, a repair, another tab), the value of before would come back as if it had been typed, and undo the change. So a
field whose value was changed from here gets another key: what the browser holds under the old one counts for nothing.
"""

from typing import Any

import streamlit as st

_VERSIONS = "field_versions"


def showing(name: str, value: Any, keep: bool = False) -> str:
    """The key of the field ``name``, which is set to ``value``; ``keep`` leaves it the key and the focus."""
    versions: dict[str, int] = st.session_state.setdefault(_VERSIONS, {})
    key = f"{name}-{versions.get(name, 0)}"
    if not keep and key in st.session_state and st.session_state[key] != value:
        versions[name] = versions.get(name, 0) + 1
        key = f"{name}-{versions[name]}"
    st.session_state[key] = value
    return key
