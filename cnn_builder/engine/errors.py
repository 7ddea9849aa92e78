"""What can go wrong in the engine, each told to the user in one line.

CnnBuilderError
├── BuildError       the architecture is not a network that can be built
├── TrainingError    the run cannot be trained as requested
├── ModelError       a trained model cannot be loaded, or not be asked this
└── CheckpointError  a checkpoint is damaged, or is not this network's
"""

from cnn_builder.architecture.errors import CnnBuilderError


class BuildError(CnnBuilderError):
    """The architecture is not a network that can be built."""


class TrainingError(CnnBuilderError):
    """The run cannot be trained as requested."""


class ModelError(CnnBuilderError):
    """A trained model cannot be loaded, or not be asked this."""


class CheckpointError(CnnBuilderError):
    """A checkpoint is damaged, or is not this network's."""
