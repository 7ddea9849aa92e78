"""What stops a run before it starts, with the fix where there is an easy one."""

import numpy as np
import pytest

from cnn_builder.architecture import PRESETS, Architecture
from cnn_builder.data import DATASETS
from cnn_builder.runs import RunSettings
from cnn_builder.runs.settings.checks import Problem, check_request, memory_estimate

L2 = PRESETS["L2"].architecture
DIGITS = DATASETS["digits"]
LABELS = np.arange(DIGITS.train_size) % 10
PLENTY = 10**12
HUGE = {"type": "Dense", "units": 200_000_000, "activation": "relu"}


def problems(
    architecture: Architecture = L2, limit: int = PLENTY, labels: np.ndarray | None = LABELS, **settings: object
) -> tuple[Problem, ...]:
    return check_request(architecture, DIGITS, RunSettings(**settings), limit, labels)


def network(*layers: dict[str, object], input_shape: tuple[int, ...] = (28, 28, 1)) -> Architecture:
    return Architecture.from_dict({"version": 1, "name": "n", "input_shape": list(input_shape), "layers": list(layers)})


def dense(units: int) -> dict[str, object]:
    return {"type": "Dense", "units": units, "activation": "softmax"}


def test_a_good_request_has_no_problem() -> None:
    assert problems() == ()


def test_a_layer_that_does_not_fit_is_mended_by_its_first_repair() -> None:
    (problem,) = problems(PRESETS["L3"].architecture)
    assert problem.blocks and "Dense" in problem.message and problem.fix is not None
    assert problems(problem.fix.architecture) == ()


@pytest.mark.parametrize(
    "architecture",
    [
        network({"type": "Flatten"}, dense(7)),
        network({"type": "Conv2D", "filters": 4, "kernel_size": 3}),
        network({"type": "Flatten"}, dense(10), input_shape=(32, 32, 3)),
    ],
    ids=["units", "map", "input"],
)
def test_a_network_unlike_the_data_set_is_mended_in_one_click(architecture: Architecture) -> None:
    found = [problem for problem in problems(architecture) if problem.blocks]
    assert found and found[0].fix is not None
    assert not [problem for problem in problems(found[0].fix.architecture) if problem.blocks]


def test_no_softmax_is_only_a_warning() -> None:
    (problem,) = problems(network({"type": "Flatten"}, {"type": "Dense", "units": 10}))
    assert not problem.blocks and problem.fix is not None


def test_memory_counts_weights_gradient_slots_and_activations() -> None:
    small = network({"type": "Flatten"}, dense(10))
    params, activations = 7850, 784 + 784 + 10
    for slots, options in (
        (0, {"optimizer": "SGD"}),
        (1, {"optimizer": "SGD", "momentum": 0.9}),
        (1, {"optimizer": "RMSprop"}),
        (2, {"optimizer": "Adam"}),
        (3, {"optimizer": "Adam", "amsgrad": True}),
    ):
        expected = 4 * (params * (2 + slots) + activations * 8)
        assert memory_estimate(small, RunSettings(batch_size=8, **options)) == expected


def test_a_huge_layer_names_what_it_needs_and_the_limit() -> None:
    (problem,) = problems(network({"type": "Flatten"}, HUGE, dense(10)), limit=4_000_000_000)
    assert problem.blocks and problem.fix is None and problem.settings_fix is None
    assert "needs about 2,569.6 GB" in problem.message and "the limit is 4.0 GB" in problem.message
    assert "layer 2 (Dense)" in problem.message


def test_a_batch_too_big_for_memory_is_halved_until_it_fits() -> None:
    limit = memory_estimate(L2, RunSettings(batch_size=300))
    (problem,) = problems(limit=limit, batch_size=1024)
    assert problem.settings_fix is not None and problem.settings_fix.settings.batch_size == 256
    assert problems(limit=limit, batch_size=256) == ()


def test_a_split_that_leaves_nothing_to_train_on() -> None:
    (problem,) = problems(validation_split=0.9999)
    assert problem.blocks and "leaves none of the 1,437 images" in problem.message
    assert problem.settings_fix is not None and problem.settings_fix.settings.validation_split == 0.1


def test_a_class_left_out_of_training_blocks_and_names_it() -> None:
    (problem,) = [problem for problem in problems(train_limit=9, validation_split=0.0) if problem.blocks]
    assert "“9”" in problem.message
    assert problem.settings_fix is not None and problem.settings_fix.settings.train_limit is None


def test_a_class_left_out_of_validation_is_a_warning() -> None:
    (problem,) = problems(train_limit=50)
    assert not problem.blocks and "5 validation images" in problem.message


def test_test_images_as_validation_need_no_split() -> None:
    assert problems(validation_data="test", validation_split=0.9999) == ()


def test_without_labels_classes_are_not_looked_at() -> None:
    assert problems(labels=None, train_limit=5, validation_split=0.0) == ()


def test_class_weights_are_one_for_each_class() -> None:
    (problem,) = problems(class_weight=(1.0, 2.0))
    assert problem.blocks and "expected 10 of them" in problem.message and "received 2" in problem.message
    assert problem.settings_fix is not None and problem.settings_fix.settings.class_weight is None
    assert problems(class_weight=(2.0,) * 10) == ()
    (warning,) = problems(class_weight=(1.0,) * 9 + (0.0,))
    assert not warning.blocks and "“9” will not be learned" in warning.message


@pytest.mark.parametrize(
    "settings",
    [
        {"schedule": "step", "decay_epochs": 3, "warmup_epochs": 2},
        {"early_stopping": 5},
        {"reduce_on_plateau": 7},
    ],
)
def test_what_never_comes_in_so_few_epochs_is_a_warning(settings: dict[str, object]) -> None:
    (problem,) = problems(epochs=5, **settings)
    assert not problem.blocks
    assert problems(epochs=20, **settings) == ()
