"""Two people signed in through a real provider: neither reaches the other's run; a link shows one, read-only."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cnn_builder.runs import Metric, RunSettings, Store
from cnn_builder.runs.access import Access, owner_id
from cnn_builder.settings import Settings
from tests.support.accessibility import barriers, sideways
from tests.support.networks import TINY_DIGITS

SLOW = 120_000
SECRETS = """
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "of the tests alone, and long enough for a signature"
client_id = "cnn-builder"
client_secret = "not secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider, a process of its own, that knows Ann and Ben."""
    people = [{"sub": name, "email": f"{name}@example.org", "name": name.title()} for name in ("ann", "ben")]
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = str(probe.getsockname()[1])
    known = [part for person in people for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "localhost", "--port", port, *known]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end and process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}/.well-known/openid-configuration"):
                break
            time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def signed_in(browser: Browser, url: str, name: str) -> Page:
    """A page of a browser in which somebody has just signed in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(SLOW)
    page.route("**/cdn.jsdelivr.net/**", lambda route: route.abort())  # the provider's style sheet, from the network
    page.goto(f"{url}/learn?lesson=L1&step=layers")
    page.wait_for_function("sessionStorage.getItem('cnn-builder-asked')")  # as soon as the page is whole
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()
    # Where they wanted to go, and only once.
    expect(page).to_have_url(re.compile(r"/learn\?.*step=layers"), timeout=SLOW)
    expect(page.get_by_role("button", name=name.title())).to_be_visible(timeout=SLOW)
    page.goto(url)
    expect(page.get_by_role("button", name=name.title())).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(f"{url}/")
    return page


def finished_run(settings: Settings, owner: str, name: str) -> str:
    with Store.open(settings) as store:
        run_id = store.for_access(Access(owner)).create_run(TINY_DIGITS, "digits", RunSettings(), name).run_id
        store.claim_next(9)
        store.begin(run_id, 10)
        store.append(run_id, [Metric(1, 1, "epoch", 0.5, 0.5, 0.5, 0.5, 1.0)])
        store.finish(run_id, "finished", result={"test_accuracy": 0.875})
    return run_id


def test_neither_reaches_the_others_run(
    browser: Browser,
    provider: str,
    run_app: Callable[..., AbstractContextManager],  # type: ignore[type-arg]
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secrets = tmp_path / "secrets.toml"
    monkeypatch.setenv("CNN_BUILDER_SIGN_IN", "true")
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
    with run_app(tmp_path, secrets=lambda url: secrets.write_text(SECRETS.format(app=url, provider=provider))) as app:
        settings = Settings(home=app.home)
        ids = {name: finished_run(settings, owner_id(provider, name), f"The net of {name}") for name in ("ann", "ben")}
        pages = {name: signed_in(browser, app.url, name) for name in ids}
        with Store.open(settings) as store:
            assert [one.email for one in store.owners()] == ["ann@example.org", "ben@example.org"]
        for name, other in (("ann", "ben"), ("ben", "ann")):
            page = pages[name]
            for asked in (ids[other], ids[other][:-4]):  # by link, and by a guess that would do for its owner
                page.goto(f"{app.url}/train?run={asked}")
                expect(page.get_by_text("Run not found")).to_be_visible(timeout=SLOW)
                expect(page.get_by_text(f"The net of {other}")).to_have_count(0)
            page.goto(f"{app.url}/compare")
            expect(page.get_by_role("heading", name="Compare")).to_be_visible(timeout=SLOW)
            page.goto(f"{app.url}/train?run={ids[name]}")
            expect(page.get_by_text(f"The net of {name}").first).to_be_visible(timeout=SLOW)
            expect(page.get_by_text("Your share of this server")).to_be_visible(timeout=SLOW)

        page = pages["ann"]
        page.get_by_role("button", name="Share").click()
        page.get_by_role("button", name="Create a link").click()
        link = page.locator("code").filter(has_text="share=").inner_text(timeout=SLOW).strip()
        stranger = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark").new_page()
        for viewer in (stranger, pages["ben"]):
            viewer.goto(link)
            expect(viewer.get_by_role("heading", name="The net of ann")).to_be_visible(timeout=SLOW)
            expect(viewer.get_by_text("it can be looked at, not changed")).to_be_visible(timeout=SLOW)
            for name in ("Delete", "Train", "Stop", "Share", "Resume"):
                expect(viewer.get_by_role("button", name=name, exact=True)).to_have_count(0)
        assert not sideways(stranger) and not barriers(stranger)
        assert not barriers(pages["ben"])
        stranger.goto(f"{app.url}/train?run={ids['ann']}")  # the link is the way to one page only
        expect(stranger.get_by_role("button", name="Sign in")).to_be_visible(timeout=SLOW)
        assert not barriers(stranger)
        page.get_by_role("button", name="Stop sharing").click()
        expect(page.get_by_role("button", name="Create a link")).to_be_visible(timeout=SLOW)
        stranger.goto(link)
        expect(stranger.get_by_text("no longer shared")).to_be_visible(timeout=SLOW)
        for one in (*pages.values(), stranger):
            one.context.close()
