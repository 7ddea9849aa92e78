"""Nearly right inputs: nothing but our own errors comes out. `python -m tests.fuzz` does the same for longer."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.fuzz_targets import TARGETS
from tests.support.fuzzing import check

SHORT = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
WAYS = [(name, way) for name, target in TARGETS.items() for way in target.ways(safe=True)]
"""HDF5's own library may crash at changed bytes, which in the app ends a process of its own: not here in the tests'."""


@pytest.mark.parametrize(("name", "way"), WAYS, ids=[" by ".join(one) for one in WAYS])
def test_changed_inputs_give_our_own_errors_only(name: str, way: str) -> None:
    @SHORT
    @given(TARGETS[name].ways()[way])
    def run(content: bytes) -> None:
        check(TARGETS[name], content)

    run()


def test_every_right_input_is_read() -> None:
    """Else the changed ones would all be refused for the same first reason, and nothing behind it be tried."""
    assert {name: message for name, target in TARGETS.items() for one in target.seeds()
            if (message := check(target, one))} == {}  # fmt: skip
