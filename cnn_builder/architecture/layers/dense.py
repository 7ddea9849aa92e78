"""Dense."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from cnn_builder.architecture.errors import LayerFitError
from cnn_builder.architecture.layers import convolution as kinds
from cnn_builder.architecture.layers.base import Explanation, Layer, Replacement, Shape, Weight, times
from cnn_builder.architecture.layers.flatten import Flatten
from cnn_builder.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from cnn_builder.architecture.layers.settings import Whole


class Dense(Layer):
    """Fully connected layer. Input (features,), output (units,)."""

    category: ClassVar[str] = "Dense"
    summary: ClassVar[str] = "Connects every input number to every unit."
    example_settings: ClassVar[dict[str, Any]] = {"units": 64, "activation": "relu"}
    positional: ClassVar[tuple[str, ...]] = (
        *("units", "activation", "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer"),
    )
    linear: ClassVar[bool] = True

    units: Annotated[int, Whole(help="Output numbers; in the last layer, one per class.")]
    activation: kinds.ActivationName = None
    use_bias: kinds.UseBias = True
    kernel_initializer: kinds.Initializer = "glorot_uniform"
    bias_initializer: kinds.BiasInitializer = "zeros"
    kernel_regularizer: kinds.Regularizer = kinds.NO_PENALTY

    def label(self) -> str:
        return f"{self.units}" + (f" · {self.activation}" if self.activation else "")

    def output_shape(self, input_shape: Shape) -> Shape:
        # Keras would act on the last axis and fail much later, at the loss: labels are one per image.
        if len(input_shape) != 1:
            raise LayerFitError(
                f"Dense needs a vector, but receives a {times(input_shape)} map. "
                "Put a Flatten or a GlobalAveragePooling2D before it."
                if len(input_shape) == 3
                else f"Dense needs a vector, but receives {times(input_shape)} numbers. Put a Flatten before it."
            )
        return (self.units,)

    def weights(self, input_shape: Shape) -> tuple[Weight, ...]:
        return (Weight("kernel", (input_shape[0], self.units)), *kinds.bias(self.use_bias, self.units))

    def macs(self, input_shape: Shape) -> int:
        return input_shape[0] * self.units

    def explain(self, input_shape: Shape) -> Explanation:
        self.output_shape(input_shape)
        bias = f" + {self.units} biases" if self.use_bias else ""
        return Explanation(
            [f"output = units = {self.units}"],
            [f"{input_shape[0]:,}·{self.units}{bias} = {self.params(input_shape).total:,}"],
            [f"{input_shape[0]:,}·{self.units} = {self.macs(input_shape):,}"],
        )

    def rules(self) -> Explanation:
        return Explanation(["out = units"], [f"in·units{' + units' if self.use_bias else ''}"], ["in·units"])

    def suggestions(self, input_shape: Shape) -> tuple[Replacement, ...]:
        flatten = Replacement("Insert Flatten before it", (Flatten(), self))
        if len(input_shape) != 3:
            return (flatten,)
        return (flatten, Replacement("Insert GlobalAveragePooling2D before it", (GlobalAveragePooling2D(), self)))
