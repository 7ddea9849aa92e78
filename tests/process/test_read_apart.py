"""What the web server reads in processes of their own, so that no file fills its memory."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_builder.data import DatasetError, ImageError
from cnn_builder.data.drawings.uploads import read_upload
from cnn_builder.data.imports.apart import ImportJob, import_apart
from cnn_builder.data.imports.collect import Form
from cnn_builder.data.imports.importing import ImportOptions
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.settings import Settings
from tests.support.own_data import noise, pictures, png, zipped


def test_a_large_picture_comes_back_smaller_and_a_small_one_as_it_is() -> None:
    assert read_upload(png(noise(1, 30, 40))).shape == (30, 40)
    wide = np.zeros((1_500, 3_000, 3), np.uint8)
    wide[:, 1_500:] = (250, 100, 50)
    found = read_upload(png(wide))
    assert found.shape == (512, 1_024, 3)
    assert found[100, 10].tolist() == [0, 0, 0] and found[100, 1_000].tolist() == [250, 100, 50]


def test_a_large_picture_that_is_damaged_or_too_large_is_told_in_words() -> None:
    whole = png(np.zeros((2_000, 2_000), np.uint8))
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_upload(whole[: len(whole) // 2])
    content = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(content, "PNG")
    with pytest.raises(ImageError, match=r"has 9,000×9,000 pixels; expected at most 50,000,000"):
        read_upload(content.getvalue())
    with pytest.raises(ImageError, match="needs too much memory"):
        read_upload(whole, (sys.executable, "-c", "raise MemoryError"))
    with pytest.raises(ImageError, match="no process can be started"):
        read_upload(whole, ("/nowhere/python",))


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


def test_an_import_tells_its_steps_and_is_kept_as_it_was_asked_for(tmp_path: Path, settings: Settings) -> None:
    path = zipped(tmp_path / "a.zip", pictures())
    steps: list[tuple[object, ...]] = []
    options = ImportOptions(Form(size=16, colour=True, fit="pad"), test_split=0.4, seed=3)
    import_apart(ImportJob("pets", path, options, "Häuser.zip"), settings, lambda *step: steps.append(step))
    version = OwnDatasets.of(settings).version("pets")
    assert (version.input_shape, version.preparation, version.seed) == ((16, 16, 3), "pad", 3)
    assert (version.train_size, version.test_size, version.change) == (6, 4, "Imported from Häuser.zip")
    assert ("Reading", 10, 10) in steps


def test_an_import_that_fails_or_is_stopped_leaves_nothing(tmp_path: Path, settings: Settings) -> None:
    own = OwnDatasets.of(settings)
    job = ImportJob("pets", zipped(tmp_path / "a.zip", pictures()), ImportOptions())
    broken = tmp_path / "none.zip"
    broken.write_bytes(b"PK\x03\x04")
    with pytest.raises(DatasetError, match="cut short"):
        import_apart(ImportJob("pets", broken, ImportOptions()), settings, lambda *_: None)
    with pytest.raises(DatasetError, match=r"ended before it was done \(code 3\)"):
        import_apart(job, settings, lambda *_: None, (sys.executable, "-c", "raise SystemExit(3)"))

    def stop(*_: object) -> None:
        (own.folder / "pets").mkdir(parents=True, exist_ok=True)  # as if it had begun to be written
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_apart(job, settings, stop)
    assert own.names() == [] and not (own.folder / "pets").exists()


def test_an_import_that_needs_too_much_memory_is_told_so(tmp_path: Path, settings: Settings) -> None:
    """20 GB, which the process' own limit does not allow whatever the machine has."""
    code = "from cnn_builder.data.imports import apart; apart.import_data = lambda *_: bytes(2 * 10**10); apart.main()"
    job = ImportJob("large", zipped(tmp_path / "a.zip", pictures()), ImportOptions())
    with pytest.raises(DatasetError, match=r"needs more than 3,600\.0 MB of memory"):
        import_apart(job, settings, lambda *_: None, (sys.executable, "-c", code))
