"""Terms with what they mean. The pages' tooltips take their words from here, so that one thing is said in one way."""

from __future__ import annotations

GLOSSARY: dict[str, str] = {
    "Accuracy": "The share of images whose class is predicted correctly.",
    "Activation": "A function applied to each number of a layer's output, such as ReLU; also such an output itself.",
    "Batch": "The images that a training step looks at together before it changes the weights once.",
    "Bias": "A number that a filter or unit adds to its sum, whatever the input.",
    "Channel": "One of the maps that lie over each other: three for a colour image, one a filter behind a convolution.",
    "Confidence interval": (
        "95 % of the intervals computed this way contain the model's true accuracy. It holds for this trained model, "
        "not for a run with another seed."
    ),
    "Cross-entropy": (
        "The loss of a classification: −ln p, where p is the probability given to the right class. Sparse: the labels "
        "are integers; categorical: they are one-hot vectors."
    ),
    "Data augmentation": "Training images turned, moved or scaled a little, so that the network meets more of them.",
    "Dropout": "Sets a share of the numbers to 0 while training, so that no unit relies on a single other one.",
    "Epoch": "One pass over all training images.",
    "Feature map": "The output of one filter: height × width numbers.",
    "Filter": "The weights of one output channel of a convolution, also called a kernel.",
    "Gap": "Training minus validation accuracy after the last epoch.",
    "Kernel size": "Height and width of the window that a convolution slides over the map.",
    "Learning rate": "How far a training step moves the weights against the gradient.",
    "Loss": "The number that training makes smaller; see cross-entropy.",
    "MACs": "Multiply-accumulate operations: one multiplication and one addition each, for one image.",
    "One-hot": "A class written as a vector of zeros with a single 1 at its place.",
    "Overfitting": "The network fits its training images better and better, and new images no better or worse.",
    "Padding": "Zeros around a map: 'valid' adds none, 'same' as many as keep its size with a stride of 1.",
    "Parameters": "The numbers of a network: weights and biases. Most are changed by training.",
    "Pooling": "Keeps one number of each window of a map: its largest or its mean.",
    "Receptive field": "The pixels of the input that one place of a layer's output depends on.",
    "Seed": "The number that random weights and the order of images begin from: the same seed, the same run.",
    "Softmax": "Turns numbers into probabilities that add up to 1.",
    "Stride": "How far a window moves from one place to the next.",
    "Test images": "Images that neither train nor choose anything, used once at the end.",
    "Validation images": "Images that do not train; they tell after each epoch how well the network does on new ones.",
}
"""Term → a sentence or two; in alphabetical order."""


def meaning(term: str) -> str:
    """What the term means. Raises KeyError for one that is not in the glossary."""
    return GLOSSARY[term]
