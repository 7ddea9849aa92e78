"""1×1 convolutions with strides, computed in training as a slice of the input and a convolution without strides."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnn_builder.engine.backend import keras, tf


@contextmanager
def sliced_inputs(model: "keras.Sequential") -> Iterator[None]:
    """Within, such layers leave out the places that their strides skip; a graph that is traced within keeps it.

    oneDNN's gradient of such a kernel writes outside its memory when a batch has one image (as the last one of an epoch
    may), which ends the process; seen in TensorFlow 2.21 at 40×40 and 20×20. A 1×1 kernel sees one place at a time and
    needs no padding, so the outputs, the loss and the gradients are the same, and no less is trained on.
    """
    layers = [layer for layer in model.layers if _is_strided_1x1(layer)]
    for layer in layers:
        layer.convolution_op = _convolution_of_slice(*layer.strides)
    try:
        yield
    finally:
        for layer in layers:
            del layer.convolution_op  # the class' own again


def _is_strided_1x1(layer: "keras.Layer") -> bool:
    is_convolution = isinstance(layer, keras.layers.Conv2D)
    return is_convolution and tuple(layer.kernel_size) == (1, 1) and max(layer.strides) > 1


def _convolution_of_slice(rows: int, columns: int) -> Callable[["tf.Tensor", "tf.Tensor"], "tf.Tensor"]:
    def convolve(inputs: "tf.Tensor", kernel: "tf.Tensor") -> "tf.Tensor":
        kept = inputs[:, ::rows, ::columns, :]
        return keras.ops.conv(kept, kernel, strides=1, padding="valid", data_format="channels_last")

    return convolve
