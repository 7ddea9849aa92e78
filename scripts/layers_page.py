"""Writes docs/layers.md from the layer classes: `python -m scripts.layers_page`."""

from itertools import groupby
from pathlib import Path

from cnn_builder.architecture import LAYER_TYPES, Layer
from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.formats.keras_code import layer_call
from cnn_builder.architecture.layers.base import Shape, times
from cnn_builder.architecture.layers.settings import ACTIVATIONS, INITIALIZERS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "layers.md"
HEAD = """# The layers

Names, settings and defaults are those of Keras. This page is written from the classes in
`cnn_builder/architecture/layers` by `python -m scripts.layers_page`; a test fails when it is out of date.

Two numbers are `[height, width]` in files and `(height, width)` in code, and one number stands for both. What a
layer does to a shape is worked out for a 28×28×1 image, or the 784 numbers it holds.
"""
EXAMPLE_SHAPES: tuple[Shape, ...] = ((28, 28, 1), (784,))


def page() -> str:
    """The whole page, in Markdown."""
    parts = [HEAD]
    for category, classes in groupby(LAYER_TYPES.values(), key=lambda cls: cls.category):
        parts.append(f"\n## {category}\n")
        parts.extend(_section(cls) for cls in classes)
    parts.append(f"\n## Names\n\nActivations: {_names(ACTIVATIONS)}.\n\nInitializers: {_names(INITIALIZERS)}.\n")
    return "".join(parts)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _section(cls: type[Layer]) -> str:
    about = " ".join((cls.__doc__ or "").split())
    lines = [f"\n### {cls.type}\n", cls.summary, "", _code_as_text(about), ""]
    for name, example in cls.examples().items():
        also = "" if name == cls.type else f"**{name}**: "
        lines.append(f"- {also}`{layer_call(example)}` {_effect(example)}")
    rows = [_row(cls, name) for name in cls.model_fields]
    table = (
        ["", "| setting | takes | default | |", "| --- | --- | --- | --- |", *rows] if rows else ["", "No settings."]
    )
    return "\n".join([*lines, *table]) + "\n"


def _effect(example: Layer) -> str:
    """``28×28×1 → 26×26×32``, with what it learns."""
    shape = next(shape for shape in EXAMPLE_SHAPES if _takes(example, shape))
    out, params = example.output_shape(shape), example.params(shape).total
    learned = f", {params:,} parameters" if params else ""
    return f"takes {times(shape)} to {times(out)}{learned}"


def _takes(layer: Layer, shape: Shape) -> bool:
    try:
        layer.output_shape(shape)
    except LayerFitError:
        return False
    return True


def _row(cls: type[Layer], name: str) -> str:
    kind, info = cls.kinds()[name], cls.model_fields[name]
    default = "required" if info.is_required() else f"`{kind.to_code(info.default)}`"
    takes = kind.expected + (", or null" if kind.optional else "")
    return f"| `{name}` | {_cell(takes)} | {default} | {_cell(kind.help)} |"


def _cell(text: str) -> str:
    return _code_as_text(text).replace("|", "\\|")


def _code_as_text(text: str) -> str:
    """Docstrings mark code by two backquotes, Markdown by one."""
    return text.replace("``", "`")


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(LAYER_TYPES)} layers")


if __name__ == "__main__":
    main()
