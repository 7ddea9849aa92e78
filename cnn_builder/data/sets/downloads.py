"""Downloads of data sets, which belong to the server: they go on whatever becomes of the page that asked for them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from cnn_builder.data.errors import DatasetError
from cnn_builder.data.sets.datasets import DownloadProgress, describe
from cnn_builder.data.sets.sources import Places, download, download_size
from cnn_builder.settings import Settings

DownloadStatus = Literal["none", "running", "cancelled", "failed", "finished"]
Fetch = Callable[[str, DownloadProgress], object]


@dataclass(frozen=True)
class DownloadState:
    """Where the download of a data set stands: bytes done of the total, and why it failed."""

    status: DownloadStatus
    done: int = 0
    total: int = 0
    reason: str = ""


class _Cancelled(Exception):
    """Raised out of the download that was cancelled."""


@dataclass(eq=False)
class _Attempt:
    """One try to download a data set. Only its own thread writes its state, but for the cancel."""

    state: DownloadState
    cancelled: threading.Event = field(default_factory=threading.Event)


class Downloads:
    """The downloads of a server, at most one for each data set. Safe to use from several threads.

    A cancelled or failed download begins anew; files that arrived whole are kept.

    Args:
        settings: where data sets are kept.
        fetch: what downloads a data set and tells its progress. It raises DatasetError.
    """

    def __init__(self, settings: Settings, fetch: Fetch | None = None) -> None:
        self._settings = settings
        self._fetch = fetch or self._download
        self._lock = threading.Lock()
        self._attempts: dict[str, _Attempt] = {}

    def start(self, name: str) -> None:
        """Begin the download; one that is under way goes on. Raises DatasetError for an unknown data set."""
        describe(name)
        with self._lock:
            known = self._attempts.get(name)
            if known is not None and known.state.status == "running":
                return
            attempt = _Attempt(DownloadState("running", total=download_size(name)))
            self._attempts[name] = attempt
        threading.Thread(target=self._run, args=(name, attempt), name=f"download-{name}", daemon=True).start()

    def cancel(self, name: str) -> None:
        """End the download; what had arrived of its file is removed. Nothing happens where none is under way.

        It counts as ended at once, even while its thread still waits for an answer of the network.
        """
        with self._lock:
            attempt = self._attempts.get(name)
            if attempt is not None and attempt.state.status == "running":
                attempt.cancelled.set()
                attempt.state = DownloadState("cancelled")

    def state(self, name: str) -> DownloadState:
        """Where the latest download of this data set stands."""
        with self._lock:
            attempt = self._attempts.get(name)
            return attempt.state if attempt is not None else DownloadState("none", total=download_size(name))

    def _download(self, name: str, progress: DownloadProgress) -> object:
        return download(name, Places.of(self._settings).cache, progress)

    def _run(self, name: str, attempt: _Attempt) -> None:
        def progress(done: int, total: int | None) -> None:
            if attempt.cancelled.is_set():
                raise _Cancelled
            self._tell(attempt, DownloadState("running", done, total or attempt.state.total))

        try:
            self._fetch(name, progress)
        except _Cancelled:
            return
        except DatasetError as error:
            self._tell(attempt, DownloadState("failed", reason=str(error)))
        except Exception as error:  # a thread that died silently would leave the page waiting for ever
            self._tell(attempt, DownloadState("failed", reason=f"The download failed ({type(error).__name__})."))
            raise
        else:
            self._tell(attempt, DownloadState("finished"))

    def _tell(self, attempt: _Attempt, new: DownloadState) -> None:
        with self._lock:
            if not attempt.cancelled.is_set():
                attempt.state = new
