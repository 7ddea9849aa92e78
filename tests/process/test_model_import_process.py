"""Importing by the command line, with its own processes: what is kept, and what a bad or a heavy file leaves."""

import json
import sys
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner, Result

from cnn_builder.cli import main
from cnn_builder.runs import ModelFileError, Store
from cnn_builder.runs.model_import.reading import read_model
from cnn_builder.runs.run_files import BEST
from cnn_builder.settings import Settings
from tests.support import model_files as made


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(home=own_home)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["runs", *arguments])


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_file_becomes_a_finished_run(ending: str, settings: Settings, tmp_path: Path) -> None:
    make = made.keras_file if ending == ".keras" else made.h5_file
    done = run("import", str(make(tmp_path / f"mine{ending}")), "--name", "Mine", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["total_params"] == 239 and found["test_accuracy"] is None and found["dataset"] is None
    with Store.open(settings) as store:
        kept = store.get(found["run_id"])
    assert (kept.name, kept.status, kept.origin) == ("Mine", "finished", "imported")
    assert kept.imported is not None and kept.imported.file == f"mine{ending}"
    assert sorted(path.name for path in settings.run_folder(kept.run_id).iterdir()) == [BEST]
    exported = run("export", kept.run_id, "--to", "keras", "-o", str(tmp_path / "out.keras"))
    assert exported.exit_code == 0 and (tmp_path / "out.keras").stat().st_size > 1000
    report = run("export", kept.run_id, "--to", "report")
    assert report.exit_code == 0 and f"imported from mine{ending}" in report.stdout.lower()
    assert run("export", kept.run_id, "--to", "csv").exit_code == 1
    page = run("export", kept.run_id, "--to", "html", "-o", str(tmp_path / "out.html"))
    assert page.exit_code == 1 and "imported without a data set" in page.stderr and page.stderr.count("\n") == 1


def test_a_model_is_there_for_all_machines_or_not_kept(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made.keras_file(tmp_path / "mine.keras")
    monkeypatch.setenv("CNN_BUILDER_ARTIFACTS", str(tmp_path / "url"))
    done = run("import", str(file), "--json")
    assert done.exit_code == 0, done.stderr
    run_id = json.loads(done.stdout)["run_id"]
    url, store = (tmp_path / "url").as_uri(), f"sqlite:///{own_home}/runs.sqlite"
    other = Settings(home=tmp_path / "other", artifacts=url, store=store)
    with Store.open(other) as opened:
        opened.get(run_id)
    assert (other.run_folder(run_id) / BEST).read_bytes() == (own_home / "runs" / run_id / BEST).read_bytes()

    (tmp_path / "url").rename(tmp_path / "away")
    (tmp_path / "url").write_text("a file in its place")
    failed = run("import", str(file), "--json")
    assert failed.exit_code == 1 and failed.stderr.count("\n") == 1
    assert "The model cannot be kept: The artifacts at file:///" in failed.stderr
    assert [path.name for path in (own_home / "runs").iterdir()] == [run_id]


def test_a_bad_file_is_one_line_and_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    bad = made.keras_file(tmp_path / "bad.keras", change=lambda file: file.__delitem__("layers/conv2d"))
    done = run("import", str(bad))
    assert done.exit_code == 1 and done.stderr.count("\n") == 1 and "Layer 1 (Conv2D" in done.stderr
    wrong = run("import", str(made.h5_file(tmp_path / "good.h5")), "--dataset", "mnist")
    assert wrong.exit_code == 1 and "does not fit the data set MNIST" in wrong.stderr
    assert not list(settings.runs_folder.iterdir())
    with Store.open(settings) as store:
        assert store.list() == []


def test_a_reader_that_takes_too_long_or_dies_is_told(settings: Settings, tmp_path: Path) -> None:
    busy = "from cnn_builder.own_process import limit_process; limit_process(10**10, 1)\nwhile 1: pass"
    for code, words in (
        ("while True: pass", "longer than 0.5 s"), ("import os; os.abort()", "signal 6"), (busy, "s of the processor"),
    ):  # fmt: skip
        with pytest.raises(ModelFileError, match=words):
            read_model(tmp_path / "a.h5", tmp_path, settings, seconds=0.5 if "True" in code else 60,
                       command=(sys.executable, "-c", code))  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a process' memory")
def test_the_reader_has_a_limit_of_memory(settings: Settings, tmp_path: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "from cnn_builder.runs.model_import import reader\n"
        "reader.read = lambda *_, **__: bytearray(3_000_000_000)\n"
        "reader.main(sys.argv[1:])"
    )
    with pytest.raises(ModelFileError, match=r"needs more than 2\.0 GB of memory"):
        read_model(tmp_path / "a.h5", tmp_path, settings, command=(sys.executable, "-c", code))


def test_a_network_is_read_of_an_h5_file_as_of_any_other(settings: Settings, tmp_path: Path) -> None:
    path = made.h5_file(tmp_path / "model.h5")
    with h5py.File(path, "a") as file:
        del file["model_weights"]  # they are not looked at
    traced = CliRunner().invoke(main, ["trace", str(path), "--json"])
    assert traced.exit_code == 0 and json.loads(traced.stdout)["total_params"] == 239
