"""Folders of several machines that are kept under one URL."""

import json
import threading
from pathlib import Path

import pytest

from cnn_builder.artifacts.errors import ArtifactsConflict, ArtifactsError, ArtifactsUnreachable
from cnn_builder.artifacts.kept_folder import KNOWN, KeptFolder
from cnn_builder.artifacts.objects import ObjectStore
from cnn_builder.runs.errors import RunStateError


class Machines:
    """Each has a copy of one folder, kept under a URL that is a folder, too."""

    def __init__(self, around: Path) -> None:
        self.around, self.url = around, around / "url"
        self.objects = ObjectStore(self.url.as_uri())

    def folder(self, name: str) -> Path:
        return self.around / name

    def kept(self, name: str) -> KeptFolder:
        return KeptFolder(self.objects, "runs/r", self.folder(name))

    def write(self, name: str, **files: str) -> None:
        for file, text in files.items():
            path = self.folder(name) / file.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def files(self, name: str) -> dict[str, str]:
        found = self.folder(name)
        return {
            path.relative_to(found).as_posix(): path.read_text()
            for path in sorted(found.rglob("*"))
            if path.is_file() and not path.name.startswith(".artifacts")
        }

    def contents(self) -> list[Path]:
        return sorted(path for path in (self.url / "runs" / "r" / "objects").iterdir())


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    made = Machines(tmp_path)
    made.write("a", last="state 1", best="weights", epochs__1="first")
    return made


def test_another_machine_has_the_files_and_then_what_changes(machines: Machines) -> None:
    a, b = machines.kept("a"), machines.kept("b")
    assert a.put() and b.fetch() == []
    assert machines.files("b") == machines.files("a") == {"best": "weights", "epochs/1": "first", "last": "state 1"}
    assert not a.put()  # nothing changed

    machines.write("a", last="state 2", epochs__2="second")
    (machines.folder("a") / "epochs" / "1").unlink()
    assert a.unsent() == ["epochs/2", "last"]
    assert a.put() and a.unsent() == []
    b.fetch()
    assert machines.files("b") == machines.files("a")
    assert len(machines.contents()) == 3  # what no index names any more is removed


