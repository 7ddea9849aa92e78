"""What a session holds. The one module that names session keys; a widget that only its own module
looks at has its key there.

An architecture and the runs live in files and in the store, known by id; the session holds only a copy of the first
and the id of the second, both in the address as well, so that a reload or a second tab shows the same.
"""

from typing import Any

import streamlit as st

from cnn_builder.architecture.errors import LayerSettingError, LinkError
from cnn_builder.architecture.formats import link
from cnn_builder.architecture.presets import Preset
from cnn_builder.data import default_dataset, find_dataset, is_local
from cnn_builder.documents.autosave import DocumentStore
from cnn_builder.documents.document import Document, DocumentError, first_document
from cnn_builder.documents.library import SavedNetwork
from cnn_builder.documents.operations import Ack, take
from cnn_builder.learn.progress import Progress, ProgressStore
from cnn_builder.runs import RunSettings
from cnn_builder.ui import server

DOC_PARAM, RUN_PARAM, NET_PARAM, SET_PARAM, SWEEP_PARAM = "doc", "run", "net", "set", "sweep"
_DOCUMENT, _DOCUMENT_ID, _MESSAGE, _RUN, _DRAWING = "document", "document_id", "message", "run_id", "drawing"
_STAMP = "document_stamp"
_LEARNER, LEARNER_COOKIE = "learner", "cnn-builder-learner"
LESSON_PARAM, STEP_PARAM, ASSIGNMENT_PARAM = "lesson", "step", "assignment"
_ACK, _FRAMED, _GONE = "stack_ack", "framed", "network_gone"
_SETTING_ERRORS, _TOOLBAR, _LINKED = "setting_errors", "toolbar_shows", "linked_fields"
_FORM_SETTINGS, _OFFERED = "form_settings", "offered_training"
_CALLBACK_ERROR = "callback_error"
STACK = "stack"
"""Key of the picture of the stack."""
VIEW = "view"
"""Key of the choice of view on the Build page."""
DRAW_PAD, DRAW_FILE, DRAW_RUN = "draw_pad", "draw_file", "draw_run"
DRAW_WAY, DRAW_CAMERA = "draw_way", "draw_camera"
START_PAD, START_READINGS, FIRST_RUN_PROBLEM = "start_pad", "start_readings", "first_run_problem"
"""Keys of the Start page: its canvas, what the drawing was read as, and why the first run could not be started."""
CODE_OPEN, CODE_TOLD, TRAINING_OFFER, TRAINING_TAKEN = "code-open", "code-told", "training-offer", "training-taken"
MODEL_OFFER, IMPORTED_MODELS = "model-offer-file", "imported-models"
"""Keys of the panel for code: whether it is open, what came of reading, and what the code says of training."""
SHAPE_ANSWERS = "shape-answers"
"""Key of what was answered where the shapes are hidden."""
RENAMED_NETWORK = "networks-renaming"
"""Key of which saved network is being renamed."""
RUN_FORM, RUN_REFUSED, SWEEP_FORM, _SWEEP = "run_form", "run_refused", "sweep_form", "sweep_id"
STARTED_RUN, STARTED_RUNS, ANNOUNCED = "started_run", "started_runs", "announced"
CURVE_FEED, FILL_MESSAGE, FILL_TOAST = "curve_feed", "fill_message", "fill_toast"
"""Keys of what the Train page keeps; ``train/run_state.py`` says what each is."""
DATA_PAD, DATA_GATHERED, DATA_NAME, DATA_MESSAGE = "data_pad", "data_gathered", "data_name", "data_message"
DATA_PASTE = "data_paste"
"""Keys of the Data page: its canvas, what was taken of it, the name of a new data set, and what came of an action."""
AUGMENTED, AUGMENTED_SOURCE = "augmented", "augmented-source"
"""Keys of ``build/augmentation.py``: what is looked at, and whose image it is."""
RERUN_PROBLEM = "rerun_problem"
"""Key of why a run with another layer could not be queued, until it is told."""
LEARN_VIEW, DRILL, DRILL_NETWORK, STEP_RESULT = "learn_view", "drill", "drill_network", "step_result"
LEARN_PROBLEM, HAND_RUN, HAND_NAME = "learn_problem", "hand-run", "hand-name"
"""Keys of Learn: the view, the question that is asked, its network, what came of a check, why nothing was kept, the run
and the name of what is handed in."""
OUTPUT_PLACES, BATCH_SIZE = "looked_at_places", "looked_at_batch"
"""Keys of what ``shared/analysis_state.py`` keeps."""


# The session's: the frame ----------------------------------------------------------------------------------


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


def open_preset(preset: Preset) -> None:
    """Open a preset's network with its data set; one that would have to be downloaded first is the user's to choose."""
    before = document()
    dataset = preset.dataset if is_local(preset.dataset, server.settings()) else before.dataset
    set_document(before.opened(preset.architecture, dataset))


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
    st.session_state[_DOCUMENT] = found or first_document(default_dataset(server.settings()))


def _open_link(text: str) -> None:
    """Open the network of a share link as a new document; the address then names that one, so a reload keeps edits."""
    try:
        shared = link.decode(text)
    except LinkError as error:
        tell(f"{error} The network here was kept.")
    else:
        newcomer = first_document(default_dataset(server.settings()))
        dataset = shared.dataset if find_dataset(shared.dataset) is not None else newcomer.dataset
        st.session_state[_DOCUMENT_ID] = st.query_params[DOC_PARAM] = DocumentStore.new_id()
        st.session_state.pop(_DOCUMENT, None)
        set_document(Document.of(shared.architecture, str(dataset)))
    st.query_params.pop(NET_PARAM, None)


def _documents() -> DocumentStore:
    return DocumentStore(server.settings().own_home / "documents")


