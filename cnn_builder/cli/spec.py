"""SPEC, as every command takes it: a preset's name, or a file with a network."""

from pathlib import Path

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.architecture.formats.opening import KINDS, Opened, open_file
from cnn_builder.architecture.reader import TrainingCode
from cnn_builder.limits import MAX_UPLOAD_BYTES


class SpecError(CnnBuilderError):
    """SPEC names neither a preset nor a file that can be read."""


def read_spec(spec: str) -> Architecture:
    """The architecture that SPEC names. Raises SpecError, whose message starts with SPEC."""
    return open_spec(spec).architecture


def open_spec(spec: str) -> Opened:
    """The same, with what the preset, or code, says of its training. Raises SpecError."""
    if spec in PRESETS:
        preset = PRESETS[spec]
        return Opened(preset.architecture, TrainingCode(dict(preset.training), preset.dataset))
    path = Path(spec)
    if path.suffix.lower() not in KINDS:
        presets, kinds = ", ".join(PRESETS), ", ".join(KINDS)
        raise SpecError(f"{spec}: expected a preset ({presets}) or a file name ending in {kinds}.")
    try:
        return open_file(path.name, _content(path), _read_hdf5)
    except CnnBuilderError as error:
        raise SpecError(f"{spec}: {error}") from error


def _read_hdf5(content: bytes) -> Architecture:
    from cnn_builder.runs.model_import.reading import hdf5_network
    from cnn_builder.settings import Settings

    return hdf5_network(content, Settings.from_env())


def _content(path: Path) -> bytes:
    """The file's bytes; one more than the limit at most, so that what is too long is told, not read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_UPLOAD_BYTES + 1)  # text has limits of its own, below that
    except (OSError, ValueError) as error:
        raise SpecError(f"cannot be read: {getattr(error, 'strerror', None) or error}.") from error
