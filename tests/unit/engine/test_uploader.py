"""The thread that puts a run's files under the artifacts' URL: the URL goes away, and another worker has the run."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cnn_builder.artifacts.errors import ArtifactsError
from cnn_builder.engine.training.uploader import Uploader
from cnn_builder.runs.errors import RunStateError, StoreUnreachable
from cnn_builder.runs.run_artifacts import RunArtifacts
from cnn_builder.settings import Settings

RUN = "20260101-abcdef"


class Node:
    """A machine that trains, and a URL that is a folder."""

    def __init__(self, around: Path) -> None:
        self.url, self.told = around / "url", list[str]()
        self.settings = Settings(home=around / "node", artifacts=self.url.as_uri())
        self.artifacts = RunArtifacts.of(self.settings)
        assert self.artifacts is not None
        self.other = RunArtifacts.of(Settings(home=around / "other", artifacts=self.url.as_uri()))
        self.folder = around / "other" / "runs" / RUN
        self.lost: RunStateError | None = None
        self.answered = threading.Event()

    def write(self, text: str) -> None:
        path = self.settings.run_folder(RUN) / "last.checkpoint"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def there(self) -> str | None:
        assert self.other is not None
        self.other.fetch(RUN)
        path = self.folder / "last.checkpoint"
        return path.read_text() if path.is_file() else None

    def check(self) -> None:
        if self.lost is not None:
            raise self.lost

    def tell(self, text: str) -> None:
        self.told.append(text)
        self.answered.set()

    def uploader(self) -> Uploader:
        return Uploader(self.artifacts, RUN, self.check, self.tell)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node(tmp_path)
    made.write("state 1")
    return made


def until(done: Callable[[], object]) -> None:
    for _ in range(2_000):
        if done():
            return
        threading.Event().wait(0.01)
    pytest.fail("it was never so")


def test_what_changes_is_put_while_training_goes_on(node: Node) -> None:
    with node.uploader() as uploader:
        uploader.changed()
        until(lambda: node.there() == "state 1")
        node.write("state 2")
        uploader.changed()
        until(lambda: node.there() == "state 2")
        node.write("the end")
        uploader.finish()
    assert node.there() == "the end" and node.told == []


def test_a_url_that_is_away_for_a_while_loses_nothing_and_is_told_once(node: Node) -> None:
    node.url.write_text("a file in its place")
    with node.uploader() as uploader:
        uploader.changed()
        until(lambda: uploader._away_since is not None)
        node.write("state 2")
        node.url.unlink()
        assert node.answered.wait(30)
        node.write("the end")
        uploader.finish()
    assert node.there() == "the end"
    assert len(node.told) == 1 and node.told[0].startswith("the artifacts could not be reached for ")
    assert node.told[0].endswith(" s; nothing was lost")


def test_a_url_that_stays_away_ends_the_run_with_the_files_that_are_only_here(node: Node) -> None:
    node.url.write_text("a file in its place")
    with (
        pytest.raises(ArtifactsError, match=r"cannot be reached: .* has these files, in its home's runs/.*last\.ch"),
        node.uploader() as uploader,
    ):
        uploader.finish(patience=0.0)
    assert (node.settings.run_folder(RUN) / "last.checkpoint").read_text() == "state 1"


def test_a_worker_that_was_lost_for_its_run_puts_nothing_over_the_others_files(node: Node) -> None:
    with node.uploader() as uploader:
        uploader.finish()
    node.write("of a worker that was lost")
    node.lost = RunStateError("given to another worker")
    with node.uploader() as uploader:
        uploader.changed()
        until(lambda: not uploader._thread.is_alive())
    assert node.there() == "state 1"


def test_the_worker_that_has_the_run_puts_its_files_over_those_of_one_that_was_lost(node: Node) -> None:
    with node.uploader() as uploader:
        uploader.finish()
    assert node.other is not None and node.there() == "state 1"
    (node.folder / "last.checkpoint").write_text("of a worker that was lost, and could not ask the store")
    node.other.put(RUN)
    node.write("state 2")
    with node.uploader() as uploader:
        uploader.finish()
    assert node.there() == "state 2"


def test_a_store_that_is_away_at_the_end_is_waited_for(node: Node) -> None:
    left = [StoreUnreachable("no answer"), StoreUnreachable("no answer")]

    def check() -> None:
        if left:
            raise left.pop()

    with Uploader(node.artifacts, RUN, check, node.tell) as uploader:
        uploader.finish()
    assert left == [] and node.there() == "state 1"


def test_an_error_in_training_leaves_the_last_files_there(node: Node) -> None:
    with pytest.raises(ZeroDivisionError), node.uploader():
        raise ZeroDivisionError
    assert node.there() == "state 1"


def test_what_the_run_goes_on_from_is_fetched_and_without_a_url_nothing_is_done(node: Node, tmp_path: Path) -> None:
    with node.uploader() as uploader:
        uploader.finish()
    other = Uploader(node.other, RUN, node.check, node.tell)
    assert other.fetch() == [] and (node.folder / "last.checkpoint").read_text() == "state 1"
    with Uploader(None, RUN, node.check, node.tell) as nowhere:
        assert nowhere.fetch() == []
        nowhere.changed()
        nowhere.finish()
