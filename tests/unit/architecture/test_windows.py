"""The shape rule as tutorials write it, beside ours."""

import re
from itertools import product

from cnn_builder.architecture.layers.base import Window
from cnn_builder.architecture.layers.windows import output_size, size_lines, size_rules

_LINE = re.compile(r"⌊\((\d+) \+ ([\d·]+) − (\d+)\) / (\d+)⌋ \+ 1 = (\d+)$")


def test_the_tutorials_rule_gives_the_same_output() -> None:
    for n, k, s, d, padding in product((5, 8, 28), (1, 2, 3, 5), (1, 2, 3), (1, 2), ("valid", "same")):
        out = output_size(n, k, s, d, padding)
        if out < 1:
            continue
        line = size_lines((n, n, 1), Window((k, k), (s, s), (d, d)), padding)[-1]
        found = _LINE.search(line)
        assert found is not None, line
        size, zeros, span, stride, result = found.groups()
        both = eval(zeros.replace("·", "*"))
        assert (int(size) + both - int(span)) // int(stride) + 1 == int(result) == out, line
        assert both == 0 or padding == "same"


def test_both_rules_stand_in_letters() -> None:
    assert size_rules("valid") == ["out = ⌊(n − d·(k − 1) − 1) / s⌋ + 1", "often written ⌊(n + 2p − k) / s⌋ + 1"]
    assert size_rules("same")[-1] == "often written ⌊(n + 2p − k) / s⌋ + 1"
