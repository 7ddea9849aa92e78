"""Keys that work on the whole Build page: undo and redo, and the focus that goes to the palette and back.

Undo and redo are handed to the picture of the stack, whose queue loses none, however fast they come.
"""

from pathlib import Path

from cnn_builder.ui.components import register
from cnn_builder.ui.document import Document

_mount = register("keys", Path(__file__).parent)
_KEY = "keys"


def keys(document: Document) -> None:
    """Nothing to see; what is selected tells where the focus belongs."""
    _mount(key=_KEY, data={"gap": document.gap if document.selected is None else None})
