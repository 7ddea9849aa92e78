"""Backups: everything that is the user's, whole or not at all, and back into an empty home only."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from cnn_builder.runs import BackupError, Metric, RunSettings, Store
from cnn_builder.runs.backup.archive import MANIFEST
from cnn_builder.runs.backup.restoring import restore_backup
from cnn_builder.runs.backup.writing import write_backup
from cnn_builder.runs.workers import processes
from cnn_builder.settings import Settings
from tests.support.command_line import run
from tests.support.networks import TINY


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "a home")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def put(settings: Settings, name: str, content: str = "x") -> None:
    path = settings.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def ended(store: Store, settings: Settings, seed: int = 0) -> str:
    run_id = store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id
    store.append(run_id, [Metric(1, step, "step", 0.5, 0.5) for step in range(1, 3_000)])
    store.finish(run_id, "finished", result={"test_accuracy": 0.9})
    put(settings, f"runs/{run_id}/best.keras", "weights")
    put(settings, f"runs/{run_id}/epochs/1.weights.npz")
    return run_id


@pytest.fixture
def full(store: Store, settings: Settings) -> Path:
    """A backup of a home with one run and one of everything else."""
    ended(store, settings)
    for name in ("documents/a.json", "networks/b.json", "datasets/mine/set.json", "drawings/mnist/3-x.png"):
        put(settings, name)
    for name in ("datasets/mnist.npz", "standby.log", "calibration.json", "documents/a.json.123.draft"):
        put(settings, name)  # made again, or unfinished
    path = settings.home.parent / "all.backup"
    write_backup(store, settings, path)
    return path


def restored(path: Path, home: Path) -> tuple[Store, Settings]:
    settings = Settings(home=home)
    store = Store.open(settings)
    restore_backup(store, settings, path)
    return store, settings


def files(home: Path) -> set[str]:
    return {
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and not path.name.startswith("runs.sqlite")
    }


def test_what_is_the_users_comes_back_and_nothing_else(full: Path, store: Store, tmp_path: Path) -> None:
    (before,) = store.list()
    other, settings = restored(full, tmp_path / "new")
    with other:
        assert other.list() == [before]
        assert other.metrics(before.run_id) == store.metrics(before.run_id)
    assert files(settings.home) == {
        f"runs/{before.run_id}/best.keras", f"runs/{before.run_id}/epochs/1.weights.npz",
        "documents/a.json", "networks/b.json", "datasets/mine/set.json", "drawings/mnist/3-x.png",
    }  # fmt: skip
    assert (settings.home / "documents/a.json").stat().st_mode & 0o077 == 0


def test_active_runs_are_nobodys_after_a_restore(store: Store, settings: Settings, tmp_path: Path) -> None:
    for seed in range(3):
        store.create_run(TINY, "mnist", RunSettings(seed=seed))
    trained, starting = (store.claim_next(9) for _ in range(2))
    assert trained is not None and starting is not None
    store.begin(trained.run_id, 30)
    store.set_process(trained.run_id, 1, 1.0)
    put(settings, f"runs/{trained.run_id}/last.checkpoint", "state")
    write_backup(store, settings, tmp_path / "backup")
    other, there = restored(tmp_path / "backup", tmp_path / "new")
    with other:
        found = {one.run_id: one for one in other.list()}
        assert [one.status for one in found.values()] == ["stopped", "interrupted", "interrupted"]
        again = found[trained.run_id]
        assert (again.reason, again.pid, again.boot) == ("restored from a backup", None, None)
        assert other.request_resume(trained.run_id).status == "queued"
    assert (there.run_folder(trained.run_id) / "last.checkpoint").read_text() == "state"
    assert store.get(trained.run_id).boot == processes.boot_id()  # the original works on


def test_the_store_is_copied_after_the_files_of_what_is_at_work(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that starts in between has its files copied again, so that none is newer than the store."""
    early, late = (store.create_run(TINY, "mnist", RunSettings(seed=seed)).run_id for seed in range(2))
    store.request_stop(late)
    copies: list[int] = []
    save = Store.save_copy

    def slowly(self: Store, path: Path) -> None:
        if not copies:
            store.request_resume(late)
        put(settings, f"runs/{late}/last.checkpoint", f"state {len(copies)}")
        put(settings, f"runs/{early}/last.checkpoint", f"state {len(copies)}")
        copies.append(1)
        save(self, path)

    monkeypatch.setattr(Store, "save_copy", slowly)
    put(settings, f"runs/{early}/last.checkpoint", "before")
    write_backup(store, settings, tmp_path / "backup")
    assert len(copies) == 2
    with ZipFile(tmp_path / "backup") as archive:
        for run_id in (early, late):
            assert archive.read(f"home/runs/{run_id}/last.checkpoint") == b"state 0"  # not what came with the copy


