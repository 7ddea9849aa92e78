"""Signing in where the provider is missing, incomplete or does not answer: the page says so, and stays."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from tests.support.paths import APP

Told = Callable[[dict[str, str] | None], list[str]]
BASIC = {"redirect_uri": "http://localhost:1/oauth2callback", "cookie_secret": "of the tests alone, and long enough"}
CLIENT = {"client_id": "cnn-builder", "client_secret": "not secret"}
ANSWERS = {
    "/good": (200, json.dumps({"authorization_endpoint": "http://localhost/authorize"})),
    "/list": (200, "[]"),
    "/page": (200, "<html>Welcome to the Wi-Fi</html>"),
    "/broken": (503, ""),
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, text = ANSWERS[self.path]
            self.send_response(code)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = HTTPServer(("localhost", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Told]:
    """``told(auth)``: what the page says after a click on Sign in, with this section in the server's secrets."""
    monkeypatch.setenv("CNN_BUILDER_SIGN_IN", "true")
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    file, before = tmp_path / "secrets.toml", config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    secrets_singleton._reset()

    def click(auth: dict[str, str] | None) -> list[str]:
        if auth is not None:
            file.write_text("\n".join(["[auth]", *(f"{key} = {json.dumps(value)}" for key, value in auth.items())]))
        app = AppTest.from_file(APP, default_timeout=120)
        app.run().run()  # AppTest knows which page it is at from the second run on
        app.button("sign-in-button").click().run()
        assert not app.exception and app.button("sign-in-button")
        return [error.value.replace("\\", "") for error in app.error]

    yield click
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


@pytest.mark.parametrize(
    ("auth", "missing"),
    [
        (None, "configure credentials for at least one authentication provider"),
        ({}, '"redirect_uri"'),
        ({"redirect_uri": BASIC["redirect_uri"]}, '"cookie_secret"'),
        (BASIC, "default authentication provider"),
        ({**BASIC, "client_id": "cnn-builder"}, "server_metadata_url"),
    ],
)
def test_what_is_missing_is_named(told: Told, auth: dict[str, str] | None, missing: str) -> None:
    (said,) = told(auth)
    assert said.startswith("Nobody can sign in: ") and "\n" not in said
    assert missing in said and "secrets.toml" in said and "docs/accounts.md" in said


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/broken", "answers 503 where its OpenID configuration should be."),
        ("/page", "answers something other than its OpenID configuration."),
        ("/list", "answers something other than its OpenID configuration."),
    ],
)
def test_a_provider_that_answers_something_else_is_told(told: Told, provider: str, path: str, why: str) -> None:
    (said,) = told({**BASIC, **CLIENT, "server_metadata_url": provider + path})
    assert said.startswith(f"Nobody can sign in just now: the provider at {provider.removeprefix('http://')} {why}")
    assert "Try again in a minute." in said and "`server_metadata_url`" in said


@pytest.mark.parametrize("url", ["http://localhost:{port}/none", "no address"])
def test_a_provider_that_cannot_be_reached_is_told(told: Told, url: str) -> None:
    with socket.socket() as closed:
        closed.bind(("localhost", 0))  # nobody listens there
        (said,) = told({**BASIC, **CLIENT, "server_metadata_url": url.format(port=closed.getsockname()[1])})
    assert said.startswith("Nobody can sign in just now: the provider at ") and "docs/accounts.md" in said


def test_one_that_answers_is_gone_to(told: Told, provider: str) -> None:
    assert told({**BASIC, **CLIENT, "server_metadata_url": f"{provider}/good"}) == []
