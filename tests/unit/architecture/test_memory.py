from cnn_builder.architecture import PRESETS, Architecture, trace
from cnn_builder.architecture.memory import (
    activation_counts,
    heaviest,
    inference_bytes,
    training_bytes,
    training_memory,
)

SMALL = Architecture.from_dict(
    {
        "version": 1,
        "name": "small",
        "input_shape": [4, 4, 1],
        "layers": [
            {"type": "Conv2D", "filters": 2, "kernel_size": 3},  # 20 parameters, 2·2·2 numbers
            {"type": "BatchNormalization"},  # 8 parameters, 4 of them trained; 8 numbers
            {"type": "Flatten"},  # 8 numbers
            {"type": "Dense", "units": 3},  # 27 parameters, 3 numbers
        ],
    }
)


def test_the_parts_by_hand() -> None:
    needed = training_memory(SMALL, batch_size=10, optimizer_slots=2)
    assert (needed.weights, needed.gradients, needed.slots) == (4 * 55, 4 * 51, 4 * 2 * 51)
    assert needed.activations == 4 * 10 * (16 + 8 + 8 + 8 + 3)
    assert needed.total == training_bytes(SMALL, 10, 2) == sum(vars(needed).values())


def test_prediction_holds_the_widest_pair_of_layers() -> None:
    assert inference_bytes(SMALL) == 4 * (55 + 16 + 8)
    assert inference_bytes(SMALL, batch_size=5) == 4 * (55 + 5 * (16 + 8))


def test_a_trace_counts_as_its_architecture() -> None:
    architecture = PRESETS["L2"].architecture
    assert training_bytes(trace(architecture), 64, 2) == training_bytes(architecture, 64, 2)


def test_layers_after_the_one_that_does_not_fit_are_not_counted() -> None:
    broken = PRESETS["L3"].architecture
    assert len(activation_counts(trace(broken))) == 6
    assert inference_bytes(Architecture((2, 2, 1), ())) == 16


def test_the_layer_that_takes_most() -> None:
    traced = trace(SMALL)
    assert heaviest(traced, batch_size=1, optimizer_slots=2) == 3  # 27 parameters
    assert heaviest(traced, batch_size=1000, optimizer_slots=2) == 0  # 8 numbers an image and 20 parameters
