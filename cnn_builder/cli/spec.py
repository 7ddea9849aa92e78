"""SPEC, as every command takes it: a preset's name, or a file with a network."""

from pathlib import Path

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.opening import KINDS, MAX_BYTES, open_network


class SpecError(CnnBuilderError):
    """SPEC names neither a preset nor a file that can be read."""


def read_spec(spec: str) -> Architecture:
    """The architecture that SPEC names. Raises SpecError, whose message starts with SPEC."""
    if spec in PRESETS:
        return PRESETS[spec].architecture
    path = Path(spec)
    if path.suffix.lower() not in (*KINDS, ".h5", ".hdf5"):
        presets, kinds = ", ".join(PRESETS), ", ".join(KINDS)
        raise SpecError(f"{spec}: expected a preset ({presets}), or the name of a file: {kinds}.")
    try:
        return open_network(path.name, _content(path))
    except CnnBuilderError as error:
        raise SpecError(f"{spec}: {error}") from error


def _content(path: Path) -> bytes:
    """The file's bytes; one more than the limit at most, so that what is too long is told, not read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SpecError(f"cannot be read: {getattr(error, 'strerror', None) or error}.") from error
