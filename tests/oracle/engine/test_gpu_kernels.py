"""What training would do on a GPU, read from TensorFlow's own list of kernels: none is needed for that.

TensorFlow's package for Linux on x86 holds the kernels for GPUs whether or not there is one.
"""

import os
import platform
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
from tensorflow.python.framework import kernels

from cnn_builder.architecture import PRESETS
from cnn_builder.engine.backend import tf
from cnn_builder.engine.build import build_model
from cnn_builder.engine.device import training_device
from cnn_builder.engine.training.loop import Loop
from cnn_builder.runs import RunSettings
from cnn_builder.runs.device import cpu_model

with_gpu_kernels = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="this system's TensorFlow has no kernels for GPUs"
)


@cache
def gpu_kernels(operation: str) -> list[Any]:
    """The kernels of an operation that run on a GPU; each names the types that it takes."""
    found = kernels.get_registered_kernels_for_op(operation).kernel
    return [kernel for kernel in found if kernel.device_type in ("GPU", "DEFAULT")]


def runs_on_gpu(node: Any) -> bool:
    def takes(constraint: Any) -> bool:
        given = node.attr[constraint.name]
        return set(given.list.type or [given.type]) <= set(constraint.allowed_values.list.type)

    return any(all(map(takes, kernel.constraint)) for kernel in gpu_kernels(node.op))


def left_to_the_processor(loop: Loop) -> set[str]:
    """Operations of the training step that no GPU can do, and that are not given to the processor on purpose."""
    graph = loop._train.get_concrete_function().graph.as_graph_def()
    functions = {function.signature.name for function in graph.library.function}
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return {
        node.op
        for node in nodes
        if node.op not in functions and not node.device.endswith("CPU:0") and not runs_on_gpu(node)
    }


@with_gpu_kernels
@pytest.mark.parametrize("name", ["CIFAR-small", "Depthwise-separable"])
def test_every_operation_of_a_training_step_runs_on_a_gpu(name: str) -> None:
    """But for taking a batch's images, which lie in the machine's memory: see `loop.HOST`."""
    architecture = PRESETS[name].architecture
    loop = Loop(build_model(architecture, 0), architecture, RunSettings(batch_size=4))
    loop.hold(np.zeros((8, *architecture.input_shape), np.uint8), np.zeros(8, np.int64))
    assert left_to_the_processor(loop) == set()


def test_the_device_is_named_by_what_tensorflow_uses() -> None:
    gpus = [tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU"), tf.config.PhysicalDevice("/b", "GPU")]
    names = {gpus[0].name: {"device_name": "NVIDIA A100-SXM4-40GB"}, "/b": {}}
    assert training_device(lambda: gpus, lambda gpu: names[gpu.name]) == "GPU NVIDIA A100-SXM4-40GB"
    assert training_device(lambda: gpus[1:], lambda gpu: names[gpu.name]) == "GPU"
    assert training_device(list) == f"CPU {cpu_model()}"


def test_a_gpu_is_shared_and_computes_float32_as_a_processor_does() -> None:
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
