"""Training stands back behind the pages."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from cnn_builder.engine.worker import NICE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the system has other priorities")


def test_a_worker_stands_back_before_it_loads_anything() -> None:
    command = [sys.executable, "-m", "cnn_builder.engine.worker", "standby", "600"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as worker:
        try:
            process, end = psutil.Process(worker.pid), time.monotonic() + 60
            own = os.getpriority(os.PRIO_PROCESS, 0)
            while process.nice() != max(NICE, own) and time.monotonic() < end:
                time.sleep(0.05)
            assert process.nice() == max(NICE, own)
        finally:
            worker.kill()


def test_the_next_worker_does_not_stand_back_further() -> None:
    """A worker that ends starts the next one, which is born with its priority."""
    code = (
        "import os; from cnn_builder.engine.worker import stand_back; stand_back(); stand_back(); "
        "print(os.getpriority(os.PRIO_PROCESS, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == max(NICE, os.getpriority(os.PRIO_PROCESS, 0))
