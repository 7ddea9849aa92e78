"""Formula lines as LaTeX."""

import pytest

from cnn_builder.figures.latex import formula_markdown, latex


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("⌊(28 − 3) / 1⌋ + 1 = 26", r"\left\lfloor \frac{28 - 3}{1} \right\rfloor  + 1 = 26"),
        ("width = ⌈7 / 2⌉ = 4", r"\text{width}\; = \left\lceil \frac{7}{2} \right\rceil  = 4"),
        ("3·3·1·32 + 32 biases = 320", r"3 \cdot 3 \cdot 1 \cdot 32 + 32 \;\text{biases}\; = 320"),
        ("7·7·64 = 3,136", r"7 \cdot 7 \cdot 64 = 3{,}136"),
        ("j = 2 at the end", r"j = 2 \;\text{at the end}"),
    ],
)
def test_a_line_is_typeset(line: str, expected: str) -> None:
    assert latex(line) == expected


def test_nothing_of_a_line_is_a_command() -> None:
    assert "\\input" not in latex(r"a = \input{/etc/passwd}") and latex("x" * 9000) != ""


def test_prose_stays_prose_and_names_of_layers_stand_before_the_formula() -> None:
    shown = formula_markdown(["layer 1: r = 3", "no parameters: pooling learns nothing", "a*b $ c"])
    assert shown.splitlines() == ["- layer 1: $r = 3$", "- no parameters: pooling learns nothing", r"- a\*b \$ c"]
