"""What training and prediction need in memory, part by part, as an HTML table."""

from html import escape

from cnn_builder.architecture.memory import TrainingMemory, bytes_text
from cnn_builder.figures.locale_text import number_text


def memory_table(training: TrainingMemory, batch_size: int, inference: int) -> str:
    """The parts of the training's memory with how each is counted, their sum, and what predicting one image needs.

    Args:
        training: for batches of ``batch_size`` images.
        inference: bytes.
    """
    parts = (
        ("Weights", "parameters × 4 bytes", training.weights),
        ("Gradients", "trained parameters × 4", training.gradients),
        ("Adam's two moments", "trained parameters × 2 × 4", training.slots),
        ("Activations", f"outputs of all layers × {number_text(batch_size)} images × 4", training.activations),
    )
    rows = "".join(_row(*part) for part in parts)
    total = _row("Training", "their sum", training.total, ' class="total"')
    predicting = _row("Predicting one image", "weights + the widest layer's input and output", inference)
    note = "Estimates, without TensorFlow itself (about 0.4 GB) and the data set."
    return (
        '<div class="cnn-bars"><table><caption class="cnn-hidden">Memory</caption>'
        f"<tbody>{rows}{total}{predicting}</tbody></table><p>{note}</p></div>"
    )


def _row(name: str, rule: str, size: int, attribute: str = "") -> str:
    return (
        f'<tr{attribute}><th scope="row">{escape(name)}</th><td class="rule">{escape(rule)}</td>'
        f'<td class="number">{bytes_text(size)}</td></tr>'
    )
