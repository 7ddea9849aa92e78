"""What a network is. Pure Python: no TensorFlow, no Streamlit."""

from cnn_builder.architecture.architecture import Architecture
from cnn_builder.architecture.layers import CATEGORIES, LAYER_TYPES, Layer
from cnn_builder.architecture.notices import Notice, notices
from cnn_builder.architecture.presets import PRESETS, Preset
from cnn_builder.architecture.repair import Repair, repairs
from cnn_builder.architecture.trace import Trace, TraceError, TraceRow, trace

__all__ = [
    "CATEGORIES",
    "LAYER_TYPES",
    "PRESETS",
    "Architecture",
    "Layer",
    "Notice",
    "Preset",
    "Repair",
    "Trace",
    "TraceError",
    "TraceRow",
    "notices",
    "repairs",
    "trace",
]
