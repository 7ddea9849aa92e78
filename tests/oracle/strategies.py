"""Random layers and stacks, made from what each setting says of itself, for comparing with Keras."""

from hypothesis import strategies as st

from cnn_builder.architecture import LAYER_TYPES, Architecture, Layer
from cnn_builder.architecture.layers.number_pairs import Interval, Penalty
from cnn_builder.architecture.layers.settings import Choice, Flag, Pair, Real, Setting, Whole


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
        case Interval():
            number = st.sampled_from([max(kind.minimum, -0.5), 0.0, 0.25, 1.0])
            drawn = st.tuples(number, number) if kind.scalar == "none" else number | st.tuples(number, number)
        case Penalty():
            drawn = st.tuples(st.sampled_from([0.0, 0.001]), st.sampled_from([0.0, 0.02]))
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


ON_MAPS = tuple(name for name, cls in LAYER_TYPES.items() if cls.category != "Dense" and name != "Flatten")


@st.composite
def architecture(draw: st.DrawFn) -> Architecture:
    """A stack that mostly makes sense: layers on maps, an end of the map, layers on vectors; and now and then not."""
    shape = draw(st.tuples(st.integers(1, 17), st.integers(1, 17), st.sampled_from([1, 2, 3, 4])))
    body = draw(st.lists(layer(ON_MAPS), max_size=5))
    head = draw(st.lists(layer(), max_size=4))
    return Architecture(shape, (*body, *head), "random")
