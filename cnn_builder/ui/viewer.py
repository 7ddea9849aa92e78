"""Who looks at the page: somebody who signed in, whoever has the link to one run, or nobody yet.

Everything a page gets of runs, data sets and networks is asked for through here (`server.store`, `server.settings`);
no page decides by itself what may be seen. Without CNN_BUILDER_SIGN_IN nobody is asked, and all of this rests.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnn_builder.architecture.errors import CnnBuilderError
from cnn_builder.runs import Access, Store
from cnn_builder.runs.access import owner_id, shared
from cnn_builder.runs.disk import access_of
from cnn_builder.settings import Settings

SHARE_PARAM = "share"
"""In the address: the token of a link to one run."""


class SignInError(CnnBuilderError):
    """Nobody has signed in, so that nothing can be shown."""


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in; `admin`: they see what belongs to anybody."""

    owner: str
    email: str
    name: str
    admin: bool

    @property
    def words(self) -> str:
        """How they are called."""
        return self.name or self.email or "you"


def is_page() -> bool:
    """Whether this is asked for a page, and not by the server's own work."""
    return get_script_run_ctx(suppress_warning=True) is not None


def share_token() -> str:
    """The token of the link by which the page was opened; "" where it was opened as any other, or nobody signs in."""
    return st.query_params.get(SHARE_PARAM, "") if is_page() and Settings.from_env().sign_in else ""


def person(settings: Settings) -> Person | None:
    """Who has signed in; None where nobody has.

    An admin's address must not be one that the provider says it has not verified: anybody could name it.
    """
    claims = st.user.to_dict()
    if not claims.get("is_logged_in") or not claims.get("sub"):
        return None
    email = str(claims.get("email") or "").strip()
    verified = claims.get("email_verified") not in (False, "false")
    owner = owner_id(str(claims.get("iss") or ""), str(claims["sub"]))
    return Person(owner, email, str(claims.get("name") or ""), verified and settings.is_admin(email))


def home_of(store: Callable[[], Store], settings: Settings) -> str:
    """Id of whose data sets and networks the page shows. Raises SignInError, RunNotFound.

    Of a shared run those of its owner, for the names of its classes; whoever looks can change nothing there, because
    the page that shows it has nothing to change. A run of whoever runs the machine has "nobody"'s.
    """
    token = share_token()
    if token:
        return store().shared_run(token)[1] or owner_id("", "nobody")
    return _signed_in(settings).owner


def access(store: Callable[[], Store], settings: Settings) -> Access:
    """What of the store the page may show. Raises SignInError, RunNotFound."""
    token, whole = share_token(), store()
    if token:
        return shared(whole.shared_run(token)[0])
    found = _signed_in(settings)
    _noticed(repr(settings), found.owner, found.email, found.name, whole)
    return access_of(whole, settings.of_owner(found.owner), found.admin)


def _signed_in(settings: Settings) -> Person:
    found = person(settings)
    if found is None:
        raise SignInError("Sign in first.")
    return found


@st.cache_resource(show_spinner=False, max_entries=1_000)
def _noticed(key: str, owner: str, email: str, name: str, _store: Store) -> None:
    _store.notice_owner(owner, email, name)
