"""The classes of a data set in sentences."""

from cnn_builder.data import DatasetInfo

# Measured: an L2 trained on `digits` classifies two thirds of MNIST's test images correctly, however confident it is.
FEW_IMAGES = (
    "This data set is small: the network often misclassifies other people's handwriting. "
    "A network trained on MNIST is far more accurate."
)


def class_phrase(name: str, info: DatasetInfo) -> str:
    """A class in a sentence: "a 7", "an 8"; other class names are quoted as they are."""
    if not info.is_digits:
        return f"“{name}”"
    return f"an {name}" if name.startswith("8") else f"a {name}"
