"""Files are written whole or not at all, by one function; what could not be written leaves nothing on the disk."""

import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click import ClickException

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.cli.output import write_output
from cnn_builder.data import DATASETS
from cnn_builder.data.sets.user_drawings import OwnDrawings
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.documents.library import Networks
from cnn_builder.engine.training import checkpoint_file
from cnn_builder.engine.training.checkpoint_file import Snapshot
from cnn_builder.files import PRIVATE, remove_drafts, replacing, write_whole
from cnn_builder.runs.forecast import calibration
from cnn_builder.runs.forecast.calibration import KINDS, Calibration, Rates
from cnn_builder.runs.results import evaluation
from cnn_builder.runs.results.evaluation import Evaluation
from tests.support.full_disk import full_disk
from tests.support.networks import TINY
from tests.support.paths import ROOT

RATES = Rates(dict.fromkeys(KINDS, 1.0))
EVALUATION = Evaluation(("a", "b"), np.eye(2, dtype=np.int64), np.ones(2, bool), (), b"", (28, 28), 1)
NOISE = np.arange(784).reshape(28, 28, 1).astype(np.uint8)
WRITERS: dict[str, Callable[[Path], object]] = {
    "document": lambda folder: DocumentStore(folder).save("a" * 16, Document.of(TINY, "digits")),
    "saved network": lambda folder: Networks(folder).save(TINY, "digits", "b" * 16),
    "drawing": lambda folder: OwnDrawings(folder, DATASETS["mnist"]).keep(NOISE, 3),
    "calibration": lambda folder: calibration.write_calibration(
        folder / "c.json", Calibration(RATES, RATES, RATES, 0.1)
    ),
    "evaluation": lambda folder: evaluation.write_evaluation(folder, EVALUATION),
    "export": lambda folder: write_output(str(folder / "L2.py"), "model = " + "x" * 9_000),
    "checkpoint": lambda folder: checkpoint_file.write_checkpoint(folder, Snapshot({"step": 1}, {"a": np.ones(9)})),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit for the size of a file")
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_a_full_disk_keeps_what_was_there_and_gets_no_fuller(write: Callable[[Path], object], tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    assert len(before) == 1
    with full_disk(), pytest.raises((OSError, CnnBuilderError, ClickException)):
        write(tmp_path)
    assert contents(tmp_path) == before


def test_a_command_writes_through_links_to_devices_and_makes_no_folder(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")
    write_output(str(link), "a")
    write_output("/dev/null", "a")
    assert link.is_symlink() and (tmp_path / "file").read_text() == "a" and Path("/dev/null").is_char_device()
    with pytest.raises(ClickException, match=r"deep/a\.py: cannot be written: No such file or directory\."):
        write_output(str(tmp_path / "deep" / "a.py"), "a")


def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a.json"
    write_whole(file, "old")
    with pytest.raises(KeyboardInterrupt), replacing(file, previous=tmp_path / "deep" / "b.json") as draft:
        draft.write_text("half of the n", encoding="utf-8")
        raise KeyboardInterrupt
    assert contents(tmp_path) == {"deep/a.json": b"old"}


def test_the_file_that_was_there_becomes_the_previous_one(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        with replacing(tmp_path / "last", previous=tmp_path / "previous", lasting=True) as draft:
            draft.write_text(text, encoding="utf-8")
    assert contents(tmp_path) == {"last": b"three", "previous": b"two"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_private_file_is_its_owners(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"1", mode=PRIVATE)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == PRIVATE


def test_what_killed_writers_left_is_removed(tmp_path: Path) -> None:
    write_whole(tmp_path / "best.keras", b"1")
    for suffix in ("", ".keras"):
        with replacing(tmp_path / "best.keras", suffix=suffix) as draft:
            left = draft.read_bytes()
        draft.write_bytes(left)  # as if it had never been renamed
    remove_drafts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["best.keras"]


def test_no_other_module_replaces_files() -> None:
    """Whoever writes a file by a draft and a rename does it through ``cnn_builder.files``."""
    tools = re.compile(r"mkstemp|mkdtemp|fsync|os\.(replace|rename)\(")
    found = {
        path.relative_to(ROOT) for path in (ROOT / "cnn_builder").rglob("*.py") if tools.search(path.read_text("utf-8"))
    }
    assert found == {Path("cnn_builder/files.py")}
