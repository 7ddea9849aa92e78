"""Random layers and stacks, made from what each setting says of itself, for comparing with Keras."""

from math import prod

from hypothesis import strategies as st

from cnn_builder.architecture import LAYER_TYPES, Architecture, Layer, trace
from cnn_builder.architecture.layers.base import Shape
from cnn_builder.architecture.layers.number_pairs import NumberRange, Penalty
from cnn_builder.architecture.layers.settings import Choice, Flag, Pair, Real, Setting, Whole
from cnn_builder.architecture.layers.target_shape import TargetShape


def values(kind: Setting) -> st.SearchStrategy:
    """Values a setting takes, small enough to build in milliseconds."""
    match kind:
        case Whole():
            drawn = st.integers(max(1, kind.minimum), 6)
        case Pair():
            drawn = st.tuples(st.integers(1, 4), st.integers(1, 4))
        case Choice():
            drawn = st.sampled_from(kind.options)
        case Flag():
            drawn = st.booleans()
        case Real():
            drawn = st.sampled_from([max(kind.minimum, 0.25), 0.5])
        case NumberRange():
            number = st.sampled_from([max(kind.minimum, -0.5), 0.0, 0.25, 1.0])
            drawn = st.tuples(number, number) if kind.scalar == "none" else number | st.tuples(number, number)
        case Penalty():
            drawn = st.tuples(st.sampled_from([0.0, 0.001]), st.sampled_from([0.0, 0.02]))
        case TargetShape():
            one_left = st.tuples(st.just(-1), st.integers(1, 4)).flatmap(st.permutations)
            drawn = st.lists(st.integers(1, 6), min_size=1, max_size=3) | one_left | st.just([-1])
        case _:
            raise AssertionError(f"no values for {kind}")
    return st.none() | drawn if kind.optional else drawn


@st.composite
def layer(draw: st.DrawFn, names: tuple[str, ...] = tuple(LAYER_TYPES)) -> Layer:
    """Any layer with required settings, and each other setting at its default half of the time."""
    cls = LAYER_TYPES[draw(st.sampled_from(names))]
    chosen = {}
    for name, kind in cls.kinds().items():
        if cls.model_fields[name].is_required() or draw(st.booleans()):
            chosen[name] = draw(values(kind))
    return cls.create(chosen)


ENDS = ("Flatten", "Reshape")
ON_MAPS = tuple(name for name, cls in LAYER_TYPES.items() if cls.category != "Dense" and name not in ENDS)
ON_ANY = tuple(
    name
    for name, cls in LAYER_TYPES.items()
    if cls.category in ("Activation", "Regularization") or name in ("Rescaling", *ENDS)
)
"""Layers that mostly take a shape of any number of axes."""

side = st.integers(1, 17)
input_shapes = (
    st.tuples(side, side, st.sampled_from([1, 2, 3, 4])) | st.tuples(side, side) | st.tuples(st.integers(1, 100))
)


@st.composite
def reshape(draw: st.DrawFn, shape: Shape) -> Layer:
    """A Reshape that fits: with the channel axis added or dropped, or with some factors of all the numbers."""
    total = prod(shape)
    first = draw(st.sampled_from([size for size in range(1, total + 1) if total % size == 0][:20]))
    targets: list[Shape] = [(total,), (first, total // first), (first, 1, total // first), (first, -1), (-1, 1, first)]
    if len(shape) > 1:
        targets += [(*shape[:2], 1)] * 3 * (shape[2:] in ((), (1,))) + [shape[:2]] * 3 * (shape[2:] == (1,))
    return LAYER_TYPES["Reshape"].create({"target_shape": draw(st.sampled_from(targets))})


@st.composite
def architecture(draw: st.DrawFn) -> Architecture:
    """A stack that mostly makes sense: layers on maps, an end of the map, layers on vectors; and now and then not.

    What has no channel axis first has a few layers of its own and, mostly, a Reshape.
    """
    shape = draw(input_shapes)
    start = Architecture(shape, (), "random")
    if len(shape) < 3:
        start = Architecture(shape, tuple(draw(st.lists(layer(ON_ANY), max_size=2))), "random")
    if draw(st.sampled_from([len(shape) < 3, False])) and trace(start).error is None:
        start = start.insert(len(start.layers), draw(reshape(trace(start).output_shape)))
    body = draw(st.lists(layer(ON_MAPS), max_size=5)) if len(trace(start).output_shape) == 3 else []
    head = draw(st.lists(layer(), max_size=4))
    return Architecture(shape, (*start.layers, *body, *head), "random")