def gone_network() -> SavedNetwork | None:
    """The saved network that was last deleted or replaced in this session."""
    kept: SavedNetwork | None = st.session_state.get(_GONE)
    return kept


def set_gone_network(network: SavedNetwork | None) -> None:
    st.session_state[_GONE] = network


def toolbar_shows() -> tuple[str, str] | None:
    """The name and the data set that the bar above the stack shows."""
    shown: tuple[str, str] | None = st.session_state.get(_TOOLBAR)
    return shown


def set_toolbar_shows(shown: tuple[str, str]) -> None:
    st.session_state[_TOOLBAR] = shown


def linked_fields() -> dict[str, Any]:
    """What each widget shows whose value is kept elsewhere, by its key."""
    shown: dict[str, Any] = st.session_state.setdefault(_LINKED, {})
    return shown


def offer_training(settings: dict[str, Any]) -> None:
    """Settings of a run, by their names, for the training form to begin with when it is next drawn."""
    st.session_state[_OFFERED] = dict(settings)


def take_offered_training() -> dict[str, Any] | None:
    """The offered settings, once."""
    offered: dict[str, Any] | None = st.session_state.pop(_OFFERED, None)
    return offered


def tell(message: str) -> None:
    """A message for the next drawing of the page."""
    st.session_state[_MESSAGE] = message


def told() -> str | None:
    """The message that waits, once."""
    message: str | None = st.session_state.pop(_MESSAGE, None)
    return message


def set_callback_error(words: str) -> None:
    """What went wrong in a widget's callback, for the next drawing of the page."""
    st.session_state[_CALLBACK_ERROR] = words


def take_callback_error() -> str | None:
    """The same, once."""
    words: str | None = st.session_state.pop(_CALLBACK_ERROR, None)
    return words


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


def setting_errors() -> dict[tuple[str, str], LayerSettingError]:
    """Why the last change of a setting was refused, by layer id and setting, until another one is taken."""
    errors: dict[tuple[str, str], LayerSettingError] = st.session_state.setdefault(_SETTING_ERRORS, {})
    return errors


def take_operations() -> None:
    """Take the operations that the components of the Build page sent; those taken before change nothing."""
    sent = st.session_state.get(STACK) or {}
    before = document()
    taken = take(before, sent.get("operations"), stack_ack())
    set_document(taken.document)
    set_stack_ack(taken.ack)
    errors = setting_errors()
    if taken.document is not before:
        errors.clear()  # they are about the network of before; a field keeps its reason while it keeps its text
    for changed, error in taken.settings.items():
        errors.pop(changed, None)
        if error is not None:
            errors[changed] = error
    if taken.refusal is not None:
        tell(taken.refusal)


# The session's: the learner ------------------------------------------------------------------------------


def known_learner() -> str:
    """Who learns in this browser, by its cookie or in this session; "" where nobody has begun to.

    Whoever signed in is known by that, on every device.
    """
    owner = server.settings().owner
    if owner is not None:
        return owner[:16]
    kept = str(st.session_state.get(_LEARNER) or st.context.cookies.get(LEARNER_COOKIE) or "")
    return kept if ProgressStore.is_id(kept) else ""


def learner_cookie() -> str:
    """What the browser is to remember of who learns in it: nothing where people sign in."""
    return "" if server.settings().owner is not None else known_learner()


def learner_id() -> str:
    """The same; whoever is not known yet is from now on."""
    kept: str = st.session_state.setdefault(_LEARNER, known_learner() or ProgressStore.new_id())
    return kept


def learner_progress() -> Progress:
    """What the learner has done; of somebody who has not begun, nothing."""
    learner = known_learner()
    return _progress_store().load(learner) if learner else Progress()


def set_progress(new: Progress) -> None:
    """Keep what the learner has done. Raises ProgressError."""
    _progress_store().save(learner_id(), new)


def _progress_store() -> ProgressStore:
    return ProgressStore(server.settings().own_home / "learn")


# The session's: a run, a drawing -------------------------------------------------------------------------


def current_run_id() -> str | None:
    """The run the pages show: the address's, else the session's."""
    return _addressed(RUN_PARAM, _RUN)


def set_current_run_id(run_id: str | None) -> None:
    """Show this run, here and wherever the address is opened."""
    _address(RUN_PARAM, _RUN, run_id)


def current_sweep_id() -> str | None:
    """The sweep that Compare shows: the address's, else the session's."""
    return _addressed(SWEEP_PARAM, _SWEEP)


def set_current_sweep_id(sweep_id: str | None) -> None:
    """Show this sweep on Compare."""
    _address(SWEEP_PARAM, _SWEEP, sweep_id)


def _addressed(param: str, key: str) -> str | None:
    wanted: str | None = st.query_params.get(param) or st.session_state.get(key)
    _address(param, key, wanted)
    return wanted


def _address(param: str, key: str, wanted: str | None) -> None:
    st.session_state[key] = wanted
    if not wanted:
        st.query_params.pop(param, None)
    elif st.query_params.get(param) != wanted:
        st.query_params[param] = wanted


def form_settings() -> RunSettings:
    """The settings that the Train form last asked for; the defaults before it was drawn."""
    kept = st.session_state.get(_FORM_SETTINGS)
    return kept if isinstance(kept, RunSettings) else RunSettings()


def set_form_settings(settings: RunSettings) -> None:
    st.session_state[_FORM_SETTINGS] = settings


def draw_state() -> dict[str, Any]:
    """What the Draw page keeps between its reruns."""
    kept: dict[str, Any] = st.session_state.setdefault(_DRAWING, {})
    return kept


def set_drawing(new: dict[str, Any]) -> None:
    st.session_state[_DRAWING] = new