def changed(path: Path, target: Path, **members: bytes | None) -> Path:
    """The backup with some of its members replaced, or left out."""
    with ZipFile(path) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            key = name.replace(".", "_").replace("/", "__")
            content = members.get(key, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def manifest(path: Path) -> dict[str, object]:
    with ZipFile(path) as archive:
        found: dict[str, object] = json.loads(archive.read(MANIFEST))
        return found


def test_a_damaged_or_foreign_backup_is_refused_and_leaves_nothing(full: Path, tmp_path: Path) -> None:
    said = manifest(full)
    files_of = dict(said["files"])  # type: ignore[call-overload]
    database = files_of["runs.sqlite"]
    outside = {**files_of, "home/runs/../../../evil": {"bytes": 1, "sha256": "0"}}
    short = {**files_of, "runs.sqlite": {**database, "bytes": database["bytes"] - 1}}

    def with_manifest(number: int, **values: object) -> Path:
        return changed(full, tmp_path / f"bad{number}", manifest_json=json.dumps({**said, **values}).encode())

    bad = {
        "is not a whole backup": changed(full, tmp_path / "bad1", manifest_json=None),
        "runs.sqlite is not what was written": changed(full, tmp_path / "bad2", runs_sqlite=b"other"),
        "documents/a.json is not what": changed(full, tmp_path / "bad3", home__documents__a_json=b"other"),
        "written by a newer version": with_manifest(4, version=2),
        "newer version of CNN": with_manifest(5, schema=999),
        "a file that no backup has": with_manifest(6, files=outside),
        "damaged": with_manifest(7, files=short),
        "no store of runs": with_manifest(8, files={}),
        "expected a file that": with_manifest(9, files=[1, 2]),
        "are free": with_manifest(10, files={**files_of, "runs.sqlite": {"bytes": 10**18, "sha256": "0"}}),
    }
    (tmp_path / "text").write_text("not a zip")
    bad["`backup` wrote"] = tmp_path / "text"
    bad["No such file"] = tmp_path / "missing"
    for told, path in bad.items():
        settings = Settings(home=tmp_path / f"home of {path.name}")
        with Store.open(settings) as store:
            with pytest.raises(BackupError, match=told):
                restore_backup(store, settings, path)
            assert store.run_ids() == () and files(settings.home) == set()
    assert not (tmp_path / "evil").exists()


def test_only_an_empty_home_is_restored_into(full: Path, store: Store, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="expected an empty home"):
        restore_backup(store, settings, full)
    drawn = Settings(home=tmp_path / "drawn")
    put(drawn, "drawings/mnist/5.png")
    with Store.open(drawn) as other, pytest.raises(BackupError, match="expected an empty home"):
        restore_backup(other, drawn, full)
    downloaded = tmp_path / "downloaded"
    put(Settings(home=downloaded), "datasets/mnist.npz")
    restored(full, downloaded)[0].close()


def test_a_backup_is_a_new_file_whole_or_not_at_all(
    full: Path, store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupError, match="there already"):
        write_backup(store, settings, full)

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cnn_builder.runs.backup.writing.write_manifest", fails)
    before = set(tmp_path.iterdir())
    with pytest.raises(BackupError, match="No space left"):
        write_backup(store, settings, tmp_path / "second")
    assert set(tmp_path.iterdir()) == before


def test_an_older_store_in_a_backup_is_brought_up_to_date(full: Path, tmp_path: Path) -> None:
    other, _ = restored(full, tmp_path / "new")
    other.close()
    with closing(sqlite3.connect(tmp_path / "new" / "runs.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (manifest(full)["schema"],)


def test_on_the_command_line(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=own_home)
    with Store.open(settings) as store:
        run_id = ended(store, settings)
    path = tmp_path / "all.backup"
    done = json.loads(run("backup", str(path), "--json").stdout)
    assert (done["runs"], done["bytes"]) == (1, path.stat().st_size)
    again = run("restore", str(path))
    assert again.exit_code == 1 and "expected an empty home" in again.stderr
    monkeypatch.setenv("CNN_BUILDER_HOME", str(tmp_path / "empty"))
    assert run("restore", str(path)).stdout.startswith("1 run restored from")
    assert run_id in run("runs").stdout
