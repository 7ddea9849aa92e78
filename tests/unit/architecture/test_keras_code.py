"""The Python that is written for a network."""

import ast

from cnn_builder.architecture import PRESETS
from cnn_builder.architecture.formats import keras_code


def test_l1_reads_like_the_lesson() -> None:
    source = keras_code.write_code(PRESETS["L1"].architecture)
    assert "    keras.Input(shape=(28, 28, 1)),\n    layers.Conv2D(32, (3, 3), activation='relu'),\n" in source
    assert "layers.Dense(10, activation='softmax'),\n], name='L1')" in source


def test_a_hostile_name_stays_text() -> None:
    source = keras_code.write_code(PRESETS["L1"].architecture.with_name("'); import os; ('"))
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import)]
    assert [alias.name for node in imports for alias in node.names] == ["keras"]
