"""The door: signing in before the first page, and who is signed in above every page."""

import json
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError

from cnn_builder.ui import server, viewer
from cnn_builder.ui.shared.text import plain

SIGN_IN, SIGN_OUT = "Sign in", "Sign out"
PROVIDER_SECONDS = 5.0
"""How long the provider is waited for."""
_LONGEST_ANSWER = 1_000_000  # bytes


def may_enter() -> bool:
    """Whether the pages may be shown: sign-in is off, or somebody has signed in."""
    settings = server.machine_settings()
    return not settings.sign_in or viewer.person(settings) is not None


def sign_in_page() -> None:
    """What is shown to whoever has not signed in."""
    with st.container(key="sign-in", width=480):
        st.title("CNN Builder", anchor=False)
        st.markdown("Sign in to build networks, train them and keep what you make. Others do not see it.")
        if st.button(SIGN_IN, key="sign-in-button", type="primary", icon=":material/login:"):
            _sign_in()


def _sign_in() -> None:
    # Streamlit would lead to a bare page that says "Authentication error".
    if problem := _provider_problem():
        st.error(
            f"Nobody can sign in just now: {plain(problem)} Try again in a minute. Whoever runs the server finds in "
            "docs/accounts.md what `server_metadata_url` has to be."
        )
        return
    try:
        st.login()
    except StreamlitMissingAuthlibError:
        st.error(
            "Nobody can sign in: Authlib is not installed on the server. Whoever runs it installs it with "
            "`pip install -r requirements-accounts.txt -c constraints.txt`."
        )
    except StreamlitAuthError as error:
        st.error(
            f"Nobody can sign in: {plain(' '.join(str(error).split()))} Whoever runs the server finds in "
            "docs/accounts.md what belongs there."
        )


def _provider_problem() -> str:
    """Why the provider cannot be asked; "" where it can, or where it is not named, which is told in other words."""
    try:
        url = str(st.secrets["auth"]["server_metadata_url"])
    except (KeyError, TypeError, FileNotFoundError):
        return ""
    name = f"the provider at {urlsplit(url).netloc or url}"
    try:
        with urlopen(url, timeout=PROVIDER_SECONDS) as answer:
            found = json.loads(answer.read(_LONGEST_ANSWER))
    except HTTPError as error:
        return f"{name} answers {error.code} where its OpenID configuration should be."
    except OSError as error:
        return f"{name} cannot be reached ({getattr(error, 'reason', error)})."
    except ValueError:
        found = None
    if not isinstance(found, dict) or "authorization_endpoint" not in found:
        return f"{name} answers something other than its OpenID configuration."
    return ""


def account_bar() -> None:
    """Who is signed in, their share of the server, and the way out; nothing where nobody has to sign in."""
    settings = server.machine_settings()
    found = viewer.person(settings) if settings.sign_in else None
    if found is None:
        return
    with (
        st.container(horizontal=True, horizontal_alignment="right", key="account-bar"),
        st.popover(plain(found.words), type="tertiary", icon=":material/account_circle:", key="account"),
    ):
        if found.email:
            st.markdown(f"Signed in as **{plain(found.email)}**")
        if found.admin:
            st.markdown("You are an admin: you see the runs of everybody, and have no limits.")
        store = server.store()
        used, quota = store.usage(), store.access.quota
        if used is not None and quota is not None:
            st.caption(plain(used.words(quota)))
        if st.button(SIGN_OUT, key="sign-out", icon=":material/logout:"):
            st.logout()
