"""What a session and the server hold. The one module that names session keys.

An architecture and the runs live in files and in the store, known by id; the session holds only a copy of the first
and the id of the second, both in the address as well, so that a reload or a second tab shows the same.
"""

import gc
from typing import Any

import streamlit as st

from cnn_builder.architecture import link
from cnn_builder.architecture.errors import LayerSettingError, LinkError
from cnn_builder.data import DATASETS, is_local
from cnn_builder.runs import LocalLauncher, ServiceClient, Store, Supervisor
from cnn_builder.settings import Settings
from cnn_builder.ui.document import Document, DocumentError, first_document
from cnn_builder.ui.document_store import DocumentStore
from cnn_builder.ui.networks import Networks, SavedNetwork
from cnn_builder.ui.operations import Ack

DOC_PARAM, RUN_PARAM, NET_PARAM = "doc", "run", "net"
_DOCUMENT, _DOCUMENT_ID, _MESSAGE, _RUN, _DRAWING = "document", "document_id", "message", "run_id", "drawing"
_STAMP = "document_stamp"
_ACK, _SETTING_ERROR, _FRAMED, _GONE = "stack_ack", "setting_error", "framed", "network_gone"
STACK = "stack"
"""Key of the picture of the stack."""
VIEW = "view"
"""Key of the choice of view on the Build page."""
DRAW_PAD, DRAW_FILE, DRAW_RUN = "draw_pad", "draw_file", "draw_run"


# The server's --------------------------------------------------------------------------------------------


def settings() -> Settings:
    """The settings, from the environment. Raises SettingsError."""
    return Settings.from_env()


def store() -> Store:
    """The store of runs."""
    now = settings()
    return _store(repr(now), now)


def launcher() -> LocalLauncher:
    """What starts workers."""
    now = settings()
    return _launcher(repr(now), now)


def supervisor() -> Supervisor:
    """What claims queued runs; its thread ticks from the first call on."""
    now = settings()
    return _supervisor(repr(now), now)


def service() -> ServiceClient:
    """The process that answers questions of a trained model."""
    now = settings()
    return _service(repr(now), now)


# The settings' text is the cache's key: a server has one, tests have many.
@st.cache_resource(show_spinner=False)
def _store(key: str, _settings: Settings) -> Store:
    return Store.open(_settings)


@st.cache_resource(show_spinner=False)
def _launcher(key: str, _settings: Settings) -> LocalLauncher:
    return LocalLauncher(_settings)


@st.cache_resource(show_spinner=False)
def _supervisor(key: str, _settings: Settings) -> Supervisor:
    made = Supervisor(_store(key, _settings), _launcher(key, _settings), _settings.max_active_runs)
    made.start_thread()
    return made


@st.cache_resource(show_spinner=False)
def _service(key: str, _settings: Settings) -> ServiceClient:
    return ServiceClient(_settings)


@st.cache_resource(show_spinner=False)
def settle_memory() -> None:
    """Keep what the imports made out of every later garbage collection."""
    gc.collect()
    gc.freeze()


def is_framed() -> bool:
    """Whether ``app.py`` has run in this session."""
    return bool(st.session_state.get(_FRAMED))


def set_framed() -> None:
    st.session_state[_FRAMED] = True


# The session's: the document -----------------------------------------------------------------------------


def document() -> Document:
    """What is being built: the session's, else the saved one that the address names, else a new one."""
    shared = st.query_params.get(NET_PARAM)
    if shared is not None:
        _open_link(shared)
    wanted = st.query_params.get(DOC_PARAM)
    if DocumentStore.is_id(wanted) and wanted != st.session_state.get(_DOCUMENT_ID):
        _open(str(wanted))
    elif _DOCUMENT not in st.session_state:
        _open(DocumentStore.new_id())
    else:
        _take_over()
    if wanted != st.session_state[_DOCUMENT_ID]:
        st.query_params[DOC_PARAM] = st.session_state[_DOCUMENT_ID]
    kept: Document = st.session_state[_DOCUMENT]
    return kept


def set_document(new: Document) -> None:
    """Keep an edited document, in the session and in its file; say so when the file cannot be written."""
    if new is st.session_state.get(_DOCUMENT):
        return
    st.session_state[_DOCUMENT] = new
    try:
        _documents().save(st.session_state[_DOCUMENT_ID], new)
        st.session_state[_STAMP] = _documents().stamp(st.session_state[_DOCUMENT_ID])
    except DocumentError as error:
        tell(str(error))


