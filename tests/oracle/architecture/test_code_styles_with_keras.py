"""Code in every style, run in Keras: the reader's trace has the layers, shapes and parameters that Keras makes."""

from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings

from cnn_builder.architecture import PRESETS, trace
from cnn_builder.architecture.formats import keras_code
from tests.support.code_styles import HEAD, RUNNABLE, Style, written

# Keras 3 warns that build of such a class alone makes no weights; older ones, whose code is pasted too, made them.
pytestmark = pytest.mark.filterwarnings("ignore:.build\\(\\). was called on layer:UserWarning")
Row = tuple[tuple[int, ...], int]
"""Output shape without the batch, and parameters."""


def run(source: str) -> Any:
    """The model that the code makes."""
    names: dict[str, Any] = {"__name__": "pasted"}
    exec(compile(source, "pasted", "exec"), names)
    return names["model"]


def keras_rows(model: Any) -> list[Row]:
    """A row for each layer, one for an activation that is a layer itself."""
    if type(model).__name__ == "Net":  # its layers have outputs only in a graph
        start = keras.Input((28, 28, 1))
        model = keras.Model(start, model.call(start))
    rows: list[Row] = []
    for one in model.layers:
        if isinstance(one, keras.layers.InputLayer):
            continue
        if isinstance(one, keras.Sequential):
            rows.extend(keras_rows(one))
            continue
        shape, inner = tuple(one.output.shape[1:]), getattr(one, "activation", None)
        own = inner.count_params() if isinstance(inner, keras.layers.Layer) else 0
        rows.append((shape, one.count_params() - own))
        if isinstance(inner, keras.layers.Layer):
            rows.append((shape, own))
    return rows


def read_rows(source: str) -> list[Row]:
    return [(row.output_shape, row.params) for row in trace(keras_code.parse_code(source)).rows]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(written(RUNNABLE))
def test_random_code_run_in_keras_makes_the_network_that_is_read(both: tuple) -> None:
    _, source = both
    assert read_rows(source) == keras_rows(run(source)), source


@pytest.mark.parametrize("style", RUNNABLE, ids=lambda style: style.__name__)
@pytest.mark.parametrize("spelling", range(9))
def test_every_spelling_run_in_keras_makes_the_network_that_is_read(style: Style, spelling: int) -> None:
    source = HEAD + style(PRESETS["L1"].architecture, spelling)
    assert read_rows(source) == keras_rows(run(source))
