"""Folders that are kept in a bucket of an S3-compatible server. Needs `make test-cluster`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_builder.artifacts.errors import ArtifactsUnreachable
from cnn_builder.artifacts.kept_folder import KeptFolder
from cnn_builder.artifacts.objects import SINGLE_PUT_BYTES, ObjectStore
from scripts import object_store

SERVER = os.environ.get(object_store.FOLDER, "")
pytestmark = pytest.mark.skipif(not SERVER, reason="no object store: make test-cluster starts one")


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[ObjectStore]:
    """A prefix of its own."""
    yield ObjectStore(f"s3://{object_store.BUCKET}/{tmp_path.name}")
    object_store.reopen(Path(SERVER))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".artifacts")
    }


def test_folders_large_files_and_what_changes_in_them(bucket: ObjectStore, tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    (here / "epochs").mkdir(parents=True)
    (here / "large").write_bytes(os.urandom(SINGLE_PUT_BYTES * 2 + 1))
    (here / "epochs" / "1").write_bytes(b"first")
    (here / "empty").write_bytes(b"")
    a, b = (KeptFolder(bucket, "datasets/m/pets%20%C3%BC", folder) for folder in (here, there))
    assert a.put() and b.fetch() == [] and contents(there) == contents(here)
    (here / "epochs" / "1").unlink()
    (here / "large").write_bytes(b"small now")
    assert a.put() and b.fetch() == [] and contents(there) == contents(here)
    assert bucket.folders("datasets/m") == ["pets%20%C3%BC"] and bucket.folders("nothing") == []
    a.remove()
    assert bucket.folders("datasets/m") == [] and KeptFolder(bucket, "datasets/m/x", tmp_path / "c").fetch() == []


def test_a_server_that_is_away_is_told_soon_and_nothing_is_lost(bucket: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "last").write_text("state 1")
    kept = KeptFolder(bucket, "runs/r", tmp_path / "a")
    kept.put()
    object_store.close(Path(SERVER))
    (tmp_path / "a" / "last").write_text("state 2")
    for attempt in (kept.put, KeptFolder(bucket, "runs/r", tmp_path / "b").fetch, bucket.check):
        with pytest.raises(ArtifactsUnreachable, match=r"^The artifacts at s3://[^\n]* cannot be reached: [^\n]+$"):
            attempt()
    object_store.reopen(Path(SERVER))
    assert kept.put() and KeptFolder(bucket, "runs/r", tmp_path / "b").fetch() == []
    assert (tmp_path / "b" / "last").read_text() == "state 2"


def test_a_bucket_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArtifactsUnreachable, match="s3://nobodys-bucket/x cannot be reached: there is no such bucket"):
        ObjectStore("s3://nobodys-bucket/x").check()
