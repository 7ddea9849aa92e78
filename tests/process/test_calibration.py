"""A real measurement, of two of its networks: a process trains them and leaves a calibration."""

import sys
import time
from pathlib import Path

from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.runs.forecast import forecast
from cnn_builder.runs.forecast.calibration import Calibrator, calibration_file
from cnn_builder.settings import Settings

TWO = (
    "import sys\n"
    "from cnn_builder.engine import calibrate\n"
    "from cnn_builder.settings import Settings\n"
    "sys.exit(calibrate.main(Settings.from_env(), calibrate.NETWORKS[:2], passes=1))"
)


def test_this_machine_is_measured_when_nothing_trains(own_home: Path) -> None:
    settings = Settings(home=own_home)
    architecture = PRESETS["L1"].architecture
    with Store.open(settings) as store:
        run = store.create_run(architecture, "digits", RunSettings())
        calibrator = Calibrator(settings, lambda: bool(store.active()), [sys.executable, "-c", TWO])
        try:
            assert calibrator.poll().status == "waiting"
            store.request_stop(run.run_id)
            end = time.monotonic() + 600
            while (standing := calibrator.poll()).status == "measuring" and time.monotonic() < end:
                time.sleep(0.1)
        finally:
            calibrator.close()
    assert standing.status == "ready", standing.reason or calibrator.log.read_text()
    assert standing.calibration is not None
    assert calibration_file(settings).exists()
    few, many = (forecast(standing.calibration, architecture, images, 0, 32).seconds for images in (1_000, 10_000))
    assert 0 < few < many
