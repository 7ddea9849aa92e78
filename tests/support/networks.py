"""Networks that several tests train or only keep."""

from cnn_builder.architecture import Architecture

TINY = Architecture.from_dict({"version": 1, "name": "Tiny", "input_shape": [8, 8, 1], "layers": [{"type": "Flatten"}]})
"""For tests that need a network and train none."""

TINY_DIGITS = Architecture.from_dict(
    {
        "version": 1,
        "name": "tiny",
        "input_shape": [28, 28, 1],
        "layers": [
            {"type": "MaxPooling2D", "pool_size": 4},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
)
"""The smallest that learns to read digits."""
