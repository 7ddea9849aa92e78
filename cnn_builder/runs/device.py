"""What computes: how a device is named, and which GPUs the system tells of without TensorFlow.

A device is a text that begins with its kind, such as "GPU NVIDIA A100-SXM4-40GB" or "CPU AMD EPYC 7B13". The worker
that trains says it, since only TensorFlow knows whether it can use a GPU; a run and a calibration keep it.
"""

import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

CPU, GPU = "CPU", "GPU"
VISIBLE = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
"""Variables that hide some of the GPUs from a process."""
_DRIVER = Path("/proc/driver/nvidia/gpus")


def device_text(gpu: str | None) -> str:
    """The device that computes: the GPU of this name ("" where it has none), or this machine's processor for None."""
    return f"{CPU} {cpu_model()}" if gpu is None else f"{GPU} {' '.join(gpu.split())}".strip()


def device_words(device: str) -> str:
    """A device in a few words: a GPU by its name; which processor it was matters to a forecast only."""
    return device if device.startswith(GPU) else CPU


@cache
def cpu_model() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def listed_gpus(driver: Path = _DRIVER) -> tuple[str, ...]:
    """The GPUs that NVIDIA's driver tells of, by name; none where there is no such driver, or no such file.

    Whether TensorFlow can use one depends on its libraries, too.
    """
    found = []
    for file in sorted(driver.glob("*/information")):
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        found += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
    return tuple(found)


def hidden_gpus(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that hide GPUs, with their values."""
    environ = os.environ if environ is None else environ
    return {name: environ[name] for name in VISIBLE if name in environ}


def unused_gpu_words(device: str, listed: tuple[str, ...] | None = None) -> str:
    """That this machine has a GPU and trained on the processor all the same, and how to mend it; "" where not so."""
    gpus = listed_gpus() if listed is None else listed
    if not gpus or device.startswith(GPU) or hidden_gpus():
        return ""
    return (
        f"This machine has a GPU ({gpus[0]}) that TensorFlow does not use. Install its libraries "
        '(pip install "tensorflow[and-cuda]") and start the app again.'
    )
