"""What the convolutions share: their settings' kinds and their repairs. The types stand in files of their own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_builder.architecture.layers.base import Layer, Replacement, Shape, Weight, Window, require_map, times
from cnn_builder.architecture.layers.number_pairs import Penalty
from cnn_builder.architecture.layers.settings import ACTIVATIONS, INITIALIZERS, Choice, Flag, Pair, Whole
from cnn_builder.architecture.layers.windows import fitting_kernel, output_map, size_lines, size_rules, stride_warning

Filters = Annotated[int, Whole(help="Output channels: how many patterns the layer can look for.")]
KernelSize = Annotated[tuple[int, int], Pair(help="Height and width of the window.")]
Strides = Annotated[tuple[int, int], Pair(help="How far the window moves each time.")]
Padding = Annotated[str, Choice(options=("valid", "same"), help="'same' adds zeros around the map.")]
ActivationName = Annotated[
    str | None, Choice(options=ACTIVATIONS, optional=True, help="The function each output number goes through.")
]
Dilation = Annotated[tuple[int, int], Pair(help="Distance between the window's places; 1 leaves no gaps.")]
Groups = Annotated[int, Whole(help="Channels and filters are split into this many separate groups.")]
DepthMultiplier = Annotated[int, Whole(help="Filters applied to each input channel.")]
UseBias = Annotated[bool, Flag(help="One learned number added per output.")]
Initializer = Annotated[str, Choice(options=INITIALIZERS, help="How the weights start.")]
# 'orthogonal' needs a matrix.
_BIAS_INITIALIZERS = tuple(name for name in INITIALIZERS if name != "orthogonal")
BiasInitializer = Annotated[str, Choice(options=_BIAS_INITIALIZERS, help="How the biases start.")]
Regularizer = Annotated[
    tuple[float, float], Penalty(help="Keeps the weights small: L2 by their squares, L1 by their sizes; 0 for none.")
]
NO_PENALTY = (0.0, 0.0)


def bias(used: bool, outputs: int) -> tuple[Weight, ...]:
    """The biases, one for each output, where they are used."""
    return (Weight("bias", (outputs,)),) if used else ()


class Convolution2D(Layer):
    """Base of the convolutions. Input (height, width, channels), output (height', width', channels')."""

    category: ClassVar[str] = "Convolution"
    linear: ClassVar[bool] = True

    def label(self) -> str:
        channels = getattr(self, "filters", None)
        size = f"{channels} @ {times(self.window().kernel)}" if channels else times(self.window().kernel)
        activation = self.__dict__["activation"]
        return f"{size} · {activation}" if activation else size

    def window(self) -> Window:
        # Every convolution declares these, each in Keras' own order; pydantic keeps a model's values here.
        settings = self.__dict__
        return Window(settings["kernel_size"], settings["strides"], settings["dilation_rate"])

    def map_size(self, input_shape: Shape) -> tuple[int, int]:
        """(height, width) of the output. Raises LayerFitError."""
        require_map(self, input_shape)
        return output_map(input_shape, self.window(), self.__dict__["padding"], "kernel")

    def size_lines(self, input_shape: Shape) -> list[str]:
        """The shape rule of both axes with their numbers."""
        return size_lines(input_shape, self.window(), self.__dict__["padding"])

    def size_rules(self) -> list[str]:
        """The shape rule in letters."""
        return size_rules(self.__dict__["padding"])

    def warning(self, input_shape: Shape) -> str | None:
        return stride_warning(input_shape, self.window())

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        if len(input_shape) != 3:
            return ()
        kernel = fitting_kernel(input_shape, self.window())
        return (
            Replacement("Use padding 'same'", (self.changed(padding="same"),)),
            Replacement(f"Shrink the kernel to {times(kernel)}", (self.changed(kernel_size=kernel),)),
        )
