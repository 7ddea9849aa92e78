"""Random networks in random styles of code: the reader gives the network that was written."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import keras_code
from tests.support.code_styles import HEAD, STYLES, Style, small_network, written


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(written())
def test_a_network_is_read_from_every_style(both: tuple) -> None:
    network, source = both
    read = keras_code.parse_code(source)
    assert (read.input_shape, read.layers) == (network.input_shape, network.layers), source


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
@pytest.mark.parametrize("spelling", range(9))
def test_a_preset_is_read_from_every_spelling(style: Style, spelling: int) -> None:
    network = PRESETS["L1"].architecture
    assert keras_code.parse_code(HEAD + style(network, spelling)).layers == network.layers


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_network(), st.sampled_from(STYLES), st.sampled_from(STYLES))
def test_two_styles_of_one_network_in_one_text_are_one_network(network: object, one: Style, other: Style) -> None:
    source = HEAD + one(network, 0) + "\n" + other(network, 1)  # type: ignore[arg-type]
    assert keras_code.parse_code(source).layers == network.layers  # type: ignore[attr-defined]
