"""Train with a data set that is not on this machine: where the download is, who sees it, and what is said once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.architecture import PRESETS
from cnn_builder.data import DatasetError
from cnn_builder.data.sets.downloads import Downloads
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document
from cnn_builder.runs import LocalLauncher, Store, Supervisor
from cnn_builder.settings import Settings
from cnn_builder.ui import server as app_server
from cnn_builder.ui.train import data_set
from tests.support.paths import APP

DOC = "0123456789abcdef"
PATIENCE = 20.0


class Server:
    """The server's downloads, of which the one of MNIST goes on when it is told to."""

    def __init__(self) -> None:
        self.begun, self.told, self.go, self.here = 0, Event(), Event(), False
        self.error: DatasetError | None = None
        self.downloads = Downloads(Settings(home=Path("unused")), fetch=self._fetch)

    def _fetch(self, name: str, progress: Callable[[int, int | None], None]) -> None:
        self.begun += 1
        progress(2_500_000, 10_000_000)
        self.told.set()
        assert self.go.wait(PATIENCE)
        progress(2_500_000, 10_000_000)
        if self.error is not None:
            raise self.error
        self.here = True

    def let_go(self) -> None:
        """Let the download end, and wait for it."""
        self.go.set()
        end = Event()
        while self.downloads.state("mnist").status == "running":
            end.wait(0.001)


@pytest.fixture
def server(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.setattr(app_server, "downloads", lambda: made.downloads)
    monkeypatch.setattr(data_set, "is_local", lambda name, folder: name == "digits" or made.here)
    monkeypatch.setattr("cnn_builder.ui.train.form._labels", lambda name, settings: None)
    DocumentStore(own_home / "documents").save(DOC, Document.of(PRESETS["LeNet-5"].architecture, "mnist"))
    yield made
    made.go.set()


def open_train() -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["doc"] = DOC
    at.run().switch_page("pages/train.py").run()
    assert not at.exception
    return at


def keys(at: AppTest) -> list[str | None]:
    return [button.key for button in at.button]


def said(at: AppTest) -> str:
    texts = [*at.markdown, *at.caption, *at.info, *at.error, *at.warning]
    return "\n".join(text.value.replace("\\", "") for text in texts)


def bars(at: AppTest) -> list[str]:
    return [bar.proto.text for bar in at.get("progress")]


def test_train_stays_in_sight_and_the_download_stands_below_the_data_set(server: Server) -> None:
    at = open_train()
    assert at.button("train").disabled
    order = keys(at)
    assert order.index("download") < order.index("train")
    assert "MNIST is not on this machine yet. It is downloaded once (11.5 MB)." in said(at)
    assert "Download MNIST, then press **Train**." in said(at) and "Choose the settings" not in said(at)
    assert "Download MNIST to train." in said(at)
    assert at.number_input("run-epochs").value == 5


def test_a_click_elsewhere_leaves_the_download_alone(server: Server) -> None:
    at = open_train()
    at.button("download").click().run()
    assert server.told.wait(PATIENCE)
    at.number_input("run-epochs").set_value(7).run()
    at.switch_page("pages/draw.py").run()
    at.switch_page("pages/train.py").run()
    assert bars(at) == ["**Downloading MNIST** · 2.5 of 10.0 MB"]
    server.let_go()
    at.run()
    assert server.begun == 1 and not bars(at) and not at.button("train").disabled


def test_every_tab_sees_it_and_may_cancel_it(server: Server) -> None:
    first, second = open_train(), open_train()
    first.button("download").click().run()
    assert server.told.wait(PATIENCE)
    assert bars(second.run()) == ["**Downloading MNIST** · 2.5 of 10.0 MB"]
    second.button("download-cancel").click().run()
    first.run()
    assert not bars(first) and "was cancelled" in said(first)
    first.button("download").click().run()
    server.let_go()
    assert not first.run().button("train").disabled and server.begun == 2


def test_a_failure_is_said_once_with_another_way(server: Server) -> None:
    server.error = DatasetError("MNIST could not be downloaded. Go online.")
    at = open_train()
    at.button("download").click().run()
    server.let_go()
    at.run()
    assert said(at).count("could not be downloaded") == 1 and "not on this machine yet" not in said(at)
    at.button("use-built-in").click().run()
    assert "could not be downloaded" not in said(at) and not at.button("train").disabled


def test_no_run_is_made_of_a_data_set_that_went_away(server: Server, store: Store) -> None:
    server.here = True
    at = open_train()
    server.here = False
    at.button("train").click().run()
    assert not at.exception and store.list() == [] and at.button("train").disabled
