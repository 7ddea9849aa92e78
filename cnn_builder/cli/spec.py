"""SPEC, as every command takes it: a preset's name, or a file with an architecture."""

from pathlib import Path

from cnn_builder.architecture import PRESETS, Architecture, keras_code
from cnn_builder.architecture.architecture import MAX_FILE_BYTES
from cnn_builder.architecture.errors import CnnBuilderError


class SpecError(CnnBuilderError):
    """SPEC names neither a preset nor a file that can be read."""


def read_spec(spec: str) -> Architecture:
    """The architecture that SPEC names. Raises SpecError, whose message starts with SPEC."""
    if spec in PRESETS:
        return PRESETS[spec].architecture
    path = Path(spec)
    suffix = path.suffix.lower()
    if suffix not in (".json", ".py"):
        presets = ", ".join(PRESETS)
        raise SpecError(f"{spec}: expected a preset ({presets}), or the name of a .json or a Keras .py file.")
    try:
        content = _content(path)
        return Architecture.from_json(content) if suffix == ".json" else keras_code.parse(_text(content))
    except CnnBuilderError as error:
        raise SpecError(f"{spec}: {error}") from error


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"expected UTF-8 text, received other bytes at place {error.start}.") from None


def _content(path: Path) -> bytes:
    """The file's bytes; one more than the limit at most, so that what is too long is told, not read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SpecError(f"cannot be read: {getattr(error, 'strerror', None) or error}.") from error