def _take_over() -> None:
    """Take what another tab has saved since: edits go on from there, and none is lost."""
    document_id, store = st.session_state[_DOCUMENT_ID], _documents()
    stamp = store.stamp(document_id)
    if stamp is None or stamp == st.session_state.get(_STAMP):
        return
    try:
        found = store.load(document_id)
    except DocumentError:
        return  # what this tab has is the better one; its next edit writes it
    if found is not None:
        st.session_state[_DOCUMENT], st.session_state[_STAMP] = found, stamp


def _open(document_id: str) -> None:
    found = None
    st.session_state[_STAMP] = _documents().stamp(document_id)
    try:
        found = _documents().load(document_id)
    except DocumentError as error:
        # The unreadable file stays as it is; what is built now goes to another.
        document_id = DocumentStore.new_id()
        tell(str(error))
    st.session_state[_DOCUMENT_ID] = document_id
    st.session_state[_DOCUMENT] = found or first_document(is_local("mnist", settings().data))


def _open_link(text: str) -> None:
    """Open the network of a share link as a new document; the address then names that one, so a reload keeps edits."""
    try:
        shared = link.decode(text)
    except LinkError as error:
        tell(f"{error} The network here was kept.")
    else:
        newcomer = first_document(is_local("mnist", settings().data))
        dataset = shared.dataset if shared.dataset in DATASETS else newcomer.dataset
        st.session_state[_DOCUMENT_ID] = st.query_params[DOC_PARAM] = DocumentStore.new_id()
        st.session_state.pop(_DOCUMENT, None)
        set_document(Document.of(shared.architecture, str(dataset)))
    st.query_params.pop(NET_PARAM, None)


def _documents() -> DocumentStore:
    return DocumentStore(settings().home / "documents")


def networks() -> Networks:
    """The networks saved by name."""
    return Networks(settings().home / "networks")


def gone_network() -> SavedNetwork | None:
    """The saved network that was last deleted or replaced in this session."""
    kept: SavedNetwork | None = st.session_state.get(_GONE)
    return kept


def set_gone_network(network: SavedNetwork | None) -> None:
    st.session_state[_GONE] = network


def tell(message: str) -> None:
    """A message for the next drawing of the page."""
    st.session_state[_MESSAGE] = message


def told() -> str | None:
    """The message that waits, once."""
    message: str | None = st.session_state.pop(_MESSAGE, None)
    return message


def document_id() -> str:
    """Id of the document, as in the address."""
    kept: str = st.session_state[_DOCUMENT_ID]
    return kept


def stack_ack() -> Ack:
    """The last operation taken from the picture of the stack."""
    ack: Ack = st.session_state.setdefault(_ACK, {"client": "", "seq": 0})
    return ack


def set_stack_ack(ack: Ack) -> None:
    st.session_state[_ACK] = ack


def setting_error() -> LayerSettingError | None:
    """Why the last setting was refused, once."""
    error: LayerSettingError | None = st.session_state.pop(_SETTING_ERROR, None)
    return error


def set_setting_error(error: LayerSettingError) -> None:
    st.session_state[_SETTING_ERROR] = error


# The session's: a run, a drawing -------------------------------------------------------------------------


def current_run_id() -> str | None:
    """The run the pages show: the address's, else the session's."""
    run_id: str | None = st.query_params.get(RUN_PARAM) or st.session_state.get(_RUN)
    if run_id and st.query_params.get(RUN_PARAM) != run_id:
        st.query_params[RUN_PARAM] = run_id
    st.session_state[_RUN] = run_id
    return run_id


def set_current_run_id(run_id: str | None) -> None:
    """Show this run, here and wherever the address is opened."""
    st.session_state[_RUN] = run_id
    if run_id is None:
        st.query_params.pop(RUN_PARAM, None)
    else:
        st.query_params[RUN_PARAM] = run_id


def drawing() -> dict[str, Any]:
    """What the Draw page keeps between its reruns."""
    kept: dict[str, Any] = st.session_state.setdefault(_DRAWING, {})
    return kept


def set_drawing(new: dict[str, Any]) -> None:
    st.session_state[_DRAWING] = new
