"""What the script tests of the Build page share: operations as its components send them, and what those are shown."""

import json
from itertools import count
from typing import Any

from streamlit.testing.v1 import AppTest

_numbers = count(1)


def operate(at: AppTest, *operations: dict[str, Any]) -> AppTest:
    """Send operations as the picture of the stack does, and run."""
    items = [{"seq": next(_numbers), **operation} for operation in operations]
    at.session_state["stack"] = {"operations": {"client": "test", "items": items}}
    return at.run()


def set_field(at: AppTest, label: str, value: Any) -> AppTest:
    """Change a field of the inspector, found by its label, as the browser does."""
    field, layer = fields(at)[label], shown(at, "inspector")["layer"]
    side = {"side": field["side"]} if "side" in field else {}
    return operate(at, {"op": "set", "id": layer, "name": field["name"], "value": value, **side})


def shown(at: AppTest, component: str) -> dict[str, Any]:
    """The data that a component of ours was handed; empty when it is not on the page."""
    for element in at.get("bidi_component"):
        if element.proto.component_name.endswith(f"_{component}"):
            data: dict[str, Any] = json.loads(element.proto.json)
            return data
    return {}


def fields(at: AppTest) -> dict[str, dict[str, Any]]:
    """The inspector's fields by label."""
    return {field["label"]: field for field in shown(at, "inspector")["fields"]}


def undo(at: AppTest) -> AppTest:
    return operate(at, {"op": "undo"})


def redo(at: AppTest) -> AppTest:
    return operate(at, {"op": "redo"})
