"""What a server holds for all its sessions: settings, the store of runs, the workers, and what it keeps in files.

What belongs to people is handed out as whoever looks at the page may see it (`viewer`): `settings`, `store`,
`own_datasets`, `networks`, `imports`. The rest is the machine's.
"""

import gc
from contextlib import suppress

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.data.imports.background import Imports
from cnn_builder.data.sets.downloads import Downloads
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.documents.library import Networks
from cnn_builder.learn.assignments.classroom import Classroom
from cnn_builder.learn.lessons.library import Lessons
from cnn_builder.runs import Quota, ServiceClient, Store, Supervisor
from cnn_builder.runs.exports.background import Conversions
from cnn_builder.runs.workers.choice import launcher_for
from cnn_builder.runs.workers.fetcher import Fetcher
from cnn_builder.runs.workers.launcher import Launcher
from cnn_builder.settings import Settings, resolve_settings
from cnn_builder.ui import viewer


def machine_settings() -> Settings:
    """The settings, from the environment, of whoever runs the machine. Raises SettingsError."""
    return Settings.from_env().of_owner(None)


def machine_store() -> Store:
    """The store of runs as the machine's own work sees it: never for a page."""
    now = machine_settings()
    return _store(repr(now), now)


def settings() -> Settings:
    """The settings of whoever looks at the page. Raises SettingsError, SignInError."""
    now = machine_settings()
    return now if not now.sign_in else now.of_owner(viewer.home_of(machine_store, now))


def store() -> Store:
    """The store of runs as whoever looks at the page sees it. Raises SignInError, RunNotFound for a link's token."""
    now, whole = machine_settings(), machine_store()
    return whole if not now.sign_in else whole.for_access(viewer.access(machine_store, now))


def launcher() -> Launcher:
    """What starts workers."""
    now = machine_settings()
    return _launcher(repr(now), now)


def supervisor() -> Supervisor:
    """What claims queued runs; its thread ticks from the first call on."""
    now = machine_settings()
    return _supervisor(repr(now), now)


def look_after_runs() -> None:
    """See that this server looks after the runs of its store: whichever page is opened first.

    Where the store cannot be opened, the pages that need it say so; the others can do without.
    """
    with suppress(CnnBuilderError):
        supervisor()


def service() -> ServiceClient:
    """The process that answers questions of a trained model."""
    now = machine_settings()
    return _service(repr(now), now)


def downloads() -> Downloads:
    """The downloads of data sets; every tab sees the same ones."""
    now = machine_settings()
    return _downloads(repr(now), now)


def imports() -> Imports:
    """The imports of data sets of whoever looks; each of their tabs sees the same ones."""
    now = settings()
    return _imports(repr(now), now)


def conversions() -> Conversions:
    """The conversions of models; every tab sees the same ones."""
    now = machine_settings()
    return _conversions(repr(now), now)


def own_datasets() -> OwnDatasets:
    """The user's own data sets."""
    return OwnDatasets.of(settings())


def networks() -> Networks:
    """The networks saved by name."""
    return Networks(settings().own_home / "networks")


def lessons() -> Lessons:
    """The lessons: the app's own, and those in the home's folder."""
    return Lessons(machine_settings().home / "lessons")


def classroom() -> Classroom:
    """The assignments of this server."""
    return Classroom(machine_settings().home / "assignments")


def open_sessions() -> int:
    """How many pages are open in browsers; 0 where no server runs."""
    if not Runtime.exists():
        return 0
    found = Runtime.instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY]).get(ACTIVE_SESSIONS_FAMILY, ())
    return sum(int(one.value) for one in found if isinstance(one, GaugeStat))


# The settings' text is the cache's key: a server has one, tests have many.
@st.cache_resource(show_spinner=False)
def _store(key: str, _settings: Settings) -> Store:
    return Store.open(_settings)


@st.cache_resource(show_spinner=False)
def _launcher(key: str, _settings: Settings) -> Launcher:
    return launcher_for(_settings)


@st.cache_resource(show_spinner=False)
def _supervisor(key: str, _settings: Settings) -> Supervisor:
    store, starter, quota = _store(key, _settings), _launcher(key, _settings), Quota.of(_settings)
    made = Supervisor(store, starter, _settings.max_active_runs, quota=quota)
    made.start_thread()
    if store.artifacts is not None:
        Fetcher(store, _settings, store.artifacts).start_thread()
    return made


@st.cache_resource(show_spinner=False)
def _service(key: str, _settings: Settings) -> ServiceClient:
    return ServiceClient(_settings)


@st.cache_resource(show_spinner=False)
def _downloads(key: str, _settings: Settings) -> Downloads:
    return Downloads(_settings)


@st.cache_resource(show_spinner=False)
def _imports(key: str, _settings: Settings) -> Imports:
    return Imports(_settings)


@st.cache_resource(show_spinner=False)
def _conversions(key: str, _settings: Settings) -> Conversions:
    return Conversions(_settings)


@st.cache_resource(show_spinner=False)
def settle_memory() -> None:
    """Keep what the imports made out of every later garbage collection."""
    gc.collect()
    gc.freeze()


def _settings_here() -> Settings:
    return settings() if viewer.is_page() else machine_settings()


resolve_settings(_settings_here)  # a look-up of a data set that is given no settings is one for whoever looks
