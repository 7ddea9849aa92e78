"""What every layer is: settings as data, and the rules that follow from them.

Shapes leave out the batch. A map is ``(height, width, channels)``, a grey image without a channel axis
``(height, width)``, a vector ``(features,)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from cnn_builder.architecture.errors import NOTHING, LayerFitError, LayerSettingError
from cnn_builder.architecture.layers.settings import Control, Setting

Shape = tuple[int, ...]

CATEGORIES = ("Convolution", "Pooling", "Shape", "Dense", "Activation", "Regularization", "Augmentation")
"""The kinds of layers, in the palette's order."""


@dataclass(frozen=True)
class Params:
    """Number of weights; ``trainable`` of the ``total`` are changed by training."""

    total: int = 0
    trainable: int = 0


@dataclass(frozen=True)
class Weight:
    """One array of numbers of a layer, as Keras names and shapes it."""

    name: str
    shape: Shape
    trainable: bool = True


@dataclass(frozen=True)
class Window:
    """What one output position sees of the input, per axis ``(height, width)``."""

    kernel: tuple[int, int]
    strides: tuple[int, int]
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Explanation:
    """The rules with this layer's numbers in them, one line of plain text each."""

    shape: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    macs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Replacement:
    """A way to make a layer fit: the layers that take its place."""

    title: str
    layers: tuple[Layer, ...]


