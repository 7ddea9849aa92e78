"""Drills on random networks: every answer is the one that Keras gives."""

import random
from collections import Counter
from math import prod

from hypothesis import HealthCheck, given, settings

from cnn_builder.architecture import Architecture
from cnn_builder.architecture.receptive_field import unclipped_field
from cnn_builder.learn.drills import KINDS, Drill
from cnn_builder.learn.drills.making import all_drills
from cnn_builder.learn.drills.misfits import NO_LAYER
from tests.support.keras_rows import keras_rows
from tests.support.strategies import architecture

WANTED = 500


def keras_answer(drill: Drill) -> object:
    """What the answer is by Keras alone; for a receptive field, which Keras has no word for, by walking the windows."""
    rows, refused = keras_rows(drill.architecture)
    if drill.kind == "misfit":
        return NO_LAYER if refused is None else refused
    if drill.kind == "total_params":
        return sum(row[1] for row in rows)
    if drill.kind == "halve_params":
        return halved(drill, rows)
    assert drill.index is not None
    if drill.kind == "keep_size":
        return kept(drill)
    if drill.kind == "receptive_field":
        box = unclipped_field(drill.architecture, drill.index, 0, 0)
        return (box.height, box.width)
    return rows[drill.index][{"output_shape": 0, "params": 1, "macs": 3}[drill.kind]]


def halved(drill: Drill, rows: list) -> str:
    """Of the choices the one that halves a layer's parameters exactly, or brings the network's nearest to half."""
    place, found = drill.index, []
    for choice, network in zip(drill.choices, drill.outcomes, strict=True):
        changed, refused = keras_rows(network)
        if place is None:
            assert refused is None
            ratio = sum(row[1] for row in changed) / sum(row[1] for row in rows)
        else:
            ratio = changed[place][1] / rows[place][1]
        found.append((abs(ratio - 0.5), choice))
    found.sort()
    assert found[0][0] < found[1][0], "two answers are right"
    assert place is None or found[0][0] == 0
    return found[0][1]


def kept(drill: Drill) -> str:
    keeps = {}
    for padding, network in zip(("valid", "same"), drill.outcomes, strict=True):
        rows, _ = keras_rows(network)
        before = network.input_shape if drill.index == 0 else rows[drill.index - 1][0]
        keeps[padding] = len(rows) > drill.index and rows[drill.index][0][:2] == tuple(before[:2])
    return {(1, 1): "both", (1, 0): "valid", (0, 1): "same", (0, 0): "neither"}[(keeps["valid"], keeps["same"])]


def test_five_hundred_answers_on_random_networks_equal_keras() -> None:
    asked: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(architecture())
    def ask(network: Architecture) -> None:
        rng = random.Random(prod(network.input_shape) + len(network.layers))
        found = all_drills(network, rng)
        rng.shuffle(found)
        for drill in {drill.kind: drill for drill in found}.values():  # one of each kind
            asked[drill.kind] += 1
            answer = keras_answer(drill)
            if drill.kind == "misfit" and isinstance(answer, int):
                assert drill.index == answer and str(drill.answer).startswith(f"Layer {answer + 1} ("), drill
            else:
                assert drill.answer == answer, drill
            assert not drill.choices or (drill.answer in drill.choices and len({*drill.choices}) == len(drill.choices))

    ask()
    assert set(asked) == set(KINDS)
    assert sum(asked.values()) >= WANTED