def test_a_file_that_was_renamed_is_not_sent_again(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    machines.kept("a").put()
    folder = machines.folder("a")
    (folder / "last").replace(folder / "previous")
    machines.write("a", last="state 2")
    sent = []
    write = machines.objects.write
    monkeypatch.setattr(machines.objects, "write", lambda name, content: (sent.append(name), write(name, content)))
    machines.kept("a").put()
    assert len(sent) == 2 and sent[1] == "runs/r/index.json"  # the index last
    machines.kept("b").fetch()
    assert machines.files("b")["previous"] == "state 1" and machines.files("b")["last"] == "state 2"


def test_unfinished_files_and_those_of_the_machine_alone_stay_here(machines: Machines) -> None:
    machines.write("a", reserve="bytes", **{"last.123.draft": "half"})
    (machines.folder("a") / "link").symlink_to(machines.folder("a") / "best")
    machines.kept("a").put()
    machines.kept("b").fetch()
    assert sorted(machines.files("b")) == ["best", "epochs/1", "last"]


def test_a_copy_keeps_its_changes_until_something_newer_is_there(machines: Machines) -> None:
    a, b = machines.kept("a"), machines.kept("b")
    a.put()
    machines.write("a", last="state 2, not sent")
    a.fetch()
    assert machines.files("a")["last"] == "state 2, not sent"
    b.fetch()
    machines.write("b", last="state 3, of another machine")
    b.put()
    a.fetch()
    assert machines.files("a")["last"] == "state 3, of another machine"


def test_what_another_machine_has_put_since_is_not_overwritten(machines: Machines) -> None:
    a, b = machines.kept("a"), machines.kept("b")
    a.put()
    b.fetch()
    machines.write("b", last="of b")
    b.put()
    machines.write("a", last="of a, which was lost for the run")
    with pytest.raises(ArtifactsConflict, match="expected version 1, received 2"):
        a.put()
    machines.kept("c").fetch()
    assert machines.files("c")["last"] == "of b"
    assert a.put(anyway=True)  # as a backup that is restored does
    b.fetch()
    assert machines.files("b")["last"] == "of a, which was lost for the run"


def test_what_is_lost_for_the_run_writes_no_index(machines: Machines) -> None:
    machines.kept("a").put()
    machines.write("a", last="state 2")

    def lost() -> None:
        raise RunStateError("given to another worker")

    with pytest.raises(RunStateError):
        machines.kept("a").put(lost)
    machines.kept("b").fetch()
    assert machines.files("b")["last"] == "state 1"


def test_half_of_a_put_leaves_the_files_of_before(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    machines.kept("a").put()
    machines.write("a", last="state 2", best="better weights")
    write = machines.objects.write

    def breaks(name: str, content: bytes) -> None:
        if content == b"state 2" or name.endswith("index.json"):
            raise ArtifactsUnreachable("gone")
        write(name, content)

    monkeypatch.setattr(machines.objects, "write", breaks)
    with pytest.raises(ArtifactsUnreachable):
        machines.kept("a").put()
    machines.kept("b").fetch()
    assert machines.files("b") == {"best": "weights", "epochs/1": "first", "last": "state 1"}
    monkeypatch.undo()
    assert machines.kept("a").put()
    machines.kept("b").fetch()
    assert machines.files("b")["last"] == "state 2"


def test_an_index_whose_answer_was_lost_is_known_again(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    write = machines.objects.write

    def lost(name: str, content: bytes) -> None:
        write(name, content)
        if name.endswith("index.json"):
            raise ArtifactsUnreachable("no answer")

    monkeypatch.setattr(machines.objects, "write", lost)
    with pytest.raises(ArtifactsUnreachable):
        machines.kept("a").put()
    monkeypatch.undo()
    machines.write("a", last="state 2")
    machines.kept("a").fetch()
    assert machines.files("a")["last"] == "state 2"
    assert machines.kept("a").put()
    machines.kept("b").fetch()
    assert machines.files("b") == machines.files("a")


@pytest.mark.parametrize("damage", [b"", b"state", b"other 1"])
def test_a_damaged_object_is_told_and_the_file_of_before_stays(machines: Machines, damage: bytes) -> None:
    machines.kept("a").put()
    machines.kept("b").fetch()
    machines.write("a", last="state 2", best="better")
    machines.kept("a").put()
    for path in machines.contents():
        if path.read_bytes() == b"state 2":
            path.write_bytes(damage)
    assert machines.kept("b").fetch() == ["last"]
    assert machines.files("b") == {"best": "better", "epochs/1": "first", "last": "state 1"}
    assert machines.kept("c").fetch() == ["last"]
    assert machines.files("c") == {"best": "better", "epochs/1": "first"}


def test_many_fetch_at_once_while_another_puts(machines: Machines) -> None:
    a = machines.kept("a")
    machines.write("a", last="0" * 50_000, best="0" * 50_000)
    a.put()
    failures: list[BaseException] = []
    seen: set[tuple[str, str]] = set()
    ended = threading.Event()

    def fetch(name: str) -> None:
        try:
            while not ended.is_set():
                if not machines.kept(name).fetch():
                    files = machines.files(name) if name == "own" else {}
                    seen.update({(files["last"][:1], files["best"][:1])} if files else ())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=fetch, args=(name,)) for name in ("b", "b", "b", "own")]
    for thread in threads:
        thread.start()
    for number in range(1, 8):
        machines.write("a", last=str(number) * 50_000, best=str(number) * 50_000)
        a.put()
    ended.set()
    for thread in threads:
        thread.join()
    assert failures == [] and all(last == best for last, best in seen)  # files that belong together
    machines.kept("b").fetch()
    assert machines.files("b") == machines.files("a")


def test_what_is_fetched_in_part_is_not_taken_for_the_whole(machines: Machines) -> None:
    machines.kept("a").put()
    machines.kept("b").fetch({"best"}.__contains__)
    assert sorted(machines.files("b")) == ["best"]
    machines.write("b", best="better")
    machines.kept("b").put()
    machines.kept("c").fetch()
    assert machines.files("c") == {"best": "better", "epochs/1": "first", "last": "state 1"}
    machines.kept("b").fetch()
    assert machines.files("b") == machines.files("c")


def test_removed_files_are_gone_for_all(machines: Machines) -> None:
    machines.kept("a").put()
    machines.kept("a").remove()
    assert not (machines.url / "runs" / "r").exists()
    assert machines.kept("b").fetch() == [] and not machines.folder("b").exists()
    machines.kept("a").remove()  # there is nothing, which is as it should be


def test_a_url_that_cannot_be_reached_is_told_in_one_line(machines: Machines) -> None:
    machines.kept("a").put()
    machines.url.rename(machines.around / "away")
    machines.url.write_text("a file in its place")
    machines.write("a", last="state 2")
    for attempt in (machines.kept("a").put, machines.objects.check):
        with pytest.raises(ArtifactsUnreachable, match=r"^The artifacts at file:///.* cannot be reached: [^\n]+$"):
            attempt()
    assert machines.files("a")["last"] == "state 2"


def test_an_index_from_outside_names_no_file_outside_the_folder(machines: Machines) -> None:
    machines.kept("a").put()
    index = machines.url / "runs" / "r" / "index.json"
    data = json.loads(index.read_text())
    for name in ("", "../stolen", "/tmp/stolen", "a/../../stolen", "C:\\stolen"):
        data["files"][name] = data["files"]["last"]
    index.write_text(json.dumps(data))
    machines.kept("b").fetch()
    assert sorted(machines.files("b")) == ["best", "epochs/1", "last"] and not (machines.around / "stolen").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 1, "version": 1, "token": "", "files": []}', '{"format": 2}']
)
def test_what_is_no_index_is_told_in_one_line(machines: Machines, text: str) -> None:
    machines.kept("a").put()
    (machines.url / "runs" / "r" / "index.json").write_text(text)
    with pytest.raises(ArtifactsError, match=r"^file:///[^\n]*index\.json cannot be read: [^\n]*\.$"):
        machines.kept("b").fetch()


def test_a_copy_of_another_url_knows_nothing_of_this_one(machines: Machines) -> None:
    machines.kept("a").put()
    other = ObjectStore((machines.around / "other").as_uri())
    assert KeptFolder(other, "runs/r", machines.folder("a")).put()
    assert (machines.around / "other" / "runs" / "r" / "index.json").is_file()
    assert (machines.folder("a") / KNOWN).is_file()
