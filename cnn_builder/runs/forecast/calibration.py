"""The calibration of this machine: where it is kept, whether it still holds, and who measures it.

It is measured by a process of its own (`python -m cnn_builder.engine.calibrate`), once, and never while a run trains:
both would be slowed down. Whoever wants a forecast calls `Calibrator.poll` now and then until it has one.
"""

import json
import math
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from cnn_builder.files import write_whole
from cnn_builder.runs.device import cpu_model, hidden_gpus, listed_gpus
from cnn_builder.runs.errors import LauncherError
from cnn_builder.runs.forecast import KINDS, Calibration, Rates
from cnn_builder.runs.workers import processes
from cnn_builder.runs.workers.launcher import open_log, worker_env
from cnn_builder.settings import Settings

VERSION = 3
CUDA = "nvidia-cudnn-cu12"
"""The package without which TensorFlow does not use a GPU: where it comes or goes, another device computes."""
DISTURBED = 3
"""Exit code of a measurement during which a run began: it says nothing, and is made again."""
MEASURER = (sys.executable, "-m", "cnn_builder.engine.calibrate")

CalibrationStatus = Literal["ready", "measuring", "waiting", "failed"]


@dataclass(frozen=True)
class Standing:
    """Where the calibration stands: "ready" with it, "measuring", "waiting" for a run to end, or "failed"."""

    status: CalibrationStatus
    calibration: Calibration | None = None
    reason: str = ""


@cache
def machine() -> dict[str, Any]:
    """What the speed depends on; a calibration of another machine, or of other versions, does not hold here."""
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in ("tensorflow", "keras", CUDA)},
        "gpus": list(listed_gpus()),
        "hidden": hidden_gpus(),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


# Its file ------------------------------------------------------------------------------------------------


def calibration_file(settings: Settings) -> Path:
    """Where the calibration is kept."""
    return settings.home / "calibration.json"


def read_calibration(path: Path, here: dict[str, Any] | None = None) -> Calibration | None:
    """The calibration in a file; None where there is none, it is damaged, or it is not of this machine (`here`)."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION or content["machine"] != (machine() if here is None else here):
            return None
        return Calibration(
            _rates(content["train"]),
            _rates(content["mixed"]),
            _rates(content["evaluate"]),
            float(content["error"]),
            bool(content["busy"]),
            str(content["device"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # measured again, then written anew


def _rates(seconds: dict[str, Any]) -> Rates:
    found = {kind: float(seconds[kind]) for kind in KINDS}
    if not all(math.isfinite(value) and value >= 0 for value in found.values()) or not any(found.values()):
        raise ValueError("rates are seconds, not negative and not all zero")
    return Rates(found)


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Keep a calibration of this machine: the old file or the new one, never half. Raises OSError."""
    content = {
        "version": VERSION,
        "machine": machine(),
        "error": calibration.error,
        "busy": calibration.busy,
        "device": calibration.device,
        "train": dict(calibration.train.seconds),
        "mixed": dict(calibration.mixed.seconds),
        "evaluate": dict(calibration.evaluate.seconds),
    }
    write_whole(path, json.dumps(content, indent=1, allow_nan=False))


# Who measures --------------------------------------------------------------------------------------------


class Calibrator:
    """Has this machine measured, once, in the background. Safe to use from several threads.

    Args:
        busy: whether a run trains or waits to; nothing is measured then.
        command: what measures; it writes the file, or ends with `DISTURBED` or another code.
        last_device: what the newest run trained on and when it began, as `Store.last_device` tells. What was measured
            before then on another device does not count: a forecast for a processor says nothing of a GPU.
    """

    def __init__(
        self,
        settings: Settings,
        busy: Callable[[], bool],
        command: Sequence[str] = MEASURER,
        last_device: Callable[[], tuple[str, float] | None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._busy = busy
        self._last_device = last_device
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._reason = ""
        self._kept: tuple[int, Calibration] | None = None

    def poll(self) -> Standing:
        """Where it stands; starts the measurement where one is needed and nothing trains. Does not wait for it.

        A run that begins meanwhile is not to be slowed down: it ends the measurement.
        """
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                if not self._busy():
                    return Standing("measuring")
                self._give_up(self._child)
            elif self._child is not None:
                self._ended(self._child)
            found = self._read()
            if found is not None:
                return Standing("ready", found)
            if self._reason:
                return Standing("failed", reason=self._reason)
            if self._busy():
                return Standing("waiting")
            if self._measured_elsewhere():
                return Standing("measuring")
            self._start()
            return Standing("failed", reason=self._reason) if self._reason else Standing("measuring")

    def known(self) -> Calibration | None:
        """What was measured before; None where nothing was. Starts nothing."""
        with self._lock:
            return self._read()

    def again(self) -> None:
        """Forget what was measured, or that it failed: the next `poll` has it measured anew. Raises OSError."""
        with self._lock:
            self._reason = ""
            if self._child is None:
                calibration_file(self._settings).unlink(missing_ok=True)

    def close(self) -> None:
        """End a measurement that is under way."""
        with self._lock:
            if self._child is not None:
                self._give_up(self._child)

    @property
    def log(self) -> Path:
        """What the measurement printed."""
        return self._settings.home / "calibration.log"

    @property
    def _mark(self) -> Path:
        """Names the process that measures, so that two servers on one machine don't measure each other."""
        return self._settings.home / "calibration.pid"

    def _read(self) -> Calibration | None:
        """From the file, when it is not the one that was read before: this is asked at every drawing of a page."""
        path = calibration_file(self._settings)
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return None
        if self._kept is None or self._kept[0] != changed:
            found = read_calibration(path)
            self._kept = (changed, found) if found is not None else None
        if self._kept is None:
            return None
        device, began = self._last_device() or ("", 0.0)
        holds = not device or device == self._kept[1].device or began < changed / 1e9
        return self._kept[1] if holds else None

    def _ended(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = None
        self._mark.unlink(missing_ok=True)
        if child.returncode not in (0, DISTURBED):
            self._reason = f"the measurement ended with exit code {child.returncode}; see {self.log}"
        elif child.returncode == 0 and read_calibration(calibration_file(self._settings)) is None:
            self._reason = f"the measurement wrote no valid calibration; see {self.log}"

    def _give_up(self, child: "subprocess.Popen[bytes]") -> None:
        child.kill()
        child.wait()
        self._child = None
        self._mark.unlink(missing_ok=True)

    def _measured_elsewhere(self) -> bool:
        try:
            pid, started = self._mark.read_text(encoding="utf-8").split()
            return processes.is_same(int(pid), float(started))
        except (OSError, ValueError):
            return False

    def _start(self) -> None:
        try:
            with open_log(self.log) as log:
                self._child = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=worker_env(self._settings),
                    start_new_session=True,
                )
            self._mark.write_text(f"{self._child.pid} {processes.process_started(self._child.pid)}", encoding="utf-8")
        except (OSError, LauncherError) as error:
            self._reason = f"the measurement could not be started: {error}"