class Layer(BaseModel):
    """Base of the layers. A subclass is one layer type; its class name is Keras' class name.

    Defining a subclass in a module of this package is all it takes to add a type: the registry, the palette, the
    inspector, the trace, the Keras build and the code in and out read what stands here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, revalidate_instances="never")

    type: ClassVar[str] = "Layer"
    category: ClassVar[str] = ""
    rank: ClassVar[int] = 50
    """Place within the category's palette; the everyday ones first."""
    summary: ClassVar[str] = ""
    example_settings: ClassVar[dict[str, Any]] = {}
    """Settings of a new layer from the palette, beyond Keras' defaults."""
    further_examples: ClassVar[dict[str, dict[str, Any]]] = {}
    """Name → settings of what people look for by a name that is no type of its own, such as GELU."""
    positional: ClassVar[tuple[str, ...]] = ()
    """Keras' order of arguments where it is not the order of the settings."""
    ends_map: ClassVar[bool] = False
    """Whether the output no longer has places, so that a receptive field means nothing after it."""
    linear: ClassVar[bool] = False
    """Whether the layer multiplies by trained weights (Conv2D, Dense)."""
    training_only: ClassVar[bool] = False
    """Whether it is at work in training only: in use, what comes in goes out."""
    mixes_last_axis: ClassVar[bool] = False
    """Whether each output depends on all of the last axis: the channels of a map, but columns where it has none."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.type = cls.__name__

    # Settings ---------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, settings: dict[str, Any]) -> Self:
        """A layer from settings as data. Raises LayerSettingError for the first one that is wrong by itself."""
        try:
            return cls(**settings)
        except ValidationError as error:
            raise cls._setting_error(error) from None
        except TypeError:
            raise LayerSettingError(cls.type, "settings", "names in text", settings) from None

    @classmethod
    def _setting_error(cls, error: ValidationError) -> LayerSettingError:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        if first["type"] == "extra_forbidden":
            known = ", ".join(cls.model_fields) or "no settings"
            return LayerSettingError(cls.type, name, f"one of its settings ({known})", name)
        if first["type"] == "missing":
            kind = cls.kinds()[name]
            return LayerSettingError(cls.type, name, kind.expected, NOTHING)
        expected = str(first["ctx"]["error"]) if "ctx" in first else first["msg"]
        return LayerSettingError(cls.type, name, expected, first["input"])

    @classmethod
    def kinds(cls) -> dict[str, Setting]:
        """Each setting's name with its kind, in the order they are declared."""
        return {
            name: kind for name, info in cls.model_fields.items() for kind in info.metadata if isinstance(kind, Setting)
        }

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """One description a setting, in the order they are declared."""
        return tuple(kind.control(name, name.replace("_", " ").capitalize()) for name, kind in cls.kinds().items())

    @classmethod
    def example(cls) -> Self:
        """A sensible new layer."""
        return cls.create(cls.example_settings)

    @classmethod
    def examples(cls) -> dict[str, Self]:
        """The palette's entries by name: the type's own, and what people look for by another name."""
        return {cls.type: cls.example()} | {name: cls.create(given) for name, given in cls.further_examples.items()}

    def changed(self, **settings: Any) -> Self:
        """This layer with some settings replaced. Raises LayerSettingError."""
        return type(self).create({**self.settings(), **settings})

    def settings(self) -> dict[str, Any]:
        """Every setting with its value."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def to_dict(self) -> dict[str, Any]:
        """The layer as in an architecture file: its type, what Keras requires, and what differs from the default."""
        kept: dict[str, Any] = {"type": self.type}
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            if info.is_required() or value != info.default:
                kept[name] = type(self).kinds()[name].to_data(value)
        return kept

    def keras_kwargs(self) -> dict[str, Any]:
        """Every argument for ``keras.layers.<type>(**kwargs)``."""
        return {name: kind.to_data(getattr(self, name)) for name, kind in type(self).kinds().items()}

    def label(self) -> str:
        """The settings that matter most, in a few characters."""
        return ""

    # Rules ------------------------------------------------------------------------------------------------

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the output for an input of ``input_shape``. Raises LayerFitError when it cannot take it."""
        return input_shape

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        """The layer's arrays for an input of ``input_shape``, in the order in which Keras keeps them."""
        return ()

    @classmethod
    def has_weights(cls) -> bool:
        """Whether layers of this type can have weights."""
        return cls.weights is not Layer.weights

    def params(self, input_shape: Shape) -> Params:
        """Number of weights for an input of ``input_shape``."""
        counts = [(prod(weight.shape), weight.trainable) for weight in self.weights(input_shape)]
        return Params(sum(count for count, _ in counts), sum(count for count, trainable in counts if trainable))

    def macs(self, input_shape: Shape) -> int:
        """Multiply-adds for one image. Bias adds, activations and comparisons are not counted."""
        return 0

    def window(self) -> Window | None:
        """The window one output position sees, or None when it sees only its own place."""
        return None

    def keeps_places(self, input_shape: Shape) -> bool:
        """Whether output (row, column) depends on a window at the same place, so that it has a receptive field."""
        return not self.ends_map and not (len(input_shape) == 2 and self.mixes_last_axis)

    def warning(self, input_shape: Shape) -> str | None:
        """Something legal but most likely not meant, as a sentence."""
        return None

    def explain(self, input_shape: Shape) -> Explanation:
        """The rules with this network's numbers. Raises LayerFitError like ``output_shape``."""
        out = self.output_shape(input_shape)
        return Explanation([f"output = input = {times(out)}"], ["no parameters"], ["no multiply-adds"])

    def rules(self) -> Explanation:
        """The rules of ``explain`` in letters, without numbers; a part that has no rule worth writing is empty."""
        return Explanation()

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        """Ways to make this layer fit ``input_shape``, the best first."""
        return ()


def times(shape: Shape) -> str:
    """``(26, 26, 32)`` as ``26×26×32``."""
    return "×".join(str(size) for size in shape)


def require_map(layer: Layer, input_shape: Shape) -> None:
    """Raise LayerFitError unless ``input_shape`` is (height, width, channels)."""
    if len(input_shape) == 2:
        raise LayerFitError(
            f"{layer.type} works on a map (height × width × channels), but receives {times(input_shape)} without a "
            f"channel axis. Put a Reshape to {times((*input_shape, 1))} before it."
        )
    if len(input_shape) != 3:
        raise LayerFitError(
            f"{layer.type} works on a map (height × width × channels), but receives a vector of "
            f"{input_shape[0]:,} numbers. Move it before the layer that flattens the map, or Reshape the vector to a "
            "map."
        )
